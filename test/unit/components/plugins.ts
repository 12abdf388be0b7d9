import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";

/** The parts of the plugins' answers that a test may change. */
export interface PlayedPlugins {
  /** The output of the steps, by the program's name. */
  readonly receipts?: Readonly<Record<string, string>>;
  /** The answers of the plugins' functions, by their tokens; any other is refused. */
  readonly functions?: Readonly<Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>>;
}

/** One resource that a plugin is asked to make. */
interface Asked {
  readonly type: string;
  readonly name: string;
  readonly inputs: object;
  readonly preview: boolean;
}

interface Answer {
  id: string | undefined;
  state: Record<string, unknown>;
}

/** The outputs that the plugins add to the inputs; a type that is not listed is refused. */
const plugins: Record<string, (asked: Asked, played: PlayedPlugins) => Answer> = {
  "pulumi:providers:docker": ({ name }) => ({ id: `${name}-id`, state: {} }),
  "docker:index/network:Network": ({ name }) => made(name, {}),
  "docker:index/volume:Volume": ({ inputs }) => ({
    id: text(inputs, "name"),
    state: { mountpoint: `/var/lib/docker/volumes/${text(inputs, "name")}/_data` },
  }),
  // A name that is not given is Pulumi's own.
  "docker:index/container:Container": ({ name, inputs }) =>
    made(name, { name: "name" in inputs ? inputs.name : `${name}-1a2b3c4` }),
  "docker:index/image:Image": ({ name, inputs }) => ({
    id: text(inputs, "imageName"),
    state: { repoDigest: imageId(name) },
  }),
  "docker:index/tag:Tag": ({ inputs }) => ({
    id: `${text(inputs, "sourceImage")}.${text(inputs, "targetImage")}`,
    state: {},
  }),
  "docker:index/remoteImage:RemoteImage": ({ name, inputs }) => ({
    id: `${imageId(name)}${text(inputs, "name")}`,
    state: { imageId: imageId(name) },
  }),
  "pulumi:providers:github": ({ name }) => ({ id: `${name}-id`, state: {} }),
  ...Object.fromEntries(
    [
      ...["repositoryEnvironment:RepositoryEnvironment", "repositoryRuleset:RepositoryRuleset"],
      "repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
      "actionsEnvironmentVariable:ActionsEnvironmentVariable",
      ...["issueLabel:IssueLabel", "actionsVariable:ActionsVariable"],
    ].map((type) => [`github:index/${type}`, ({ name }: Asked) => made(name, {})]),
  ),
  "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret": ({ name }) =>
    made(name, { remoteUpdatedAt: "2026-01-02 03:04:05 +0000 UTC" }),
  "random:index/randomPassword:RandomPassword": ({ name, inputs }) => ({
    id: "none",
    state: { result: pulumi.secret(password(name, Number("length" in inputs && inputs.length))) },
  }),
  // What a command prints is as secret as what it was given.
  "command:local:Command": ({ name, inputs }, { receipts = {} }) => {
    const program = / steps\/run\.mjs (.*)$/.exec(text(inputs, "create"))?.[1] ?? "";
    const receipt = receipts[program] ?? JSON.stringify({ program });
    return made(name, { stdout: pulumi.secret(receipt), stderr: "" });
  },
};

/** The answer to a registration: the inputs, and what the plugin adds. In a plan only the inputs are known. */
export function answerOf(asked: Asked, played: PlayedPlugins): Answer {
  const { type, name, inputs, preview } = asked;
  if (type.startsWith("towpath:")) return { id: undefined, state: { ...inputs } };
  const plugin = plugins[type];
  if (plugin === undefined) throw new Error(`${name}: no component makes a ${type}`);
  const { id, state } = plugin(asked, played);
  return preview ? { id: "", state: { ...inputs } } : { id, state: { ...inputs, ...state } };
}

/** An id as the Docker engine gives one: 64 hexadecimal digits. */
export function engineId(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}

/** The id of the image that a resource of this name builds. */
export function imageId(name: string): string {
  return `sha256:${engineId(name)}`;
}

/** The password that a resource of this name makes. */
export function password(name: string, length: number): string {
  return engineId(name).slice(0, length).padEnd(length, "x");
}

function made(name: string, state: Record<string, unknown>): Answer {
  return { id: engineId(name), state };
}

function text(inputs: object, key: string): string {
  return String((inputs as Record<string, unknown>)[key]);
}
