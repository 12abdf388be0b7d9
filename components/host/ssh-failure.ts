import { UserError } from "../input/user-error.ts";
import { jumpAlias, remoteSocket } from "./ssh-config.ts";

/** The error of a host that cannot be used; the message names its setting and says what to do. */
export class HostProblem extends UserError {
  /** True when it may pass by itself, as with a machine that starts up or a line that was cut. */
  readonly passes: boolean;

  constructor(message: string, passes: boolean) {
    super(message);
    this.passes = passes;
  }
}

/** The end of ssh when it could not sign in. */
export interface SshEnding {
  /** The host's name in the settings. */
  readonly host: string;
  /** True when it was the jump host that ssh was to sign in to. */
  readonly jump: boolean;
  /** The text that ssh printed. */
  readonly said: string;
  /** The cause from outside: ssh is not installed, or took longer than this many seconds. */
  readonly ended?: "no client" | { readonly afterSeconds: number };
  /** The agent by `ssh-add -l`, where keys come from it: the number of its keys, or that there is no agent. */
  readonly agent?: number | "none";
}

/** Explains to a person why ssh could not sign in. */
export function explainSsh(ending: SshEnding): HostProblem {
  const { host, jump, said, ended } = ending;
  const path = `towpath:hosts.${host}${jump ? ".jumpHost" : ""}`;
  if (ended === "no client") {
    return lasting(
      `towpath:hosts.${host}: the ssh client is needed to reach it, got no program of that name on PATH; install OpenSSH's client, on Debian and Ubuntu with apt-get install openssh-client`,
    );
  }
  return (
    changedKey(ending, path) ??
    unreadableKey(ending, path) ??
    refusedUser(ending, path) ??
    new HostProblem(
      `${path}: cannot be reached, got ${ended === undefined ? quoted(reasonOf(said)) : `no answer within ${ended.afterSeconds} s`}; ` +
        `check its address and port, that it runs, and that its firewall lets ${jump || !said.includes("stdio forwarding failed") ? "you" : "the jump host"} in`,
      true,
    )
  );
}

function changedKey({ host, jump, said }: SshEnding, path: string): HostProblem | undefined {
  if (!/Host key verification failed|No \S+ host key is known/.test(said)) return undefined;
  const kind = /fingerprint for the (\S+) key sent/.exec(said)?.[1];
  const fingerprint = /SHA256:[A-Za-z0-9+/]+/.exec(said)?.[0];
  const got =
    kind === undefined || fingerprint === undefined
      ? `a key of another kind (${/No (\S+) host key/.exec(said)?.[1] ?? "unknown"})`
      : `the ${kind} key ${fingerprint}`;
  return lasting(
    `${path}.hostKey: ${jump ? "the jump host" : host} does not have the pinned key, got ${got}; ` +
      "a machine that was set up anew has a new key, and so has one that listens in: ask who runs it, and only then pin the key that ssh-keyscan prints",
  );
}

function unreadableKey({ host, jump, said }: SshEnding, path: string): HostProblem | undefined {
  const reason = new RegExp(`Load key "[^"]*/${jump ? jumpAlias(host) : host}\\.key": ([^\\r\\n]+)`).exec(
    said,
  )?.[1];
  return reason === undefined
    ? undefined
    : lasting(
        `${path}.key: expected a private key without a passphrase, got one that ssh cannot read (${quoted(reason.trim())}); ` +
          "put the whole file in, from its first line to its last, or use the SSH agent for a key with a passphrase",
      );
}

