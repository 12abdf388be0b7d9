import { limitArguments } from "../../components/host/run-limits.ts";
import { delivers } from "../delivered.ts";
import { checkRun } from "../lineage.ts";
import { secretArchiveOf } from "./archive.ts";
import { labelArguments } from "./docker-runs.ts";
import { docker, pullSeconds } from "./docker.ts";
import { labelFilters } from "./label-filters.ts";
import type { ScratchCopy } from "./machine.ts";
import { isOver, lasting, untilField } from "./overdue.ts";

/** Starts a container without a network, or in one that is there, and removes it when the work is done. */
export async function scratch<T>(copy: ScratchCopy, work: (name: string) => Promise<T>): Promise<T> {
  const { variables = {}, files = {} } = copy;
  delivers([...Object.values(files), ...Object.values(variables)]);
  await removeOverdue(copy.labels);
  const container = await create(copy);
  try {
    if (Object.keys(files).length > 0) {
      await docker(["cp", "-", `${container}:/`], { input: await secretArchiveOf(files, copy.environment) });
    }
    checkRun();
    await docker(["start", container]);
    return await work(container);
  } finally {
    await docker(["rm", "--force", "--volumes", container]);
  }
}

function create(copy: ScratchCopy): Promise<string> {
  const { image, entrypoint, command = [], environment, variables = {}, labels, limits } = copy;
  const { beside, network = beside === undefined ? "none" : `container:${beside}` } = copy;
  const plain = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return docker(
    [
      "create",
      "--network",
      network,
      ...[...plain, ...Object.keys(variables)].flatMap((variable) => ["--env", variable]),
      ...labelArguments(lasting(labels, copy.timeoutSeconds)),
      "--security-opt",
      "no-new-privileges",
      ...limitArguments(limits),
      ...(entrypoint === undefined ? [] : ["--entrypoint", entrypoint]),
      image,
      ...command,
    ],
    { environment: variables, timeoutSeconds: pullSeconds },
  );
}

/** Removes what is left of those whose starter was killed. */
async function removeOverdue(labels: Readonly<Record<string, string>>): Promise<void> {
  const filters = labelFilters(labels);
  const format = `{{.ID}} ${untilField}`;
  const lines = (await docker(["ps", "--all", ...filters, "--format", format])).split("\n");
  const overdue = lines.flatMap((line) => {
    const [id, until] = line.split(" ");
    return id !== undefined && isOver(until) ? [id] : [];
  });
  if (overdue.length > 0) await docker(["rm", "--force", "--volumes", ...overdue]);
}
