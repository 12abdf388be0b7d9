import { engine, filtersIn, removeContainer } from "../../host/program/engine.mjs";
import { bringingScript, copiedIn, copyScript, dumpsFolder, findingScript, storedIn } from "./restic.mjs";
import { runRestic } from "./restic-run.mjs";

/** @typedef {import("./restic.mjs").Copied} Copied */
/** @typedef {import("./restic.mjs").Stored} Stored */
/** @typedef {{ readonly problem: string }} Failed */

/**
 * @typedef {object} CopierArgs
 * @property {import("./restic.mjs").Repository} repository
 * @property {string} image restic's
 * @property {string} secrets the volume with the files of its secrets
 * @property {string} container the name of the container that copies; what brings back has it with `-back`
 * @property {Readonly<Record<string, string>>} volumes the volumes that are copied beside the dumps, by their folders in a copy;
 *   one that is not there is left out
 */

/**
 * What dumps and copies have in common.
 *
 * @typedef {object} Common
 * @property {string} volume the one with the dumps
 * @property {number} retentionDays
 * @property {Readonly<Record<string, string>>} labels
 */

/**
 * What is brought back of a copy.
 *
 * @typedef {object} Wanted
 * @property {string} snapshot
 * @property {string} file the dump
 * @property {boolean} volumes whether the files of volumes and buckets are, too
 * @property {boolean} overwrite whether they are where there are files already
 */

/** The time that a copy, or what is brought back, may take, in seconds: 1 TB over 200 Mbit/s. Sent pieces are not sent again. */
const copySeconds = 12 * 3600;

/** The time that a look may take, in seconds. */
const lookSeconds = 900;

/** Copies into a storage elsewhere, and brings back from there. */
export class Copier {
  /** @type {CopierArgs & Common} */
  #args;

  /** @param {CopierArgs & Common} args */
  constructor(args) {
    this.#args = args;
  }

  /** @returns {Promise<Copied | Failed>} */
  async copy() {
    const { repository, retentionDays, container } = this.#args;
    const ended = await runRestic({
      ...this.#args,
      ...{ container, script: copyScript, given: [repository.namespace, String(retentionDays)] },
      ...{ volumes: await this.#volumes(), writes: false, seconds: copySeconds },
    });
    return "problem" in ended ? ended : copiedIn(ended.said);
  }

  /**
   * The dumps in all copies.
   *
   * @returns {Promise<readonly Stored[] | Failed>}
   */
  async stored() {
    const { repository } = this.#args;
    const ended = await runRestic({
      ...this.#args,
      ...{ container: this.#back, script: findingScript, given: [repository.namespace] },
      ...{ volumes: {}, writes: false, seconds: lookSeconds },
    });
    return "problem" in ended ? ended : storedIn(ended.said);
  }

  /**
   * Brings a dump into its volume, and files into theirs.
   *
   * @param {Wanted} wanted
   * @returns {Promise<Failed | undefined>}
   */
  async bring({ snapshot, file, volumes, overwrite }) {
    const ended = await runRestic({
      ...this.#args,
      ...{ container: this.#back, script: bringingScript },
      given: [snapshot, file, volumes ? "volumes" : "", overwrite ? "overwrite" : ""],
      ...{ volumes: await this.#volumes(), writes: true, seconds: copySeconds },
    });
    return "problem" in ended ? ended : undefined;
  }

  /** Removes what copies, or brings back, if anything does. */
  async stop() {
    await removeContainer(this.#args.container);
    await removeContainer(this.#back);
  }

  get #back() {
    return `${this.#args.container}-back`;
  }

  /** The volumes by their folders. One that is not there would be made by being mounted. */
  async #volumes() {
    const { volume, volumes } = this.#args;
    const name = Object.values(volumes);
    /** @type {unknown} */
    const listed = await engine("GET", `/volumes?${filtersIn({ name })}`);
    const there = /** @type {{ Volumes: { Name: string }[] | null }} */ (listed).Volumes ?? [];
    const found = Object.entries(volumes).filter(([, one]) => there.some(({ Name }) => Name === one));
    return { [dumpsFolder]: volume, ...Object.fromEntries(found) };
  }
}
