/** Reasons why a host cannot be used, from the real output of OpenSSH 9.2 and of the look at the engine's socket. */
import assert from "node:assert/strict";
import { connectionLost } from "../../../components/host/host-engine.ts";
import { explainSocket, explainSsh, saysCut, type SshEnding } from "../../../components/host/ssh-failure.ts";

function explained(said: string, more: Partial<SshEnding> = {}): { message: string; passes: boolean } {
  const { message, passes } = explainSsh({ host: "app1", jump: false, said, ...more });
  return { message, passes };
}

function lasting(message: string): { message: string; passes: boolean } {
  return { message, passes: false };
}

function passing(message: string): { message: string; passes: boolean } {
  return { message, passes: true };
}

const changed = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r
The fingerprint for the ED25519 key sent by the remote host is\r
SHA256:2zgNsDTeAbRNkQ8Lz0AgnNsZbSIByfPPu+dA5lIm7+k.\r
Please contact your system administrator.\r
Host key for app1 has changed and you have requested strict checking.\r
Host key verification failed.\r
`;
const denied = "deploy@10.0.0.1: Permission denied (publickey,password).\r\n";

describe("an ssh failure is explained:", () => {
  it("the host is unreachable: refused, unknown, silent", () => {
    assert.deepEqual(
      explained("ssh: connect to host 10.0.0.1 port 22: Connection refused\r\n"),
      passing(
        `towpath:hosts.app1: cannot be reached, got "connect to host 10.0.0.1 port 22: Connection refused"; check its address and port, that it runs, and that its firewall lets you in`,
      ),
    );
    assert.deepEqual(
      explained("ssh: Could not resolve hostname nowhere.invalid: Name or service not known\r\n"),
      passing(
        `towpath:hosts.app1: cannot be reached, got "Could not resolve hostname nowhere.invalid: Name or service not known"; check its address and port, that it runs, and that its firewall lets you in`,
      ),
    );
    assert.deepEqual(
      explained("", { ended: { afterSeconds: 30 } }),
      passing(
        "towpath:hosts.app1: cannot be reached, got no answer within 30 s; check its address and port, that it runs, and that its firewall lets you in",
      ),
    );
    assert.deepEqual(
      explained(""),
      passing(
        `towpath:hosts.app1: cannot be reached, got "a closed connection"; check its address and port, that it runs, and that its firewall lets you in`,
      ),
    );
  });

  it("the host is unreachable from the jump host, or the jump host itself is", () => {
    assert.deepEqual(
      explained(
        "channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed\r\nConnection closed by UNKNOWN port 65535\r\n",
      ),
      passing(
        `towpath:hosts.app1: cannot be reached, got "channel 0: open failed: connect failed: Connection refused"; check its address and port, that it runs, and that its firewall lets the jump host in`,
      ),
    );
    assert.deepEqual(
      explained("ssh: connect to host 10.0.0.9 port 22: No route to host\r\n", { jump: true }),
      passing(
        `towpath:hosts.app1.jumpHost: cannot be reached, got "connect to host 10.0.0.9 port 22: No route to host"; check its address and port, that it runs, and that its firewall lets you in`,
      ),
    );
  });

  it("the host key is not the pinned one, or only of another kind", () => {
    const fix =
      "a machine that was set up anew has a new key, and so has one that listens in: ask who runs it, and only then pin the key that ssh-keyscan prints";
    assert.deepEqual(
      explained(changed),
      lasting(
        `towpath:hosts.app1.hostKey: app1 does not have the pinned key, got the ED25519 key SHA256:2zgNsDTeAbRNkQ8Lz0AgnNsZbSIByfPPu+dA5lIm7+k; ${fix}`,
      ),
    );
    assert.deepEqual(
      explained(
        "No ED25519 host key is known for app1 and you have requested strict checking.\r\nHost key verification failed.\r\n",
      ),
      lasting(
        `towpath:hosts.app1.hostKey: app1 does not have the pinned key, got a key of another kind (ED25519); ${fix}`,
      ),
    );
    assert.deepEqual(
      explained(changed, { jump: true }),
      lasting(
        `towpath:hosts.app1.jumpHost.hostKey: the jump host does not have the pinned key, got the ED25519 key SHA256:2zgNsDTeAbRNkQ8Lz0AgnNsZbSIByfPPu+dA5lIm7+k; ${fix}`,
      ),
    );
  });

  it("the key is refused or not readable, or there is no agent, none in the agent, too many in the agent", () => {
    assert.deepEqual(
      explained(denied),
      lasting(
        `towpath:hosts.app1.key: the host does not let deploy in, got "Permission denied (publickey,password)"; add the key's public half to ~deploy/.ssh/authorized_keys there, or correct the user or the key`,
      ),
    );
    assert.deepEqual(explained(denied, { agent: 2 }), explained(denied));
    assert.deepEqual(
      explained(`Load key ".towpath/ssh/notes/app1.key": error in libcrypto\r\n${denied}`),
      lasting(
        `towpath:hosts.app1.key: expected a private key without a passphrase, got one that ssh cannot read ("error in libcrypto"); put the whole file in, from its first line to its last, or use the SSH agent for a key with a passphrase`,
      ),
    );
    assert.deepEqual(
      explained(denied, { agent: "none" }),
      lasting(
        `towpath:hosts.app1.key: no SSH agent runs, got no answer at SSH_AUTH_SOCK; start one and add your key (eval "$(ssh-agent)" && ssh-add), or set where the key comes from`,
      ),
    );
    assert.deepEqual(
      explained(denied, { agent: 0 }),
      lasting(
        "towpath:hosts.app1.key: the SSH agent has no keys, got none to sign in with; add yours with ssh-add, or set where the key comes from",
      ),
    );
    assert.deepEqual(
      explained("Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\r\n"),
      lasting(
        `towpath:hosts.app1.key: the host gave up on the SSH agent's keys, got "Too many authentication failures"; remove those that are not for it from the agent, or set where its key comes from`,
      ),
    );
  });

  it("there is no ssh client", () => {
    assert.deepEqual(
      explained("", { ended: "no client" }),
      lasting(
        "towpath:hosts.app1: the ssh client is needed to reach it, got no program of that name on PATH; install OpenSSH's client, on Debian and Ubuntu with apt-get install openssh-client",
      ),
    );
  });
});

