import { setTimeout as timer } from "node:timers/promises";
import {
  engine,
  filtersIn,
  findContainer,
  memoryTotal,
  removeContainer,
} from "../../host/program/engine.mjs";
import { endedByLimits, limitsFromEngine, temporaryFolder } from "../../host/program/limits.mjs";
import { connectionTo, dumpName, dumpSeconds, failureOf, lockingDumpScript, takenIn } from "./dump.mjs";

/** @typedef {import("./dump.mjs").Failure} Failure */
/** @typedef {import("./dump.mjs").Taken} Taken */

/**
 * @typedef {object} DumperArgs
 * @property {string} server the container of the server
 * @property {string} administrator the role that may do everything, and needs no password on the server's own address
 * @property {string} database
 * @property {string} volume
 * @property {string} container the name of the container that dumps
 * @property {Readonly<Record<string, string>>} labels of that container
 * @property {Readonly<Record<string, string>>} runLabels those of migrations and of dumps that others take
 * @property {number} waitSeconds the time to wait for one of those to end
 */

/** The folder in which the script finds the volume. */
const folder = "/backups";

/** The time between two looks for others, in milliseconds. */
const lookAgain = 5000;

/** Takes dumps beside the server, each in a container of the server's own image, as migrations take them. */
export class Dumper {
  /** @type {DumperArgs} */
  #args;

  /** @param {DumperArgs} args */
  constructor(args) {
    this.#args = args;
  }

  /**
   * Takes a dump.
   *
   * @param {string} due the time of the schedule that it is for; empty where it is for none
   * @returns {Promise<Taken | Failure>}
   */
  async take(due) {
    const { server, administrator, database, volume, container, labels, waitSeconds } = this.#args;
    const others = await this.#others(Date.now() + waitSeconds * 1000);
    if (others.length > 0)
      return failed(`a migration or backup goes on, waited ${waitSeconds} s for ${others.join(", ")}`);
    const found = await this.#find(server);
    if (found === undefined) return failed(`the database's server ${server} is not there`);
    if (!found.State.Running) return failed(`the database's server ${server} does not run`);
    await this.stop();
    const limits = limitsFromEngine(await memoryTotal());
    const file = dumpName(Date.now(), "scheduled");
    const connection = connectionTo({ administrator, database });
    const given = [connection, file, "schedule", due, String(waitSeconds)];
    const mount = { Type: "volume", Source: volume, Target: folder };
    await engine("POST", `/containers/create?name=${container}`, {
      Image: found.Image,
      Entrypoint: ["sh"],
      Cmd: ["-c", lockingDumpScript, "sh", ...given],
      WorkingDir: folder,
      Env: [`PGAPPNAME=towpath backup by the schedule of ${container}`],
      // Without one, the engine frames what it prints.
      Tty: true,
      Labels: labels,
      HostConfig: {
        NetworkMode: `container:${found.Id}`,
        Mounts: [mount],
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        ReadonlyRootfs: true,
        Memory: limits.memory,
        MemorySwap: limits.memory,
        PidsLimit: limits.pids,
        Tmpfs: { "/tmp": temporaryFolder(limits.memory) },
      },
    });
    try {
      await engine("POST", `/containers/${container}/start`);
      await engine("POST", `/containers/${container}/wait`, undefined, dumpSeconds + waitSeconds);
      const ended = await this.#find(container);
      if (ended === undefined) return failed("somebody removed what dumps the database");
      const { ExitCode: exitCode, OOMKilled: outOfMemory } = ended.State;
      const printed = await engine("GET", `/containers/${container}/logs?stdout=1&stderr=1`);
      const said = String(printed).replaceAll("\r", "");
      if (exitCode === 0) return takenIn(said);
      const limited = endedByLimits({ exitCode, outOfMemory, printed: "" }, limits);
      return failureOf({ exitCode, said, limited }, { database, volume, file });
    } finally {
      await this.stop();
    }
  }

  /** Removes what dumps the database, if anything does; what it had half done is removed by the next one. */
  async stop() {
    await removeContainer(this.#args.container);
  }

  /**
   * The migrations and dumps of others that go on until then. One whose starter was killed has no lock any more.
   *
   * @param {number} deadline
   * @returns {Promise<readonly string[]>} their ids
   */
  async #others(deadline) {
    const label = Object.entries(this.#args.runLabels).map(([key, value]) => `${key}=${value}`);
    const filters = filtersIn({ label, status: ["running"] });
    for (;;) {
      const listed = await engine("GET", `/containers/json?${filters}`);
      const ids = /** @type {{ Id: string }[]} */ (listed).map(({ Id }) => Id.slice(0, 12));
      if (ids.length === 0 || Date.now() > deadline) return ids;
      await timer(lookAgain);
    }
  }

  /**
   * @param {string} container
   * @returns {Promise<Found | undefined>}
   */
  async #find(container) {
    return /** @type {Found | undefined} */ (await findContainer(container));
  }
}

/** @typedef {{ Id: string, Image: string, State: { Running: boolean, ExitCode: number, OOMKilled: boolean } }} Found */

/**
 * @param {string} problem
 * @returns {Failure}
 */
function failed(problem) {
  return { problem, remedy: "mend that", full: false };
}
