import { hostname } from "node:os";
import {
  engineFacts,
  factsScript,
  judge,
  leastDemand,
  readFacts,
  type EngineAnswers,
  type HostFacts,
} from "../../components/host/preflight.ts";
import { defined } from "../../components/input/defined.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import { isLocal, type Engine } from "./endpoint.ts";

/** The time that the engine, and this machine, may take to report what they have, in milliseconds. */
const patience = 10_000;

/**
 * Makes sure that this machine's engine can take an environment, before the first of it is made: as a host's, it needs room
 * on its disk, and a rootless one has to be allowed to open the gateway's port.
 *
 * One on another machine or in a virtual one is not judged: what it has cannot be seen from here.
 *
 * @throws Problem
 */
export async function checkLocalEngine(run: Run, engine: Engine, port?: number): Promise<void> {
  const facts = await factsOf(run, engine);
  if (facts === undefined) return;
  const demand = { ...leastDemand, ...defined({ port }) };
  const problems = judge("this machine", facts, demand, "docker");
  if (problems.length > 0) throw new Problem(problems.join("\n"));
}

async function factsOf(run: Run, { endpoint, version, apiVersion }: Engine): Promise<HostFacts | undefined> {
  if (!isLocal(endpoint)) return undefined;
  const { code, stdout } = await run("docker", ["info", "--format", "{{json .}}"], { timeout: patience });
  if (code !== 0 || stdout.trim() === "") return undefined;
  const info = JSON.parse(stdout) as EngineAnswers["info"] & { readonly Name: string };
  if (info.Name !== hostname()) return undefined;
  const asked = ["-s", "--", info.DockerRootDir];
  const printed = await run("sh", asked, { input: factsScript, timeout: patience });
  const seen = readFacts(printed.stdout, Date.now());
  if (seen === undefined) return undefined;
  return { ...engineFacts({ version: { Version: version, ApiVersion: apiVersion }, info }), ...seen };
}