function refusedUser({ said, agent }: SshEnding, path: string): HostProblem | undefined {
  const [, user, reason] = /([^\s@]+)@\S+: (Permission denied \([^)]*\))/.exec(said) ?? [];
  if (user === undefined || reason === undefined) {
    return said.includes("Too many authentication failures")
      ? lasting(
          `${path}.key: the host gave up on the SSH agent's keys, got "Too many authentication failures"; remove those that are not for it from the agent, or set where its key comes from`,
        )
      : undefined;
  }
  if (agent === "none") {
    return lasting(
      `${path}.key: no SSH agent runs, got no answer at SSH_AUTH_SOCK; start one and add your key (eval "$(ssh-agent)" && ssh-add), or set where the key comes from`,
    );
  }
  if (agent === 0) {
    return lasting(
      `${path}.key: the SSH agent has no keys, got none to sign in with; add yours with ssh-add, or set where the key comes from`,
    );
  }
  return lasting(
    `${path}.key: the host does not let ${user} in, got ${quoted(reason)}; add the key's public half to ~${user}/.ssh/authorized_keys there, or correct the user or the key`,
  );
}

/** The finding of a look at the host's engine, in the words of `lookAtSocket`. */
export interface SocketEnding {
  readonly host: string;
  readonly user: string;
  /** The text that the script printed; undefined when the socket is well on the host, and only its forwarding fails. */
  readonly found: string | undefined;
}

/**
 * Looks on the host for why its engine does not answer: the words for `explainSocket`, and nothing when it answers there.
 *
 * The docker client knows best; a host without it has an engine too.
 */
export const lookAtSocket = `
socket=${remoteSocket}
own="\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/docker.sock"
if [ ! -S "$socket" ] && [ -S "$own" ]; then echo "rootless $own"; exit; fi
if [ ! -S "$socket" ]; then echo missing; exit; fi
if [ ! -r "$socket" ] || [ ! -w "$socket" ]; then echo forbidden; exit; fi
command -v docker >/dev/null 2>&1 || exit 0
said=$(timeout 10 docker --host "unix://$socket" version --format '{{.Server.Version}}' 2>&1) || echo "silent $said"
`;

/** Explains why the engine does not answer although the host does. */
export function explainSocket({ host, user, found }: SocketEnding): HostProblem {
  const path = `towpath:hosts.${host}`;
  if (found === undefined) {
    return lasting(
      `${path}: its SSH server does not forward ${remoteSocket}, got a closed connection; set "AllowStreamLocalForwarding yes" in its sshd_config and reload it`,
    );
  }
  if (found === "missing") {
    return new HostProblem(
      `${path}: no Docker engine runs there, got no ${remoteSocket}; install Docker and start it with sudo systemctl start docker`,
      true,
    );
  }
  if (found.startsWith("rootless ")) {
    const own = found.slice("rootless ".length);
    return lasting(
      `${path}: its Docker engine is rootless, got its socket at ${own} and none at ${remoteSocket}; install an engine that runs as root, or let the one lead to the other (sudo ln -s ${own} ${remoteSocket}, after each reboot)`,
    );
  }
  if (found === "forbidden") {
    return lasting(
      `${path}.user: ${user} may not use Docker, got "permission denied" for ${remoteSocket}; run there: sudo usermod -aG docker ${user}`,
    );
  }
  return new HostProblem(
    `${path}: its Docker engine does not answer, got ${quoted(found.replace(/^silent /, ""))}; see there: sudo systemctl status docker`,
    true,
  );
}

/** Tells whether the docker client reports that its connection, or the engine behind it, went away during a command. */
export function saysCut(said: string): boolean {
  return /error during connect|cannot connect to the docker daemon|unexpected EOF|connection reset by peer|broken pipe|use of closed network connection|: EOF$/im.test(
    said,
  );
}

function lasting(message: string): HostProblem {
  return new HostProblem(message, false);
}

/** The line of ssh that says why: the first, for those that follow tell of its consequences. */
function reasonOf(said: string): string {
  const lines = said
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/^ssh: /, ""))
    .filter((line) => line !== "");
  return lines[0] ?? "a closed connection";
}

function quoted(text: string): string {
  return `"${text.trim().replaceAll(/\s+/g, " ").replaceAll('"', "'")}"`;
}
