import { join } from "node:path";
import { run } from "./command.mjs";
import { label } from "./engine.mjs";
import { provide } from "./machine.mjs";
import { debian, reference } from "./recipes.mjs";
import { debianArchives, extraCertificates, folderOf } from "./sources.mjs";

/** The packages that the official slim images of Python and Node share beyond a minimal system. */
const packages = ["ca-certificates", "netbase", "tzdata", "usr-is-merged"];

/** The file in which programs that bring their own list of authorities look for another one. */
const bundle = "/etc/ssl/certs/ca-certificates.crt";
const certificateVariables = ["SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"];

/**
 * Makes the image that all others stand on: a minimal Debian from the machine's own archives.
 *
 * @param {import("./build.mjs").Build} build
 * @param {string} hash
 */
export async function buildDebian({ prefix, folder, lock, signal }, hash) {
  await provide("mmdebstrap", "mmdebstrap", { lock, signal });
  const archive = join(folder, "base.tar");
  const certificates = extraCertificates();
  await run(
    "mmdebstrap",
    [
      "--variant=minbase",
      // As Debian has it; by links made beforehand instead of a package that needs all of Perl.
      "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
      `--include=${packages.join(",")}`,
      ...(await dateChecks()).map((line) => `--aptopt=${line}`),
      `--dpkgopt=${join(folderOf(debian), "dpkg.cfg")}`,
      ...certificates.map((path) => `--customize-hook=copy-in ${path} /usr/local/share/ca-certificates`),
      '--customize-hook=chroot "$1" update-ca-certificates',
      `--customize-hook=upload ${join(folderOf(debian), "apt.conf")} /etc/apt/apt.conf.d/towpath`,
      // Told to keep no caches, apt no longer removes the ones that it has.
      '--customize-hook=rm --force "$1"/var/cache/apt/*.bin',
      // No service starts while a package is installed.
      '--customize-hook=printf \'#!/bin/sh\\nexit 101\\n\' > "$1/usr/sbin/policy-rc.d"; chmod 755 "$1/usr/sbin/policy-rc.d"',
      "bookworm",
      archive,
      ...(await debianArchives()),
    ],
    { env: { ...process.env, TMPDIR: folder }, lock, signal },
  );
  const variables = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ...(certificates.length > 0
      ? Object.fromEntries(certificateVariables.map((name) => [name, bundle]))
      : {}),
  };
  const changes = [
    `LABEL ${label}=${hash}`,
    ...Object.entries(variables).map(([name, value]) => `ENV ${name}=${value}`),
    'CMD ["bash"]',
  ];
  const options = changes.flatMap((change) => ["--change", change]);
  await run("docker", ["import", ...options, archive, reference(debian, prefix)], { lock, signal });
}

/** apt's checks of an archive's age, where this machine has them off (its clock, or a frozen archive). */
async function dateChecks() {
  const dump = await run("apt-config", ["dump"]);
  return dump.split("\n").filter((line) => /^Acquire::Check-(Date|Valid-Until) /.test(line));
}
