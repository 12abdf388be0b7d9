import { z } from "zod";

import { expected, show } from "../input/input-checks.ts";
import type { Image } from "./application.ts";
import { isReference, namesVersion } from "./images.ts";
import { variableName, variableValue } from "./variable-schema.ts";

const folderWords = expected("a folder relative to the project", 'for example "app/api"');
const fileWords = expected("a file relative to the context", 'for example "Dockerfile"');
const relative = (text: string): boolean => text !== "" && !/^[/~\\]/.test(text);

const mountedWords = expected("a folder relative to the project", 'for example "app/api/notes"');
const mountPathWords = expected("an absolute path in the container", 'for example "/app/notes"');
const development = z
  .strictObject({
    target: z.string(expected("a stage of the Dockerfile", 'for example "dev"')),
    mounts: z
      .record(
        z.string().refine(relative, mountedWords),
        z.string(mountPathWords).regex(/^(\/[^/:]+)+$/, mountPathWords),
      )
      .default({}),
  })
  .meta({ id: "DevelopmentDescription" });

const referenceWords = expected(
  "an image's reference, as docker pull takes it",
  'for example "axllent/mailpit:v1.21"',
);
const versionWords = expected(
  'a reference with a tag or a digest, for without one it means "latest", which is another image tomorrow',
  'for example "axllent/mailpit:v1.21"',
);

/** The schema of an image: one that is built from a folder, or one that is pulled as it is. */
export const image = z
  .strictObject({
    context: z.string(folderWords).refine(relative, folderWords).exactOptional(),
    dockerfile: z.string(fileWords).refine(relative, fileWords).exactOptional(),
    target: z.string().exactOptional(),
    args: z.record(variableName, variableValue).exactOptional(),
    dev: development.exactOptional(),
    from: z
      .string(referenceWords)
      .refine(isReference, referenceWords)
      .refine((text) => !isReference(text) || namesVersion(text), versionWords)
      .exactOptional(),
  })
  .superRefine(({ from, ...build }, context) => {
    if (from === undefined) {
      if (build.context !== undefined) return;
      const message = `expected a folder to build, or the reference of a ready-made image, got ${show(build)}; write { context: "app/api" } or { from: "axllent/mailpit:v1.21" }`;
      context.addIssue({ code: "custom", message });
      return;
    }
    for (const [field, value] of Object.entries(build)) {
      const message = `a ready-made image is not built, got ${show(value)}; remove it, or from`;
      context.addIssue({ code: "custom", path: [field], message });
    }
  })
  .transform(({ from, context = "", dockerfile = "Dockerfile", args = {}, ...build }): Image =>
    from === undefined ? { context, dockerfile, args, ...build } : { from },
  )
  .meta({ id: "ImageDescription" });
