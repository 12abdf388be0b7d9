import { spawn } from "node:child_process";
import {
  addressesOf,
  copiesWith,
  knowSecretsOf,
  lastLogLines,
  limitProcesses,
  restartsOf,
  secretOf,
  start,
  stateOf,
  stop,
} from "./docker-copies.ts";
import { onceLike } from "./docker-like.ts";
import { joinNetwork, leaveNetwork, networksOf, ownNetwork } from "./docker-networks.ts";
import { awaitRuns, endRuns, limits, look, once, onceBeside, writeFiles } from "./docker-runs.ts";
import { scratch } from "./docker-scratch.ts";
import { docker } from "./docker.ts";
import type { Machine } from "./machine.ts";

/** A machine with a Docker engine, on which everything is a container: the one that the docker client is pointed to. */
export const dockerMachine: Machine = {
  state: stateOf,
  restarts: restartsOf,
  copies: copiesWith,
  start,
  stop,
  addresses: addressesOf,
  networks: networksOf,
  join: joinNetwork,
  leave: leaveNetwork,
  ownNetwork,
  exitCode: async (copy) => Number(await docker(["wait", copy])),
  log: lastLogLines,
  knowSecrets: knowSecretsOf,
  secret: secretOf,
  limitProcesses,

  run: (copy, command, call = {}) =>
    docker(["exec", ...(call.input === undefined ? [] : ["-i"]), copy, ...command], call),
  open: (copy, command, variables = {}) =>
    spawn(
      "docker",
      ["exec", "-i", ...Object.keys(variables).flatMap((name) => ["--env", name]), copy, ...command],
      { env: { ...process.env, ...variables } },
    ),
  removeFiles: async (of, paths) => {
    const question = ["ps", "--all", "--filter", `name=^${of}$`, "--format", "{{.State}} {{.Image}}"];
    const [state, image] = (await docker(question)).split(" ");
    if (state === "running") {
      await docker(["exec", of, "rm", "-rf", ...paths]);
    } else if (image !== undefined) {
      await docker(["run", "--rm", "--volumes-from", of, "--entrypoint", "rm", image, "-rf", ...paths]);
    }
    return state === "running";
  },

  once,
  onceLike,
  onceBeside,
  scratch,
  look,
  awaitRuns,
  endRuns,
  limits,

  writeFiles,
  time: async () => new Date(await docker(["info", "--format", "{{.SystemTime}}"])),
};
