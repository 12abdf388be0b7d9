import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { report } from "./control.mjs";

/** A file of JSON that is always whole. */
export class KeptFile {
  /** Its name, and that of one that is not whole yet. */
  names;
  /** @type {string} */
  #path;

  /** @param {string} path */
  constructor(path) {
    this.#path = path;
    const name = path.slice(path.lastIndexOf("/") + 1);
    this.names = [name, `${name}.new`];
  }

  /** @returns {unknown} undefined where nothing was kept yet, or none can be read */
  read() {
    try {
      return JSON.parse(readFileSync(this.#path, "utf8"));
    } catch {
      return undefined;
    }
  }

  /** @param {object} kept */
  write(kept) {
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(kept));
      renameSync(`${this.#path}.new`, this.#path);
    } catch (error) {
      report(error); // as on a full disk: it is known here all the same
    }
  }
}
