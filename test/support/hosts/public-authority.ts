import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../until.ts";
import type { TestHost } from "./test-host.ts";

/** The server that Caddy asks for certificates by default. */
const directory = "acme-v02.api.letsencrypt.org";

/** Caddy's own ACME server, at Let's Encrypt's address. */
const caddyfile = `${directory} {
	tls internal
	rewrite /directory /acme/local/directory
	acme_server
}
`;

/** An authority in the place of Let's Encrypt on one host: it asks for the proofs that are asked for there, and a gateway finds it at the same address. */
export class PublicAuthority {
  /** Its root certificate. */
  readonly root: string;
  /** The root's file on this machine, for others that have to trust it. */
  readonly rootFile: string;

  private constructor(root: string, rootFile: string) {
    this.root = root;
    this.rootFile = rootFile;
  }

  /**
   * Starts it beside a gateway, which believes it from then on. The domains lead to the host for it, as their DNS entries
   * would.
   */
  static async start(host: TestHost, gateway: string, domains: readonly string[]): Promise<PublicAuthority> {
    const [described = ""] = await host.docker(
      ...[
        "inspect",
        "--format",
        "{{.Config.Image}} {{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}",
      ],
      gateway,
    );
    const [image = "", network = ""] = described.split(" ");
    const name = "public-authority";
    await host.write("/etc/public-authority/Caddyfile", caddyfile);
    await host.docker(
      ...["run", "--detach", "--name", name, "--network", network, "--network-alias", directory],
      ...domains.flatMap((domain) => ["--add-host", `${domain}:${host.address}`]),
      ...["--volume", "/etc/public-authority:/etc/caddy:ro", image],
    );
    const root = await until("the authority's root", 30, () =>
      host.exec("docker", "exec", name, "cat", "/data/caddy/pki/authorities/local/root.crt"),
    );
    await host.write("/etc/public-authority/root.pem", root);
    await host.exec(
      "docker",
      "cp",
      "/etc/public-authority/root.pem",
      `${gateway}:/etc/ssl/certs/public-authority.pem`,
    );
    // Programs read whom they believe once.
    await host.docker("restart", gateway);
    const rootFile = join(tmpdir(), `towpath-test-authority-${process.pid}.pem`);
    await writeFile(rootFile, root);
    return new PublicAuthority(root, rootFile);
  }

  /** Removes the root's file; the rest goes with what is on the host. */
  async remove(): Promise<void> {
    await rm(this.rootFile, { force: true });
  }
}
