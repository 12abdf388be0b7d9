/** Texts in tar archives, as the engine gives and takes the files of a container. */
import { Buffer } from "node:buffer";

/** The size of a header, and the unit in which contents are stored, in bytes: see tar(5). */
const block = 512;

/**
 * The texts of an archive, by the last parts of their paths.
 *
 * @param {Buffer} archive
 * @returns {Record<string, string>}
 */
export function textsIn(archive) {
  /** @type {Record<string, string>} */
  const texts = {};
  for (let at = 0; at + block <= archive.length;) {
    const header = archive.subarray(at, at + block);
    const path = textAt(header, 0, 100);
    // Two empty blocks are the end.
    if (path === "") break;
    const length = Number.parseInt(textAt(header, 124, 12), 8);
    const kind = textAt(header, 156, 1);
    const from = at + block;
    if (kind === "0" || kind === "")
      texts[path.split("/").at(-1) ?? ""] = archive.toString("utf8", from, from + length);
    at = from + Math.ceil(length / block) * block;
  }
  return texts;
}

/**
 * An archive of texts by their paths, for every user of a container to read.
 *
 * @param {Readonly<Record<string, string>>} texts
 */
export function archiveOf(texts) {
  const entries = Object.entries(texts).flatMap(([path, text]) => {
    const content = Buffer.from(text);
    const rest = Buffer.alloc((block - (content.length % block)) % block);
    return [headerOf(path, content.length), content, rest];
  });
  return Buffer.concat([...entries, Buffer.alloc(2 * block)]);
}

/**
 * @param {string} path
 * @param {number} length
 */
function headerOf(path, length) {
  const header = Buffer.alloc(block);
  // A path that is too long for its field is split before its last part.
  const cut = Buffer.byteLength(path) > 100 ? path.lastIndexOf("/") : -1;
  header.write(path.slice(cut + 1), 0, 100);
  header.write("0000444\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\0" + "00", 257);
  if (cut > 0) header.write(path.slice(0, cut), 345, 155);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

/**
 * @param {Buffer} header
 * @param {number} from
 * @param {number} length
 */
function textAt(header, from, length) {
  const field = header.toString("utf8", from, from + length);
  const end = field.indexOf("\0");
  return end === -1 ? field : field.slice(0, end);
}
