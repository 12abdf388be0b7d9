import type { HostSettings, JumpHostSettings } from "../settings/host.ts";

/** A host that a stack reaches over SSH, as the provider and the steps know it. It holds no secret. */
export interface HostConnection {
  /** The host's name in the settings, a DNS label. */
  readonly host: string;
  /**
   * The folder of the stack's connections. It is relative to the project's folder, so that no machine's own paths get
   * into the state.
   */
  readonly folder: string;
}

/** A host and the private keys for it. */
export interface HostWithKeys {
  readonly settings: HostSettings;
  /** The host's private key; left out, the SSH agent's. */
  readonly key?: string | undefined;
  /** The jump host's. */
  readonly jumpKey?: string | undefined;
}

/** The engine's socket on a host. */
export const remoteSocket = "/var/run/docker.sock";

/** The time that a host may take to answer a new connection, in seconds. */
export const connectTimeoutSeconds = 10;

/** The time that a connection stays open for the next run, in seconds. */
const persistSeconds = 600;

/**
 * The time without a sign of life after which a connection counts as gone: three questions, one each five seconds.
 * A dropped connection is then noticed well before a step's own time limit.
 */
const alive = { intervalSeconds: 5, questions: 3 };

/** The folder in which the connections of every stack have theirs. */
export const connectionsFolder = ".towpath/ssh";

/** The folder of the connections of a stack's runs. */
export function folderOf(namespace: string): string {
  return `${connectionsFolder}/${namespace}`;
}

/**
 * The folder of the connections by which people look at a stack's hosts, so that no look ends a run's connection, whatever it
 * finds. It is as long as that of runs: ssh's sockets have no room for more.
 */
export function lookFolderOf(namespace: string): string {
  return `.towpath/cli/${namespace}`;
}

/** The configuration of ssh with every host of the stack in it. */
export function configFile({ folder }: Pick<HostConnection, "folder">): string {
  return `${folder}/config`;
}

/** The socket on this machine that leads to the host's Docker engine. */
export function socketFile({ folder, host }: HostConnection): string {
  return `${folder}/${host}.sock`;
}

/** Returns the address of the host's Docker engine for the docker provider and the docker client. */
export function engineAddress(connection: HostConnection): string {
  return `unix://${socketFile(connection)}`;
}

/** The connection in one text, for a step's environment. */
export function connectionText({ folder, host }: HostConnection): string {
  return `${folder}/${host}`;
}

/** The connection that `connectionText` wrote down. */
export function readConnection(text: string): HostConnection {
  const at = text.lastIndexOf("/");
  return { folder: text.slice(0, at), host: text.slice(at + 1) };
}

/** The alias of a host's jump host; no host is called so, for labels have no dots. */
export function jumpAlias(host: string): string {
  return `${host}.jump`;
}

/** The files of a stack's connections: their names and what they hold. Those with keys are secret. */
export function connectionFiles(
  folder: string,
  hosts: Readonly<Record<string, HostWithKeys>>,
): Record<string, string> {
  const files: Record<string, string> = {};
  let config = "";
  let pinned = "";
  const add = (alias: string, machine: JumpHostSettings, key: string | undefined, rest: string[]): void => {
    config += section(folder, alias, machine, key !== undefined, rest);
    pinned += `${alias} ${machine.hostKey}\n`;
    if (key !== undefined) files[`${alias}.key`] = `${key.trimEnd()}\n`;
  };
  for (const [host, { settings, key, jumpKey }] of Object.entries(hosts)) {
    const { jumpHost } = settings;
    const through = jumpHost === undefined ? [] : [`ProxyJump ${jumpAlias(host)}`];
    add(host, settings, key, [...through, ...multiplexed(folder, host)]);
    if (jumpHost !== undefined) add(jumpAlias(host), jumpHost, jumpKey, ["ControlPath none"]);
  }
  return { config, known_hosts: pinned, ...files };
}

function section(
  folder: string,
  alias: string,
  { address, user, port }: JumpHostSettings,
  hasKey: boolean,
  rest: readonly string[],
): string {
  const lines = [
    `HostName ${address}`,
    `Port ${port}`,
    `User ${user}`,
    // A host is known by its name in the settings, wherever it moves.
    `HostKeyAlias ${alias}`,
    `UserKnownHostsFile ${folder}/known_hosts`,
    "GlobalKnownHostsFile none",
    "StrictHostKeyChecking yes",
    "UpdateHostKeys no",
    "CheckHostIP no",
    ...(hasKey
      ? [`IdentityFile ${folder}/${alias}.key`, "IdentitiesOnly yes", "IdentityAgent none"]
      : ["IdentityFile none"]),
    "BatchMode yes",
    `ConnectTimeout ${connectTimeoutSeconds}`,
    `ServerAliveInterval ${alive.intervalSeconds}`,
    `ServerAliveCountMax ${alive.questions}`,
    ...rest,
  ];
  return `Host ${alias}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** One connection for all commands and for the engine's socket. */
function multiplexed(folder: string, host: string): string[] {
  return [
    "ControlMaster auto",
    `ControlPath ${folder}/${host}.control`,
    `ControlPersist ${persistSeconds}`,
    // What a killed connection left of its socket is no obstacle to the next one.
    "StreamLocalBindUnlink yes",
  ];
}
