import { engine, filtersIn, Refusal } from "../../host/program/engine.mjs";
import { endedByLimits, limitsFromEngine, temporaryFolder } from "../../host/program/limits.mjs";
import {
  copiedIn,
  copyScript,
  dataFolder,
  dumpsFolder,
  resticProblem,
  resticVariables,
  secretsFolder,
} from "./restic.mjs";

/** @typedef {import("./restic.mjs").Copied} Copied */

/**
 * @typedef {object} CopierArgs
 * @property {import("./restic.mjs").Repository} repository
 * @property {string} image restic's
 * @property {string} secrets the volume with the files of its secrets
 * @property {string} container the name of the container that copies
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

/** The time that a copy may take, in seconds: 1 TB over 200 Mbit/s. What was sent by then is not sent again. */
const copySeconds = 12 * 3600;

/** The time that the image may take to come, in seconds. */
const pullSeconds = 600;

/** Copies into a storage elsewhere, with restic in a container of its own. */
export class Copier {
  /** @type {CopierArgs & Common} */
  #args;

  /** @param {CopierArgs & Common} args */
  constructor(args) {
    this.#args = args;
  }

  /** @returns {Promise<Copied | { readonly problem: string }>} */
  async copy() {
    const { repository, container, retentionDays } = this.#args;
    await this.stop();
    const limits = limitsFromEngine(await memoryTotal());
    await this.#create({
      Image: this.#args.image,
      Entrypoint: ["sh"],
      Cmd: ["-c", copyScript, "sh", repository.namespace, String(retentionDays)],
      WorkingDir: dataFolder,
      Env: Object.entries(resticVariables(repository)).map(([name, value]) => `${name}=${value}`),
      // Without one, the engine frames what it prints.
      Tty: true,
      Labels: this.#args.labels,
      HostConfig: {
        Mounts: await this.#mounts(),
        CapDrop: ["ALL"],
        // Files belong to whoever wrote them.
        CapAdd: ["DAC_OVERRIDE"],
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
      await engine("POST", `/containers/${container}/wait`, undefined, copySeconds);
      const { State: state } = /** @type {Found} */ (await engine("GET", `/containers/${container}/json`));
      const said = String(await engine("GET", `/containers/${container}/logs?stdout=1&stderr=1`));
      if (state.ExitCode === 0) return copiedIn(said);
      const ending = { exitCode: state.ExitCode, outOfMemory: state.OOMKilled, printed: said };
      const limited = endedByLimits(ending, limits);
      if (limited !== undefined) return { problem: `restic ${limited.how}; ${limited.remedy}` };
      return { problem: resticProblem(state.ExitCode, said) ?? `restic ended with ${state.ExitCode}` };
    } finally {
      await this.stop();
    }
  }

  /** Removes what copies, if anything does. */
  async stop() {
    await engine("DELETE", `/containers/${this.#args.container}?force=1`).catch(
      (/** @type {unknown} */ error) => {
        // 409: it is being removed already.
        if (!(error instanceof Refusal) || ![404, 409].includes(error.status)) throw error;
      },
    );
  }

  /** @param {object} body */
  async #create(body) {
    const { container, image } = this.#args;
    const create = () => engine("POST", `/containers/create?name=${container}`, body);
    await create().catch(async (/** @type {unknown} */ error) => {
      if (!(error instanceof Refusal) || error.status !== 404) throw error;
      // Nothing runs of it, so that whoever frees the disk removes it.
      await engine("POST", `/images/create?fromImage=${encodeURIComponent(image)}`, undefined, pullSeconds);
      await create();
    });
  }

  /** The volumes to copy, and that of the secrets. One that is not there would be made by being mounted. */
  async #mounts() {
    const { volume, volumes, secrets } = this.#args;
    const name = Object.values(volumes);
    /** @type {unknown} */
    const listed = await engine("GET", `/volumes?${filtersIn({ name })}`);
    const there = /** @type {{ Volumes: { Name: string }[] | null }} */ (listed).Volumes ?? [];
    const found = Object.entries(volumes).filter(([, one]) => there.some(({ Name }) => Name === one));
    return [
      mount(volume, `${dataFolder}/${dumpsFolder}`),
      ...found.map(([folder, one]) => mount(one, `${dataFolder}/${folder}`)),
      mount(secrets, secretsFolder),
    ];
  }
}

/** @typedef {{ State: { ExitCode: number, OOMKilled: boolean } }} Found */

/**
 * @param {string} Source
 * @param {string} Target
 */
function mount(Source, Target) {
  return { Type: "volume", Source, Target, ReadOnly: true };
}

/** @returns {Promise<number>} */
async function memoryTotal() {
  const info = await engine("GET", "/info");
  return /** @type {{ MemTotal: number }} */ (info).MemTotal;
}
