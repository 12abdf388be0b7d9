/** A PostgreSQL of the server's own image, in which a dump is restored, and of which nothing stays. */
import {
  engine,
  filtersIn,
  findContainer,
  ignoringAbsence,
  memoryTotal,
  removeContainer,
} from "../../host/program/engine.mjs";
import { endedByLimits } from "../../host/program/limits.mjs";
import { codes, drillScript } from "./drill-script.mjs";

/** @typedef {import("./content.mjs").Content} Content */
/** @typedef {import("./drill.mjs").DrillFailure} DrillFailure */
/** @typedef {import("./dumps.mjs").Dump} Dump */

/**
 * @typedef {object} ScratchArgs
 * @property {string} server the container of the server
 * @property {string} administrator its role that may do everything
 * @property {string} volume the dumps' own
 * @property {string} container the name of the container that restores
 * @property {Readonly<Record<string, string>>} labels of that container and its volume
 */

/** The time that restoring may take, in seconds: indexes are made anew, so twice as long as a dump may take. */
const restoreSeconds = 6 * 3600;

const mebibyte = 1024 ** 2;

/** The most memory. The server of users has the rest; one that restores row by row needs little. */
const mostMemory = 1024 * mebibyte;

/** The room for what the server writes ahead, in MiB. */
const writeAhead = 256;

/** The server's settings: few resources, and nothing of it has to survive. They come after its own, so they win. */
const careless = {
  listen_addresses: "127.0.0.1",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  shared_buffers: "128MB",
  work_mem: "16MB",
  maintenance_work_mem: "64MB",
  max_wal_size: `${writeAhead}MB`,
  huge_pages: "off",
  autovacuum: "off",
  archive_mode: "off",
  ssl: "off",
};

/** Restores dumps, each on a server of its own, without a network, in a volume that goes with its container. */
export class Scratch {
  /** @type {ScratchArgs} */
  #args;

  /** @param {ScratchArgs} args */
  constructor(args) {
    this.#args = args;
  }

  /**
   * Restores a dump, and counts what is there then.
   *
   * @param {Dump} dump
   * @param {Content} content what it is of
   * @returns {Promise<{ readonly seconds: number, readonly content: Content } | DrillFailure>}
   */
  async restore(dump, content) {
    const { server, container } = this.#args;
    const found = /** @type {Server | undefined} */ (await findContainer(server));
    if (found === undefined)
      return {
        problem: `the database's server ${server} is not there, whose image restores`,
        remedy: "mend that",
      };
    await this.remove();
    const memory = Math.min(mostMemory, Math.floor((await memoryTotal()) / 2));
    try {
      await engine(
        "POST",
        `/containers/create?name=${container}`,
        this.#described(found, dump, content, memory),
      );
      await engine("POST", `/containers/${container}/start`);
      const ended = await this.#awaited();
      if (ended === undefined)
        return {
          problem: `${dump.file} was not restored within ${restoreSeconds / 3600} h`,
          remedy: "see what keeps the host busy",
        };
      const printed = await engine("GET", `/containers/${container}/logs?stdout=1&stderr=1`);
      return outcomeOf(
        { ...ended, said: String(printed).replaceAll("\r", "") },
        { file: dump.file, memory, needed: neededBytes(dump, content) },
      );
    } finally {
      await this.remove();
    }
  }

  /** Removes what restores a dump, if anything does, and what one that was killed has left. */
  async remove() {
    const { container } = this.#args;
    await removeContainer(container);
    const filters = filtersIn({ label: [`${drillLabel}=${container}`] });
    const listed = /** @type {{ Volumes: { Name: string }[] | null }} */ (
      await engine("GET", `/volumes?${filters}`)
    );
    for (const { Name: name } of listed.Volumes ?? [])
      await engine("DELETE", `/volumes/${name}?force=1`).catch(ignoringAbsence);
  }

