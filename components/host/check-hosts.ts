import { InputError } from "../input/input-error.ts";
import { askEngine, connect, runOnHost } from "./connection.ts";
import {
  cautions,
  engineFacts,
  factsScript,
  judge,
  judgeVariables,
  readFacts,
  type Demand,
  type EngineAnswers,
  type HostFacts,
} from "./preflight.ts";
import type { HostConnection } from "./ssh-config.ts";
import { HostProblem } from "./ssh-failure.ts";
import { listeningScript, takenPorts, type ListedContainer } from "./taken-ports.ts";
import { timed } from "../timing/spans.ts";

/** The findings of the preflight on one host. */
export interface HostReport {
  readonly host: string;
  /** The host's facts; undefined when it could not be asked. */
  readonly facts?: HostFacts;
  /** The reasons that it cannot take the release; empty when it can. */
  readonly problems: readonly string[];
  /** The warnings about it although it can take the release. */
  readonly cautions?: readonly string[];
}

/** The time that a host may take to report what it has, in seconds. */
const askSeconds = 30;

/** Connections by the hosts' names. */
type Connections = Readonly<Record<string, HostConnection>>;

/** Begins to connect all hosts, for those who ask one of them as soon as it is reached; see {@link preflight}. */
export function connectAll<Host extends string>(
  connections: Readonly<Record<Host, HostConnection>>,
): Record<Host, Promise<void>> {
  const connecting = Object.entries<HostConnection>(connections).map(([name, connection]) => {
    const reached = timed("program", `connecting to ${name}`, () => connect(connection));
    reached.catch(() => undefined); // the preflight says it
    return [name, reached];
  });
  return Object.fromEntries(connecting) as Record<Host, Promise<void>>;
}

/**
 * Looks at all hosts at once: whether each can be reached and has what the release needs. Never throws a HostProblem.
 *
 * @param connecting what `connectAll` has begun
 */
export function checkHosts(
  connections: Connections,
  demand: Demand,
  connecting = connectAll(connections),
): Promise<HostReport[]> {
  const checks = Object.entries(connections).map(([name, connection]) =>
    checkHost(connection, demand, connecting[name]),
  );
  return Promise.all(checks);
}

/**
 * Connects all hosts and makes sure that the release can run there, before anything is made.
 *
 * @returns what was found on each, by the hosts' names
 * @throws InputError with all problems
 */
export async function preflight(
  connections: Connections,
  demand: Demand,
  connecting = connectAll(connections),
): Promise<Readonly<Record<string, HostReport>>> {
  const reports = await checkHosts(connections, demand, connecting);
  const problems = [...judgeVariables(process.env), ...reports.flatMap((report) => report.problems)];
  if (problems.length > 0) throw new InputError(problems);
  return Object.fromEntries(reports.map((report) => [report.host, report]));
}

async function checkHost(
  connection: HostConnection,
  demand: Demand,
  reached: Promise<void> | undefined,
): Promise<HostReport> {
  const { host } = connection;
  try {
    await reached;
    const facts = await timed("program", `looking at what ${host} is`, () => factsOf(connection));
    const careful = cautions(host, facts, demand);
    const problems = [...judge(host, facts, demand), ...(await portProblems(connection, demand))];
    return { host, facts, problems, ...(careful.length > 0 && { cautions: careful }) };
  } catch (error) {
    if (!(error instanceof HostProblem)) throw error;
    return { host, problems: [error.message] };
  }
}

/** Asks who has the ports that services publish, where they publish some. */
async function portProblems(connection: HostConnection, { ports = [] }: Demand): Promise<string[]> {
  if (ports.length === 0) return [];
  const [containers, { stdout }] = await Promise.all([
    askEngine(connection, "/containers/json") as Promise<ListedContainer[]>,
    runOnHost(connection, ["sh"], { input: listeningScript, timeoutSeconds: askSeconds }),
  ]);
  return takenPorts(connection.host, ports, containers, stdout);
}

async function factsOf(connection: HostConnection): Promise<HostFacts> {
  const [version, info] = await Promise.all([
    askEngine(connection, "/version") as Promise<EngineAnswers["version"]>,
    askEngine(connection, "/info") as Promise<EngineAnswers["info"]>,
  ]);
  const now = Date.now();
  const { stdout, stderr } = await runOnHost(connection, ["sh", "-s", "--", info.DockerRootDir], {
    input: factsScript,
    timeoutSeconds: askSeconds,
  });
  const facts = readFacts(stdout, now);
  if (facts === undefined) {
    const said = (stderr.trim() || stdout.trim()).split("\n").slice(-1).join("");
    throw new HostProblem(
      `towpath:hosts.${connection.host}: cannot be looked at, got ${JSON.stringify(said)} from sh; a Linux host with a POSIX shell is needed`,
      false,
    );
  }
  return { ...engineFacts({ version, info }), ...facts };
}
