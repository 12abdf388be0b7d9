import { isIP } from "node:net";
import { z } from "zod";

import { expected } from "../input/input-checks.ts";

const wordsWords = expected("a program with one item a word", 'for example ["python", "-m"]');
const userWords = expected(
  "a user, perhaps with a group, by name or number",
  'for example "1000:1000", without spaces',
);
const folderWords = expected("an absolute path in the container", 'for example "/app"');
const signalWords = expected("a signal's name", 'for example "SIGQUIT"');
const sizeWords = expected("a size of 1MiB to 1024GiB, in whole MiB or GiB", 'for example "256MiB"');
const limitWords = expected("a whole number from 0 on", "for example 65536");
const addressWords = expected("an IP address", 'for example "10.0.0.7"');
const hostWords = expected("a host name", 'for example "legacy.internal"');

/** The ulimits that Linux has. */
const ulimitNames = [
  ...["core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice"],
  ...["nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"],
] as const;
const ulimitWords = expected(`an ulimit out of ${ulimitNames.join(", ")}`, 'for example "nofile"');

const folder = z.string(folderWords).regex(/^(\/[^/:,\s]+)+$/, folderWords);
const yesOrNo = z.boolean(expected("true or false", "write it without quotes"));

/** The schemas of what a service says of its process. */
export const processShape = {
  entrypoint: z.array(z.string(wordsWords), wordsWords).min(1, wordsWords).exactOptional(),
  user: z
    .string(userWords)
    .regex(/^[A-Za-z0-9_.-]+(?::[A-Za-z0-9_.-]+)?$/, userWords)
    .exactOptional(),
  workingDir: folder.exactOptional(),
  init: yesOrNo.default(false),
  stopSignal: z
    .string(signalWords)
    .regex(/^SIG[A-Z]+[0-9+]*$/, signalWords)
    .exactOptional(),
  tmpfs: z.array(folder).default([]),
  shmSize: z
    .string(sizeWords)
    .refine((text) => mebibytes(text) !== undefined, sizeWords)
    .exactOptional(),
  ulimits: z
    .record(
      z.string().refine((name) => (ulimitNames as readonly string[]).includes(name), ulimitWords),
      z.int(limitWords).min(0, limitWords),
    )
    .default({}),
  extraHosts: z
    .record(
      z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, hostWords),
      z.string(addressWords).refine((text) => isIP(text) !== 0, addressWords),
    )
    .default({}),
};

/** The number of MiB that a text such as `1GiB` says; undefined when it says none. */
export function mebibytes(text: string): number | undefined {
  const [, number = "", unit] = /^([1-9][0-9]{0,6})(MiB|GiB)$/.exec(text) ?? [];
  if (unit === undefined) return undefined;
  const size = Number(number) * (unit === "GiB" ? 1024 : 1);
  return size <= 1024 * 1024 ? size : undefined;
}
