import { ownVariables, secretVariables, type Inspected } from "../../components/host/program/like.mjs";
import { limitArguments, limitsFromSettings } from "../../components/host/run-limits.ts";
import type { RunLimits } from "../../components/contract/command-run.ts";
import { secretsFolder } from "../../components/application/connections.ts";
import { delivers } from "../delivered.ts";
import { secretsOf } from "./docker-copies.ts";
import { labelArguments, limits, toItsEnd } from "./docker-runs.ts";
import { docker } from "./docker.ts";
import type { EndedRun, LikeRun } from "./machine.ts";

/** Runs a command once as a container does, and removes it. */
export async function onceLike<T>(
  run: LikeRun,
  timeoutSeconds: number,
  look: (ended: EndedRun) => Promise<T>,
): Promise<T> {
  const [copy] = JSON.parse(await docker(["container", "inspect", run.like])) as [Inspected];
  const image = JSON.parse(
    await docker(["image", "inspect", "--format", "{{json .Config.Env}}", copy.Image]),
  ) as string[] | null;
  const variables = ownVariables(copy, image ?? []);
  delivers(secretVariables(variables, run.plainVariables));
  const within = limitsOf(copy) ?? (await limits());
  // A volume with secrets is mounted, as the copy's is.
  const isMounted = copy.Mounts.some(({ Destination }) => Destination === secretsFolder);
  const files = isMounted ? {} : await secretsOf(run.like);
  const container = await docker(
    [
      "create",
      "--name",
      run.name,
      ...Object.entries(variables).flatMap(([name, value]) => ["--env", asArgument(name, value)]),
      ...likeArguments(copy),
      ...limitArguments(within),
      ...labelArguments(run.labels),
      copy.Image,
      ...(copy.Config.Entrypoint ?? []).slice(1),
      ...run.command,
    ],
    { environment: variables },
  );
  return toItsEnd(
    container,
    { command: run.command, environment: variables, files, limits: within },
    timeoutSeconds,
    look,
  );
}

/** The arguments of `docker create` for a container that runs as this one, but for its variables and limits. */
export function likeArguments({ Config, HostConfig, NetworkSettings, Mounts }: Inspected): string[] {
  // A copy is in one: that of its environment.
  const [network = "none"] = Object.keys(NetworkSettings.Networks);
  const [program] = Config.Entrypoint ?? [];
  const { Tmpfs, Ulimits, ExtraHosts, CapAdd, CapDrop, SecurityOpt } = HostConfig;
  return [
    ...["--network", network, "--no-healthcheck"],
    ...(program === undefined ? [] : ["--entrypoint", program]),
    ...(Config.User === "" ? [] : ["--user", Config.User]),
    ...(Config.WorkingDir === "" ? [] : ["--workdir", Config.WorkingDir]),
    ...(HostConfig.ReadonlyRootfs ? ["--read-only"] : []),
    ...(HostConfig.Init === true ? ["--init"] : []),
    ...["--shm-size", String(HostConfig.ShmSize)],
    ...(HostConfig.NanoCpus > 0 ? ["--cpus", String(HostConfig.NanoCpus / 1e9)] : []),
    // Every run has a /tmp of its own.
    ...Object.entries(Tmpfs ?? {}).flatMap(([path, options]) =>
      path === "/tmp" ? [] : ["--tmpfs", options === "" ? path : `${path}:${options}`],
    ),
    ...(Ulimits ?? []).flatMap(({ Name, Soft, Hard }) => ["--ulimit", `${Name}=${Soft}:${Hard}`]),
    ...(ExtraHosts ?? []).flatMap((host) => ["--add-host", host]),
    ...(CapDrop ?? []).flatMap((name) => ["--cap-drop", name]),
    ...(CapAdd ?? []).flatMap((name) => ["--cap-add", name]),
    ...(SecurityOpt ?? []).flatMap((option) => ["--security-opt", option]),
    ...Mounts.flatMap(({ Type, Name, Source, Destination, RW }) => {
      if (Type !== "volume" && Type !== "bind") return [];
      const source = Type === "volume" ? (Name ?? Source) : Source;
      return ["--mount", `type=${Type},source=${source},target=${Destination}${RW ? "" : ",readonly"}`];
    }),
  ];
}

/** The limits of the container; undefined where it may use everything. */
function limitsOf({ HostConfig: { Memory: memory, PidsLimit } }: Inspected): RunLimits | undefined {
  const pids = PidsLimit ?? 0;
  return memory > 0 && pids > 0 ? limitsFromSettings({ memory, pids }) : undefined;
}

/** Of most variables only the name is an argument, for those can be read by everyone; some would change the client itself. */
function asArgument(name: string, value: string): string {
  return /^(DOCKER_|PATH$|HOME$)/.test(name) ? `${name}=${value}` : name;
}
