import type { Image, ImageBuild, ReadyMadeImage } from "./application.ts";

/** The name of Docker's own registry, which is meant where a reference names none. */
const dockerHub = "docker.io";

/**
 * The reference that an engine pulls an image by.
 *
 * `imageMirror` is the prefix that stands for docker.io, as pull-through caches use it: with `cache.example.com/hub`,
 * `postgres:15` becomes `cache.example.com/hub/library/postgres:15`. Without one it stays as it is, and so does a
 * reference to any other registry.
 */
export function imageReference(reference: string, imageMirror?: string): string {
  if (imageMirror === undefined) return reference;
  const [first = "", ...rest] = reference.split("/");
  const explicit = first === dockerHub || first === `index.${dockerHub}`;
  // Docker's own rule: the first part is a registry when it has a dot or a port, or is localhost.
  if (rest.length > 0 && !explicit && /[.:]|^localhost$/.test(first)) return reference;
  const path = explicit ? rest.join("/") : reference;
  return `${imageMirror.replace(/\/+$/, "")}/${path.includes("/") ? path : `library/${path}`}`;
}

/** The parts of a reference by https://github.com/distribution/reference, which Docker reads them by. */
const part = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const tag = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const form = new RegExp(
  `^(?:${label}(?:\\.${label})*(?::[0-9]+)?/)?${part}(?:/${part})*(:${tag})?(@sha256:[0-9a-f]{64})?$`,
);

/** Tells whether a text is an image's reference. */
export function isReference(text: string): boolean {
  return form.test(text);
}

/** Tells whether a reference has a tag or a digest. */
export function namesVersion(reference: string): boolean {
  const [, tagged, digest] = form.exec(reference) ?? [];
  return tagged !== undefined || digest !== undefined;
}

/** Tells an image that is pulled as it is from one that is built. */
export function isReadyMade(image: Image): image is ReadyMadeImage {
  return "from" in image;
}

/** The images that are built, by name. */
export function builtImages(images: Readonly<Record<string, Image>>): Record<string, ImageBuild> {
  return Object.fromEntries(
    Object.entries(images).flatMap(([name, image]) => (isReadyMade(image) ? [] : [[name, image] as const])),
  );
}
