const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/**
 * A number of bytes for people: `512 MiB`, `1.5 GiB`.
 *
 * @param {number} bytes
 */
export function size(bytes) {
  if (bytes < gibibyte) return `${Math.floor(bytes / mebibyte)} MiB`;
  return `${Math.floor((bytes / gibibyte) * 10) / 10} GiB`;
}
