import { join } from "node:path";
import { connect, writeConnections } from "../../components/host/connection.ts";
import { folderOf, type HostConnection } from "../../components/host/ssh-config.ts";
import { InputError } from "../../components/input/input-error.ts";
import { settingsPrefix } from "../../components/settings/configuration.ts";
import { missingCredentials } from "../../components/settings/agreement.ts";
import type { AgentCredential, CredentialSource } from "../../components/settings/credential.ts";
import type { HostStackSettings } from "../../components/settings/host-stack.ts";
import type { HostSettings } from "../../components/settings/host.ts";
import type { RegistrySettings } from "../../components/settings/registry.ts";
import type { ReleasedSettings } from "../../components/settings/released-settings.ts";
import { Problem } from "../problem.ts";
import { lastLines, type Run } from "../process/run.ts";
import { pulumiFolder } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import type { Progress } from "../terminal/progress.ts";
import { settingsFileArguments } from "./settings-file.ts";
import { settingsOf } from "./settings.ts";

/** A stack with hosts, as the command line reaches them. */
export interface StackHosts {
  readonly settings: ReleasedSettings | HostStackSettings;
  /** The hosts by their names; that of a host's own stack is called `host`. */
  readonly hosts: Readonly<Record<string, HostSettings>>;
  readonly connections: Readonly<Record<string, HostConnection>>;
  /** The value of one of the deployment's own credentials; undefined for the SSH agent's. */
  readonly credential: (source: CredentialSource | AgentCredential) => string | undefined;
}

/**
 * Writes down how a stack's hosts are reached, as the program does, in the working directory. Opens nothing.
 *
 * Values in the stack's configuration are encrypted: where one is needed, Pulumi is asked.
 *
 * @param folder where connections are that no run shares; those of the stack's runs by default
 * @throws InputError when the settings cannot be used, or a credential is missing
 */
export async function hostsOfStack(call: PulumiCall, run: Run, folder?: string): Promise<StackHosts> {
  const settings = settingsOf(call.project, call.stack);
  if (!("hosts" in settings) && settings.environment !== "host") {
    throw new Problem(
      `--stack: expected a stack with hosts, got ${JSON.stringify(call.stack)}; take staging, production or host-<name>`,
    );
  }
  const hosts = "hosts" in settings ? settings.hosts : { host: settings.host };
  const registry = "registry" in settings ? settings.registry : undefined;
  const stored = needsConfiguration(hosts, registry) ? await secretValues(call, run) : {};
  const missing = missingCredentials(asReached(settings), {
    configuration: Object.keys(stored),
    variables: process.env,
  });
  if (missing.length > 0) throw new InputError(missing);
  const credential: StackHosts["credential"] = (source) => {
    if (source.source === "agent") return undefined;
    return source.source === "configuration" ? stored[source.name] : process.env[source.variable];
  };
  const connections = await writeConnections(folder ?? folderOf(settings.namespace), hosts, credential);
  return { settings, hosts, connections, credential };
}

/** The settings without the secrets of what runs there: only a release needs those. */
function asReached(settings: StackHosts["settings"]): StackHosts["settings"] {
  const reached = { ...settings };
  if ("vault" in reached) delete reached.vault;
  if ("password" in reached) delete reached.password;
  if ("addressSecret" in reached) delete reached.addressSecret;
  if ("wildcard" in reached) delete reached.wildcard;
  return reached;
}

/**
 * Opens the connections to a stack's hosts, which the program does itself. Throws a HostProblem when one cannot be reached.
 *
 * @param folder as for `hostsOfStack`
 * @returns them, by the hosts' names
 */
export async function openHosts(
  call: PulumiCall,
  run: Run,
  progress: Progress,
  folder?: string,
): Promise<Readonly<Record<string, HostConnection>>> {
  process.chdir(call.project.root);
  const { connections } = await hostsOfStack(call, run, folder);
  const step = progress.step("connecting the hosts");
  try {
    await Promise.all(Object.values(connections).map((connection) => connect(connection)));
    return connections;
  } finally {
    step.done();
  }
}

/** The same of a stack that has one host. */
export async function openHost(call: PulumiCall, run: Run, progress: Progress): Promise<HostConnection> {
  const [connection] = Object.values(await openHosts(call, run, progress));
  if (connection === undefined) throw new Error(`${call.stack} has no host`); // its settings demand one
  return connection;
}

function needsConfiguration(
  hosts: Readonly<Record<string, HostSettings>>,
  registry: RegistrySettings | undefined,
): boolean {
  const keys = Object.values(hosts).flatMap(({ key, jumpHost }) => [key, jumpHost?.key]);
  return [...keys, registry?.login?.password].some((source) => source?.source === "configuration");
}

/** The values in the configuration of a stack, which Pulumi decrypts. Throws a Problem when it cannot. */
export async function secretValues(
  { project, stack, environment }: PulumiCall,
  run: Run,
): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await run(
    join(pulumiFolder(project), "pulumi"),
    [
      "config",
      "--stack",
      stack,
      "--show-secrets",
      "--json",
      "--non-interactive",
      ...settingsFileArguments(stack),
    ],
    { cwd: project.root, environment },
  );
  if (code !== 0) {
    throw new Problem(
      `towpath:secretValues: cannot be read, got ${JSON.stringify(lastLines(stderr, 1))}; give the passphrase that the stack was made with, in PULUMI_CONFIG_PASSPHRASE`,
    );
  }
  const found = JSON.parse(stdout) as Record<string, { value?: string; objectValue?: object }>;
  const values = found[`${settingsPrefix}secretValues`];
  return (values?.objectValue ?? JSON.parse(values?.value ?? "{}")) as Record<string, string>;
}