describe("the silence of a host's engine is explained:", () => {
  const engine = (found: string | undefined): { message: string; passes: boolean } => {
    const { message, passes } = explainSocket({ host: "app1", user: "deploy", found });
    return { message, passes };
  };

  it("there is no socket, no permission, no answer, no forwarding", () => {
    assert.deepEqual(
      engine("missing"),
      passing(
        "towpath:hosts.app1: no Docker engine runs there, got no /var/run/docker.sock; install Docker and start it with sudo systemctl start docker",
      ),
    );
    assert.deepEqual(
      engine("rootless /run/user/1000/docker.sock"),
      lasting(
        "towpath:hosts.app1: its Docker engine is rootless, got its socket at /run/user/1000/docker.sock and none at /var/run/docker.sock; install an engine that runs as root, or let the one lead to the other (sudo ln -s /run/user/1000/docker.sock /var/run/docker.sock, after each reboot)",
      ),
    );
    assert.deepEqual(
      engine("forbidden"),
      lasting(
        `towpath:hosts.app1.user: deploy may not use Docker, got "permission denied" for /var/run/docker.sock; run there: sudo usermod -aG docker deploy`,
      ),
    );
    assert.deepEqual(
      engine("silent \nCannot connect to the Docker daemon. Is the docker daemon running?"),
      passing(
        `towpath:hosts.app1: its Docker engine does not answer, got "Cannot connect to the Docker daemon. Is the docker daemon running?"; see there: sudo systemctl status docker`,
      ),
    );
    assert.deepEqual(
      engine(undefined),
      lasting(
        `towpath:hosts.app1: its SSH server does not forward /var/run/docker.sock, got a closed connection; set "AllowStreamLocalForwarding yes" in its sshd_config and reload it`,
      ),
    );
  });
});

describe("a docker client whose connection was cut", () => {
  it("is distinguished from one whose command failed", () => {
    for (const said of [
      'time="2026-01-02T03:04:05Z" level=error msg="error waiting for container: unexpected EOF"',
      'error during connect: Get "http://.towpath%2Fssh%2Fnotes%2Fapp1.sock/v1.41/info": EOF',
      "Cannot connect to the Docker daemon at unix://.towpath/ssh/notes/app1.sock. Is the docker daemon running?",
      "read unix @->.towpath/ssh/notes/app1.sock: read: connection reset by peer",
    ]) {
      assert.equal(saysCut(said), true, said);
    }
    assert.equal(saysCut("Error response from daemon: No such container: api"), false);
  });

  it("is reported to have changed nothing while the plan was made", () => {
    assert.equal(
      connectionLost("app1"),
      "towpath:hosts.app1: the connection was lost while the plan was made, got no answer from its Docker engine; nothing was changed, run the command again",
    );
  });
});