  /** @returns {Promise<{ exitCode: number, outOfMemory: boolean } | undefined>} undefined where it took too long */
  async #awaited() {
    const { container } = this.#args;
    try {
      await engine("POST", `/containers/${container}/wait`, undefined, restoreSeconds);
    } catch (error) {
      if (error instanceof Error && error.message.includes("no answer within")) return undefined;
      throw error;
    }
    const { State: state } = /** @type {Server} */ (await engine("GET", `/containers/${container}/json`));
    return { exitCode: state.ExitCode, outOfMemory: state.OOMKilled };
  }

  /**
   * @param {Server} found
   * @param {Dump} dump
   * @param {Content} content
   * @param {number} memory
   */
  #described(found, dump, content, memory) {
    const { administrator, volume, container, labels } = this.#args;
    const { Entrypoint: entrypoint, Cmd: command } = found.Config;
    const data =
      found.Mounts.find(({ Destination: path }) => path.startsWith(dataFolder))?.Destination ??
      `${dataFolder}/data`;
    const settings = Object.entries(careless).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const needed = String(Math.ceil(neededBytes(dump, content) / 1024));
    const given = [
      dump.file,
      dump.facts?.sha256 ?? "",
      administrator,
      needed,
      data,
      rolesSql(content, administrator),
    ];
    return {
      Image: found.Image,
      Entrypoint: ["sh"],
      Cmd: [
        "-c",
        drillScript,
        "sh",
        ...given,
        ...(entrypoint ?? []),
        ...(command ?? ["postgres"]),
        ...settings,
      ],
      WorkingDir: folder,
      Env: [`POSTGRES_USER=${administrator}`, "POSTGRES_DB=postgres", "POSTGRES_HOST_AUTH_METHOD=trust"],
      // Without one, the engine frames what it prints.
      Tty: true,
      Labels: labels,
      HostConfig: {
        NetworkMode: "none",
        Mounts: [
          { Type: "volume", Source: volume, Target: folder, ReadOnly: true },
          // Without a name it goes with its container; the label finds it where somebody removed that one alone.
          { Type: "volume", Target: data, VolumeOptions: { Labels: { ...labels, [drillLabel]: container } } },
        ],
        CapDrop: ["ALL"],
        // Those of the server itself, whose entry point begins as root and becomes another user.
        CapAdd: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"],
        SecurityOpt: ["no-new-privileges"],
        Memory: memory,
        MemorySwap: memory,
        NanoCpus: 1e9,
        // The server of users goes first.
        CpuShares: 128,
        PidsLimit: 256,
        ShmSize: 128 * mebibyte,
        OomScoreAdj: 500,
        LogConfig: { Type: "json-file" },
      },
    };
  }
}

/** The folder in which the script finds the dumps. */
const folder = "/backups";

/** The folder of the data, which has a folder for each version from 18 on. */
const dataFolder = "/var/lib/postgresql";

/** The label of the volume that a drill leaves where its container was removed without it. */
const drillLabel = "towpath.drill";

/**
 * A container as the engine describes it.
 *
 * @typedef {object} Server
 * @property {string} Image
 * @property {{ Entrypoint: string[] | null, Cmd: string[] | null }} Config
 * @property {{ Destination: string }[]} Mounts
 * @property {{ ExitCode: number, OOMKilled: boolean }} State
 */

/**
 * The bytes that have to be free: for the database, for the next dump, which must not find the disk full, and for what the
 * server writes ahead.
 *
 * @param {Dump} dump
 * @param {Content} content
 */
function neededBytes(dump, content) {
  return content.bytes + dump.bytes + writeAhead * mebibyte;
}

/**
 * The SQL that makes the roles to which what is restored belongs.
 *
 * @param {Content} content
 * @param {string} administrator who is there
 */
export function rolesSql({ roles }, administrator) {
  const others = roles.filter((role) => role !== administrator);
  return others.map((role) => `CREATE ROLE "${role.replaceAll('"', '""')}";`).join(" ");
}

/**
 * Reads what the script printed.
 *
 * @param {{ readonly exitCode: number, readonly outOfMemory: boolean, readonly said: string }} ended
 * @param {{ readonly file: string, readonly memory: number, readonly needed: number }} drill
 * @returns {{ readonly seconds: number, readonly content: Content } | DrillFailure}
 */
export function outcomeOf({ exitCode, outOfMemory, said }, { file, memory, needed }) {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  if (exitCode === 0) {
    const [, seconds = ""] = /^restored in (\d+)$/m.exec(said) ?? [];
    /** @type {unknown} */
    const content = JSON.parse(lines.at(-1) ?? "");
    return { seconds: Number(seconds), content: /** @type {Content} */ (content) };
  }
  const another = "take another with npx towpath backup";
  if (exitCode === codes.gone) return { problem: `${file} is not there any more`, remedy: another };
  if (exitCode === codes.damaged)
    return { problem: `${file} is damaged, got another checksum than was written down`, remedy: another };
  const last = lines.at(-1) ?? `exit code ${exitCode}`;
  if (exitCode === codes.room) {
    const free = Number(last) * 1024;
    return {
      problem: `restoring ${file} needs ${needed} bytes of the host's disk, got ${free}`,
      remedy: "free some",
    };
  }
  const remedy = "give the Docker engine more memory, of which it may use half, up to 1 GiB";
  const limited = endedByLimits({ exitCode, outOfMemory, printed: "" }, { memory, pids: 0, remedy });
  if (limited !== undefined) return { problem: `restoring ${file} ${limited.how}`, remedy: limited.remedy };
  if (exitCode === codes.server)
    return { problem: `a server for ${file} did not begin, got "${lines.join("; ")}"`, remedy: "mend that" };
  if (/no space left/i.test(said))
    return { problem: `restoring ${file} filled the host's disk`, remedy: "free some" };
  // Lines after it may show rows.
  const first = lines.find((line) => /error|fatal/i.test(line)) ?? last;
  return { problem: `${file} could not be restored, got "${first}"`, remedy: `mend that, or ${another}` };
}
