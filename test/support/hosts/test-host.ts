import { execa } from "execa";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostSettings } from "../../../components/settings/host.ts";
import { docker } from "../footprint.ts";
import { until } from "../until.ts";
import { buildLabImage, labLabel, labNamespace, labNetwork, removeLab } from "./lab.ts";

/** The environment variable that the hosts' settings take their key from; `keyVariables()` holds its value. */
const keyVariable = "TEST_HOST_KEY";

/** The flags that let systemd and an engine run in a container that is not privileged. */
const flags = [
  ...["--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE", "--cgroupns", "host"],
  ...["seccomp", "apparmor", "systempaths"].flatMap((name) => ["--security-opt", `${name}=unconfined`]),
  ...["--device-cgroup-rule", "a *:* rwm", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw"],
  ...["--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp:exec"],
];

/** A machine with systemd, an SSH server and a Docker engine of its own, in a container. */
export class TestHost {
  readonly name: string;
  /** Its address, also after a reboot; this machine and the other hosts reach every port of it. */
  readonly address: string;
  /** The user who signs in and may use Docker. */
  readonly user = "deploy";
  private publicKey = "";

  private constructor(name: string, address: string) {
    this.name = name;
    this.address = address;
  }

  /** Boots a host that nobody has used. */
  static async boot(number: number): Promise<TestHost> {
    const [image, network] = await Promise.all([buildLabImage("Dockerfile"), labNetwork()]);
    const name = `${labNamespace}-host-${number}`;
    const host = new TestHost(name, network.address(number));
    await docker([
      ...["run", "--detach", "--name", name, "--hostname", `host-${number}`, "--label", labLabel],
      ...["--network", network.name, "--ip", host.address, "--volume", "/var/lib/docker", ...flags, image],
    ]);
    await host.exec("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/ssh_host_ed25519_key");
    for (const user of ["deploy", "guest"]) {
      await host.write(`/home/${user}/.ssh/authorized_keys`, readFileSync(`${keyFile()}.pub`, "utf8"));
      await host.exec("chown", "--recursive", `${user}:${user}`, `/home/${user}/.ssh`);
    }
    host.publicKey = await host.readHostKey();
    await host.ready();
    return host;
  }

  /** The host as a stack's settings describe it; its key comes from the environment: see `keyVariables`. */
  settings(more: Partial<HostSettings> = {}): HostSettings {
    return {
      address: this.address,
      user: this.user,
      port: 22,
      key: { source: "environment", variable: keyVariable },
      hostKey: this.publicKey,
      ...more,
    };
  }

  /** Runs a program on the host as root, without SSH, and returns what it printed. */
  async exec(...command: readonly string[]): Promise<string> {
    const { stdout } = await execa("docker", ["exec", this.name, ...command], {
      stdin: "ignore",
      timeout: 300_000,
    });
    return stdout;
  }

  /** Runs a shell script on the host as root. */
  script(text: string): Promise<string> {
    return this.exec("sh", "-ec", text);
  }

  /** Writes a file on the host, with its folder. */
  async write(path: string, text: string): Promise<void> {
    const script = 'mkdir -p "$(dirname "$1")" && cat > "$1"';
    await execa("docker", ["exec", "-i", this.name, "sh", "-c", script, "sh", path], {
      input: text,
      timeout: 30_000,
    });
  }

  /** The lines that the docker client prints on the host. */
  async docker(...args: readonly string[]): Promise<string[]> {
    return (await this.exec("docker", ...args)).split("\n").filter((line) => line !== "");
  }

  /** Stops everything, as `reboot` does, and waits until the host is up again. */
  async reboot(): Promise<void> {
    await docker(["restart", "--time", "60", this.name]);
    await this.ready();
  }

  /** Cuts the power: nothing gets to say goodbye. The host stays off until `powerOn`. */
  async powerOff(): Promise<void> {
    await docker(["kill", this.name]);
  }

  async powerOn(): Promise<void> {
    await docker(["start", this.name]);
    await this.ready();
  }

  async stopEngine(): Promise<void> {
    await this.exec("systemctl", "stop", "docker.socket", "docker.service");
  }

  async startEngine(): Promise<void> {
    await this.exec("systemctl", "start", "docker.socket", "docker.service");
  }

  /** Restarts the engine, however often that was done lately; its containers go on. */
  async restartEngine(): Promise<void> {
    await this.script("systemctl reset-failed docker.service; systemctl restart docker.service");
  }

  /** Ends every SSH connection to this host, as a lost line would; new ones are taken. */
  async dropConnections(): Promise<void> {
    // The server itself is a parent of theirs and goes on.
    await this.script("pkill -KILL -f '^sshd: [a-z]+( |@)' || true");
  }

  /** Returns the number of open SSH connections. */
  async connections(): Promise<number> {
    return Number(await this.script("pgrep -c -f '^sshd: [a-z]+ \\[priv\\]' || true"));
  }

  /** Gives the host another host key, as a machine that was set up again has. */
  async changeHostKey(): Promise<void> {
    await this.script(
      "rm -f /etc/ssh/ssh_host_*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key",
    );
  }

  /** The public host key that the host shows now. */
  async readHostKey(): Promise<string> {
    const line = await this.exec("cat", "/etc/ssh/ssh_host_ed25519_key.pub");
    return line.split(" ").slice(0, 2).join(" ");
  }

  /**
   * Gives the engine a small disk of its own, empty but for what it makes there; `fillDisk` then fills it. It is gone
   * when the host is handed back.
   */
  async useSmallDisk(mebibytes: number): Promise<void> {
    await this.write(
      "/usr/local/sbin/mount-small-disk",
      [
        "mknod /dev/loop-control c 10 237 2>/dev/null || true",
        "for n in $(seq 0 63); do [ -e /dev/loop$n ] || mknod /dev/loop$n b 7 $n; done",
        "mount -o loop /var/lib/small-disk /var/lib/docker",
      ].join("\n"),
    );
    // A reboot mounts it before the engine begins.
    await this.write(
      "/etc/systemd/system/small-disk.service",
      [
        "[Unit]\nBefore=docker.service",
        "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -e /usr/local/sbin/mount-small-disk",
        "[Install]\nRequiredBy=docker.service\n",
      ].join("\n"),
    );
    await this.script(
      [
        "systemctl stop docker.socket docker.service",
        `truncate --size ${mebibytes}M /var/lib/small-disk`,
        "mkfs.ext4 -q -m 0 /var/lib/small-disk",
        "systemctl enable --quiet --now small-disk.service",
        "systemctl start docker.socket docker.service",
      ].join("\n"),
    );
  }

  /** Fills the engine's disk to its last byte: most of it at once, and the rest by writing. */
  async fillDisk(): Promise<void> {
    await this.script(
      [
        "free=$(df --output=avail --block-size=1M /var/lib/docker | tail -n 1)",
        '[ "$free" -le 16 ] || fallocate --length "$((free - 16))M" /var/lib/docker/filler',
        "cat /dev/zero >>/var/lib/docker/filler 2>/dev/null || true",
      ].join("\n"),
    );
  }

  /** Gives the space back that `fillDisk` took. */
  async freeDisk(): Promise<void> {
    await this.exec("rm", "-f", "/var/lib/docker/filler");
  }

  /** Makes `127.0.0.1:<port>` on the host lead somewhere else, also after a reboot. */
  async lead(port: number, target: string): Promise<void> {
    await this.write(
      `/etc/systemd/system/lead-${port}.socket`,
      `[Socket]\nListenStream=127.0.0.1:${port}\n[Install]\nWantedBy=sockets.target\n`,
    );
    await this.write(
      `/etc/systemd/system/lead-${port}.service`,
      `[Service]\nExecStart=/lib/systemd/systemd-socket-proxyd ${target}\n`,
    );
    await this.exec("systemctl", "enable", "--quiet", "--now", `lead-${port}.socket`);
  }

  /** Returns what a stack left in Docker: containers, volumes and networks of the engine, without Docker's own. */
  async footprint(): Promise<{ containers: string[]; volumes: string[]; networks: string[] }> {
    const [containers, volumes, networks] = await Promise.all([
      this.docker("ps", "--all", "--format", "{{.Names}}"),
      this.docker("volume", "ls", "--quiet"),
      this.docker("network", "ls", "--filter", "type=custom", "--format", "{{.Name}}"),
    ]);
    return { containers: containers.sort(), volumes: volumes.sort(), networks: networks.sort() };
  }

  /** Makes the host what it was, but for the images: those are what takes time. */
  async wipe(): Promise<void> {
    await this.script(
      [
        "if mountpoint -q /var/lib/docker && [ -e /var/lib/small-disk ]; then",
        "  systemctl stop docker.socket docker.service",
        "  systemctl disable --quiet small-disk.service; systemctl stop small-disk.service",
        "  umount -l /var/lib/docker; rm -f /var/lib/small-disk",
        "fi",
        "systemctl start docker.socket docker.service",
        "rm -f /var/lib/docker/filler",
        "docker ps --all --quiet | xargs -r docker rm --force --volumes >/dev/null",
        "docker volume prune --force --filter all=1 >/dev/null 2>&1 || docker volume prune --force >/dev/null",
        "docker volume ls --quiet | xargs -r docker volume rm --force >/dev/null",
        "docker network prune --force >/dev/null",
      ].join("\n"),
    );
    await this.dropConnections();
    this.publicKey = await this.readHostKey();
  }

  /** Waits until systemd, SSH and the engine are there. */
  private async ready(): Promise<void> {
    await until(`${this.name} to boot`, 60, async () => {
      await this.exec("systemctl", "is-active", "--quiet", "ssh.service", "docker.service");
      await this.exec("docker", "info");
      return true;
    });
  }
}

let keys: string | undefined;

/** The file of the private key that every host lets in; its public half stands beside it. */
export function keyFile(): string {
  if (keys === undefined) {
    keys = mkdtempSync(join(tmpdir(), "towpath-test-hosts-"));
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "tests", "-f", join(keys, "key")]);
  }
  return join(keys, "key");
}

/** The environment variables that a program needs which reads `TestHost.settings`. */
export function keyVariables(): Record<string, string> {
  return { [keyVariable]: readFileSync(keyFile(), "utf8") };
}

const free: TestHost[] = [];
let booted = 0;

/** A host that is like new. It is booted once; what was handed back is handed out again, with its images. */
export async function takeHost(): Promise<TestHost> {
  return free.pop() ?? TestHost.boot(booted++);
}

/** Hands a host back, in whatever condition it is. */
export async function handBack(host: TestHost): Promise<void> {
  await host.wipe();
  free.push(host);
}

/** Takes down all that the tests of hosts made. */
export async function removeHosts(): Promise<void> {
  free.length = 0;
  await removeLab();
  if (keys !== undefined) rmSync(keys, { recursive: true, force: true });
  keys = undefined;
}
