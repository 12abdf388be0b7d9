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
