import type { Site } from "../../components/contract/switch-route.ts";
import {
  siteAnswer,
  siteQuestion,
  sitesFolder as folder,
  type ServedSite,
  type SiteContent,
} from "../../components/gateway/served-site.ts";
import { checkRun } from "../lineage.ts";
import type { Machine } from "../machine/machine.ts";

export type { ServedSite, SiteContent } from "../../components/gateway/served-site.ts";

/** Reads the site that the gateway has now; undefined before the first route. */
export async function readSite(machine: Machine, site: Site): Promise<ServedSite | undefined> {
  return siteAnswer(await machine.run(site.gateway, siteQuestion(site), { looks: true }));
}

/**
 * Writes down what the gateway reads at every request (what each copy is called, and more), in a folder of the
 * release's own, which nothing uses yet. `files` are texts by their paths.
 *
 * With `keepCurrent`, the other services of the current release stay: until its routes are gone, the gateway asks for
 * those services.
 */
export async function writeRelease(
  machine: Machine,
  { gateway, name }: Site,
  release: string,
  { files, keepCurrent }: { files: Readonly<Record<string, string>>; keepCurrent: boolean },
): Promise<void> {
  const script = [
    'set -e; mkdir -p "$1"; cd "$1"; release=$2; keep=$3; shift 3',
    'rm -rf "$release.part" && mkdir "$release.part"',
    'if [ "$keep" = true ] && [ -d current/ ]; then cp -R current/. "$release.part/"; fi',
    'while [ $# -gt 0 ]; do mkdir -p "$(dirname "$release.part/$1")"; printf %s "$2" > "$release.part/$1"; shift 2; done',
    'if [ "$(readlink current)" != "$release" ]; then rm -rf "$release" && mv "$release.part" "$release"; fi',
    'rm -rf "$release.part"',
  ].join("\n");
  const said = [release, String(keepCurrent), ...Object.entries(files).flat()];
  await write(machine, gateway, ["sh", "-c", script, "sh", `${folder}/${name}`, ...said]);
}

/**
 * Makes the gateway serve `content`; undefined takes the site away. `now` is what it serves until then.
 *
 * The release is switched by one rename, which no request notices. Only when the text changes as well is the gateway's
 * configuration loaded again; it is validated before it gets its name, so that a gateway which restarts at any moment
 * finds a valid file. What was loaded stands beside it, so that a load which was cut off is made up for.
 */
export async function writeSite(
  machine: Machine,
  { gateway, name }: Site,
  content: SiteContent | undefined,
  now: Pick<ServedSite, "text" | "loaded"> | undefined,
): Promise<void> {
  const site = `${folder}/${name}`;
  if (content === undefined) {
    await removeSite(machine, { gateway, name });
    return;
  }
  await write(machine, gateway, ["sh", "-c", switchScript, "sh", site, content.release]);
  if (content.text === now?.text && now.loaded) return;
  const candidate = `${site}.candidate`;
  await write(machine, gateway, ["sh", "-c", 'cat > "$1"', "sh", candidate], content.text);
  await write(machine, gateway, ["caddy", "validate", "--adapter", "caddyfile", "--config", candidate]);
  await write(machine, gateway, ["sh", "-c", takeScript, "sh", site]);
  await reload(machine, gateway);
  await write(machine, gateway, ["cp", `${site}.caddy`, `${site}/loaded`]);
}

/** Takes the site away, also from a gateway that is stopped; one that is gone has nothing left to take. */
export async function removeSite(machine: Machine, { gateway, name }: Site): Promise<void> {
  const files = [`${folder}/${name}.caddy`, `${folder}/${name}.candidate`, `${folder}/${name}`];
  checkRun();
  if (await machine.removeFiles(gateway, files)) await reload(machine, gateway);
}

/** Removes what earlier releases wrote down, except for the one in use. */
export async function removeOtherReleases(machine: Machine, { gateway, name }: Site): Promise<void> {
  const script =
    'cd "$1"; now=$(readlink current); for one in *; do case "$one" in current | loaded | "$now") ;; *) rm -rf "$one" ;; esac; done';
  await write(machine, gateway, ["sh", "-c", script, "sh", `${folder}/${name}`]);
}

/** A link cannot be changed in place, but one can be renamed over another. */
const switchScript = 'cd "$1" && rm -f next && ln -s "$2" next && mv -T next current';

/** Has the gateway changed, unless this step was left behind by its run. */
async function write(
  machine: Machine,
  gateway: string,
  command: readonly string[],
  input?: string,
): Promise<void> {
  checkRun();
  await machine.run(gateway, command, input === undefined ? {} : { input });
}

/** From now on the file is not known to be loaded. */
const takeScript = 'rm -f "$1/loaded" && mv "$1.candidate" "$1.caddy"';

async function reload(machine: Machine, gateway: string): Promise<void> {
  await write(machine, gateway, ["caddy", "reload", "--config", "/etc/caddy/Caddyfile"]);
}
