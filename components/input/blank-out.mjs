/** Secret values out of what people see, for steps, the command line and programs on a host. */
import { Buffer } from "node:buffer";
import { URLSearchParams } from "node:url";

/** The text that replaces a secret value. */
export const blank = "***";

/** Shorter values stay: they are part of so many words that their gaps would tell more than they hide. */
const leastLength = 4;

/** Lines of a value of several lines that are shorter say nothing, such as the `{` of a JSON document. */
const leastLineLength = 8;

/**
 * Text in which secret values are blanked out, as they are and as programs write them: encoded for URLs, in JSON and as
 * base64, each line of several, and of a URL its parts (a password, a user with its password).
 *
 * @param {string} text
 * @param {Iterable<string>} values
 */
export function blankOut(text, values) {
  return blankingOut(values)(text);
}

/**
 * The same for many texts: how the values are written is worked out once.
 *
 * @param {Iterable<string>} values
 * @returns {(text: string) => string}
 */
export function blankingOut(values) {
  const written = [...new Set([...values].flatMap(writings))].sort((one, other) => other.length - one.length);
  if (written.length === 0) return (text) => text;
  const any = new RegExp(written.map(pattern).join("|"), "g");
  return (text) => text.replace(any, blank);
}

/**
 * All ways in which a value may be written.
 *
 * @param {string} value
 * @returns {string[]}
 */
function writings(value) {
  const whole = value.trim();
  const lines = whole.split(/\r\n?|\n/).map((line) => line.trim());
  const parts = lines.length === 1 ? [] : lines.filter((line) => line.length >= leastLineLength);
  return [value, ...parts, ...partsOfUrl(whole)]
    .flatMap((part) => [part, part.trim()])
    .filter((part) => part.length >= leastLength)
    .flatMap((part) => [part, inJson(part), ...forUrls(part), ...inBase64(part)]);
}

/**
 * The password of a URL, as it stands there and decoded, and what HTTP's basic authentication makes of both names.
 *
 * @param {string} value
 * @returns {string[]}
 */
function partsOfUrl(value) {
  const [, user = "", password = ""] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#:@]*):([^/?#]*)@/i.exec(value) ?? [];
  if (password === "") return [];
  const plain = decoded(password);
  return [password, plain, `${user}:${password}`, `${decoded(user)}:${plain}`];
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * As `encodeURIComponent`, forms and stricter encoders write it.
 *
 * @param {string} text
 * @returns {string[]}
 */
function forUrls(text) {
  const encoded = encodeURIComponent(Buffer.from(text).toString());
  const strict = encoded.replace(
    /[!'()*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const form = new URLSearchParams({ "": text }).toString().slice(1);
  return [encoded, strict, strict.replaceAll("%20", "+"), form];
}

/**
 * @param {string} text
 * @returns {string[]}
 */
function inBase64(text) {
  const encoded = Buffer.from(text).toString("base64");
  const padless = encoded.replace(/=+$/, "");
  return [encoded, padless, padless.replaceAll("+", "-").replaceAll("/", "_")];
}

/** @param {string} text */
function inJson(text) {
  return JSON.stringify(text).slice(1, -1);
}

/**
 * An exact match, but for the letters of `%2f`, which may be of either case.
 *
 * @param {string} text
 */
function pattern(text) {
  return text
    .replace(/[\\^$.*+?()[\]{}|/-]/g, (character) => `\\${character}`)
    .replace(/%[0-9A-Fa-f]{2}/g, (code) =>
      code.replace(/[a-f]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`),
    );
}
