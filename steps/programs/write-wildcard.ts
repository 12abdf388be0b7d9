import { createHash } from "node:crypto";
import type { GivenCertificate, WriteWildcardInput } from "../../components/contract/write-wildcard.ts";
import type { Site } from "../../components/contract/switch-route.ts";
import { sitesFolder } from "../../components/gateway/served-site.ts";
import { renderWildcard } from "../../components/gateway/wildcard.ts";
import { delivers } from "../delivered.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";
import { readSite, removeOtherReleases, writeSite } from "../route/site.ts";

/** Reads its input: a certificate and its key are in no command line. */
const writeScript = 'umask 077; mkdir -p "$(dirname "$1")" && cat > "$1"';

async function writeWildcard({ site, domain, given }: WriteWildcardInput, machine: Machine): Promise<object> {
  const version = given === undefined ? "internal" : versionOf(given);
  const before = await readSite(machine, site);
  const files = await writeCertificate(machine, site, version, given);
  try {
    await writeSite(machine, site, { text: renderWildcard(domain, files), release: version }, before);
  } catch (error) {
    // The file only gets its name once it is valid: the gateway goes on with what it has.
    throw new StepFailure(`towpath:wildcard: the gateway refuses it: ${(error as Error).message}`);
  }
  await removeOtherReleases(machine, site);
  return { domain };
}

/** Writes a certificate beside the one in use; returns the paths of its files, where one is given. */
async function writeCertificate(
  machine: Machine,
  { gateway, name }: Site,
  version: string,
  given: GivenCertificate | undefined,
): Promise<{ certificate: string; key: string } | undefined> {
  const folder = `${sitesFolder}/${name}/${version}`;
  await machine.run(gateway, ["mkdir", "-p", folder]);
  if (given === undefined) return undefined;
  delivers([given.key]);
  const files = { certificate: `${folder}/certificate.pem`, key: `${folder}/key.pem` };
  for (const part of ["certificate", "key"] as const) {
    const command = ["sh", "-c", writeScript, "sh", files[part]];
    await machine.run(gateway, command, { input: given[part] });
  }
  return files;
}

/** A name for a certificate's folder: another one has other files, which the gateway then loads. */
function versionOf({ certificate, key }: GivenCertificate): string {
  return createHash("sha256")
    .update(JSON.stringify([certificate, key]))
    .digest("hex")
    .slice(0, 12);
}

await runStep(writeWildcard);
