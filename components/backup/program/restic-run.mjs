/** Runs restic on a host, in a container of its own. */
import {
  engine,
  findContainer,
  memoryTotal,
  pullImage,
  Refusal,
  removeContainer,
} from "../../host/program/engine.mjs";
import { endedByLimits, limitsFromEngine, temporaryFolder } from "../../host/program/limits.mjs";
import { dataFolder, resticProblem, resticVariables, secretsFolder } from "./restic.mjs";

/**
 * @typedef {object} ResticRun
 * @property {import("./restic.mjs").Repository} repository
 * @property {string} image restic's
 * @property {string} secrets the volume with the files of its secrets
 * @property {string} container the container's name
 * @property {Readonly<Record<string, string>>} labels
 * @property {string} script
 * @property {readonly string[]} given the script's arguments
 * @property {Readonly<Record<string, string>>} volumes by their folders below the one in which the script begins
 * @property {boolean} writes whether it may write into them
 * @property {number} seconds the time that it may take
 */

/** What a script that succeeded printed, or why it failed. @typedef {{ readonly said: string } | { readonly problem: string }} Ended */

/** The time that the image may take without a word, in seconds. */
const pullSeconds = 600;

/**
 * Runs the script to its end, in the place of one of that name.
 *
 * @param {ResticRun} run
 * @returns {Promise<Ended>}
 */
export async function runRestic(run) {
  const { container } = run;
  await removeContainer(container);
  const limits = limitsFromEngine(await memoryTotal());
  await create(run, limits);
  try {
    await engine("POST", `/containers/${container}/start`);
    await engine("POST", `/containers/${container}/wait`, undefined, run.seconds);
    const found = /** @type {Found | undefined} */ (await findContainer(container));
    if (found === undefined) return { problem: "somebody removed what runs restic" };
    const { State: state } = found;
    const said = String(await engine("GET", `/containers/${container}/logs?stdout=1&stderr=1`));
    if (state.ExitCode === 0) return { said };
    const ending = { exitCode: state.ExitCode, outOfMemory: state.OOMKilled, printed: said };
    const limited = endedByLimits(ending, limits);
    if (limited !== undefined) return { problem: `restic ${limited.how}; ${limited.remedy}` };
    return { problem: resticProblem(state.ExitCode, said) ?? "nothing is there" };
  } finally {
    await removeContainer(container);
  }
}

/**
 * @param {ResticRun} run
 * @param {import("../../contract/command-run.ts").RunLimits} limits
 */
async function create({ repository, container, image, script, given, labels, ...run }, { memory, pids }) {
  const mounts = Object.entries(run.volumes).map(([folder, volume]) =>
    mount(volume, `${dataFolder}/${folder}`, !run.writes),
  );
  const body = {
    Image: image,
    Entrypoint: ["sh"],
    Cmd: ["-c", script, "sh", ...given],
    WorkingDir: dataFolder,
    Env: Object.entries(resticVariables(repository)).map(([name, value]) => `${name}=${value}`),
    // Without one, the engine frames what it prints.
    Tty: true,
    Labels: labels,
    HostConfig: {
      Mounts: [...mounts, mount(run.secrets, secretsFolder, true)],
      CapDrop: ["ALL"],
      // Files belong to whoever wrote them.
      CapAdd: run.writes ? ["CHOWN", "DAC_OVERRIDE", "FOWNER"] : ["DAC_OVERRIDE"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      Memory: memory,
      MemorySwap: memory,
      PidsLimit: pids,
      Tmpfs: { "/tmp": temporaryFolder(memory) },
    },
  };
  const make = () => engine("POST", `/containers/create?name=${container}`, body);
  await make().catch(async (/** @type {unknown} */ error) => {
    if (!(error instanceof Refusal) || error.status !== 404) throw error;
    // Nothing runs of it, so that whoever frees the disk removes it.
    await pullImage(image, pullSeconds);
    await make();
  });
}

/** @typedef {{ State: { ExitCode: number, OOMKilled: boolean } }} Found */

/**
 * @param {string} Source
 * @param {string} Target
 * @param {boolean} ReadOnly
 */
function mount(Source, Target, ReadOnly) {
  return { Type: "volume", Source, Target, ReadOnly };
}
