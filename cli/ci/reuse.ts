import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Application } from "../../components/application/application.ts";
import { until } from "../../components/input/until.ts";
import type { Names } from "../../components/naming/names.ts";
import { docker, listContainers, rankOf, type Container } from "../docker/containers.ts";
import { isUp } from "../docker/start-stop.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import { Held, ownerLives, readOwner, takeLock, thisProcess, type Lock } from "./lock.ts";

/** The servers of the local environment that a run uses. */
export interface Servers {
  /** The local environment's names. */
  readonly names: Names;
  /** The folder with what runs know of each other. */
  readonly folder: string;
  /** The parts that the application needs: `postgres`, `object-storage`. */
  readonly parts: readonly string[];
}

/** The time to wait for another run that starts or stops servers, and for a server to answer, in milliseconds. */
const patience = 120_000;

/** The servers of the local environment that an application uses. */
export function reusedParts({ postgres, buckets }: Pick<Application, "postgres" | "buckets">): string[] {
  return [
    ...(postgres === undefined ? [] : ["postgres"]),
    ...(buckets.length === 0 ? [] : ["object-storage"]),
  ];
}

/** Counts a run in, and starts the servers that do not run. Waits `within` milliseconds, 120,000 by default. */
export async function enter(servers: Servers, user: string, run: Run, within = patience): Promise<void> {
  await alone(servers, within, async () => {
    const found = await find(servers, run);
    mkdirSync(join(servers.folder, "users"), { recursive: true });
    writeFileSync(userFile(servers, user), JSON.stringify(thisProcess()));
    const stopped = found.filter(({ state }) => !isUp(state));
    if (stopped.length === 0) return;
    const names = new Set([...readStarted(servers), ...stopped.map(({ name }) => name)]);
    writeFileSync(startedFile(servers), [...names].join("\n"));
    await docker(run, ["start", ...stopped.map(({ id }) => id)]);
  });
  await answers(servers, run, within);
}

/**
 * Counts a run out. The last one stops the servers that runs have started, unless the local environment runs by now. Waits
 * as {@link enter} does.
 */
export async function leave(servers: Servers, user: string, run: Run, within = patience): Promise<void> {
  await alone(servers, within, async () => {
    rmSync(userFile(servers, user), { force: true });
    const names = readStarted(servers);
    if (users(servers).length > 0 || names.length === 0) return;
    const containers = await listContainers(run, servers.names.namespace);
    const inUse = containers.some((one) => rankOf(one) !== "backing service" && isUp(one.state));
    const started = containers.filter(({ name, state }) => names.includes(name) && isUp(state));
    if (!inUse && started.length > 0) await docker(run, ["stop", ...started.map(({ id }) => id)]);
    rmSync(startedFile(servers), { force: true });
  });
}

/** Removes the databases, the role and the buckets of a run from the servers. */
export async function dropData(
  { names, parts }: Servers,
  own: Names,
  buckets: readonly string[],
  run: Run,
): Promise<void> {
  if (parts.includes("postgres")) {
    // Workers have made databases that nobody else knows of: whatever belongs to the role goes.
    const sql = [
      `SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba`,
      `WHERE rolname = '${own.database}' \\gexec`,
      `DROP ROLE IF EXISTS "${own.database}";`,
    ].join("\n");
    const client = ["psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"];
    const { code, stderr } = await run(
      "docker",
      [
        "exec",
        "--interactive",
        names.postgres,
        ...client,
        "--username",
        names.database,
        "--dbname",
        "postgres",
      ],
      { input: `${sql}\n` },
    );
    if (code !== 0)
      throw new Problem(
        `${names.postgres}: the databases of ${own.namespace} cannot be removed, got "${stderr.trim()}"; remove them by "npx towpath psql"`,
      );
  }
  if (parts.includes("object-storage")) {
    // A bucket is a folder there; emptying it object by object would take a client.
    const folders = buckets.map((bucket) => `/data/${own.bucket(bucket)}`);
    await docker(run, ["exec", names.objectStorage, "rm", "-rf", "--", ...folders]);
  }
}

/** Says that there are no servers to use. */
export function noServers(namespace: string, part: string): string {
  return `towpath:reuse: expected the ${part} of the local environment ${namespace}, got none; run npm start once, or set reuse to none`;
}

async function find({ names, parts }: Servers, run: Run): Promise<Container[]> {
  const containers = await listContainers(run, names.namespace);
  return parts.map((part) => {
    const found = containers.find((container) => container.part === part);
    if (found === undefined) throw new Problem(noServers(names.namespace, part));
    return found;
  });
}

/** Waits until the servers can be used; those that ran already are asked, too. */
async function answers({ names, parts }: Servers, run: Run, within: number): Promise<void> {
  const probes = [
    ...(parts.includes("postgres") ? [[names.postgres, "pg_isready", "--quiet", "--host", "127.0.0.1"]] : []),
    ...(parts.includes("object-storage")
      ? [[names.objectStorage, "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:7070/health"]]
      : []),
  ];
  for (const probe of probes) {
    const { code, stderr } = await until(
      () => run("docker", ["exec", ...probe]),
      (asked) => asked.code === 0,
      { deadline: Date.now() + within, interval: 250 },
    );
    if (code === 0) continue;
    throw new Problem(
      `${probe[0]}: expected an answer within ${within / 1000} s, got "${stderr.trim()}"; look at docker logs ${probe[0]}`,
    );
  }
}

/** Does something that no other run does at the same time. */
async function alone<T>({ folder }: Servers, within: number, work: () => Promise<T>): Promise<T> {
  const lock = await until(
    () => lockUnlessHeld(join(folder, "servers.lock")),
    (found) => !(found instanceof Held),
    { deadline: Date.now() + within, interval: 100 },
  );
  if (lock instanceof Held) throw new Problem(serversHeld(lock.owner.pid, within));
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** The lock, or who holds it. */
function lockUnlessHeld(file: string): Lock | Held {
  try {
    return takeLock(file);
  } catch (error) {
    if (error instanceof Held) return error;
    throw error;
  }
}

/** Says that another run does not get done with the servers. */
export function serversHeld(pid: number, within = patience): string {
  return `towpath:reuse: another run starts or stops the local servers, got process ${pid} for more than ${within / 1000} s; end it, or wait until it ends`;
}

/** The runs that are counted in and live. */
function users({ folder }: Servers): string[] {
  const all = join(folder, "users");
  return readdirSync(all).filter((name) => {
    const owner = readOwner(join(all, name));
    if (owner !== undefined && ownerLives(owner)) return true;
    rmSync(join(all, name), { force: true });
    return false;
  });
}

function userFile({ folder }: Servers, user: string): string {
  return join(folder, "users", user);
}

/** The names of the servers that runs have started since the last of them left. */
function readStarted(servers: Servers): string[] {
  const file = startedFile(servers);
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}

/** Names the servers that a run has started. */
function startedFile({ folder }: Servers): string {
  return join(folder, "servers-started");
}
