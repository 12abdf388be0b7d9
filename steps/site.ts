import { docker } from "./docker.ts";

/** An environment's part of the gateway: its own file and folder, and nothing else of the gateway. */
export interface Site {
  readonly gateway: string;
  /** The file's name without its ending, and the folder's. */
  readonly name: string;
}

/** What the gateway does with an environment's requests. */
export interface SiteContent {
  /** Which paths there are, and the services that answer them, as a Caddyfile. It changes when the application's routes do. */
  readonly text: string;
  /** The folder of `writeRelease`: which container each copy is, and the state of the environment. It changes with every release. */
  readonly release: string;
}

const folder = "/etc/caddy/sites";

/** What the gateway does now. */
export interface ServedSite extends SiteContent {
  /** The containers that the release sends requests to, by their names. */
  readonly containers: readonly string[];
}

/** What the gateway is told now; undefined before the first route. */
export async function readSite({ gateway, name }: Site): Promise<ServedSite | undefined> {
  const script = [
    'cat "$1.caddy" 2>/dev/null && printf "\\0" && readlink "$1/current" || exit 0',
    'for one in "$1"/current/stable/*/* "$1"/current/canary/*/*; do [ ! -f "$one" ] || { printf "\\0"; cat "$one"; }; done',
  ].join("\n");
  const found = await docker(["exec", gateway, "sh", "-c", script, "sh", `${folder}/${name}`]);
  const [text, release = "", ...containers] = found.split("\0");
  if (text === undefined || release === "") return undefined;
  return { text, release: release.trimEnd(), containers: [...new Set(containers)] };
}

/**
 * Writes down what the gateway reads at every request (which container each copy is, and more), in a folder of the
 * release's own, which nothing uses yet. `files` are texts by their paths.
 *
 * With `keepCurrent`, what the current release has besides stays: until its routes are gone, the gateway asks for those
 * services.
 */
export async function writeRelease(
  { gateway, name }: Site,
  release: string,
  files: Readonly<Record<string, string>>,
  keepCurrent: boolean,
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
  await docker(["exec", gateway, "sh", "-c", script, "sh", `${folder}/${name}`, ...said]);
}

/**
 * Makes the gateway do what `content` says; undefined takes the site away. `now` is what it does until then.
 *
 * The release is switched by one rename, which no request notices. Only when the text changes as well is the gateway's
 * configuration loaded anew; it is validated before it gets its name, so that a gateway which restarts at any moment
 * finds a valid file.
 */
export async function writeSite(
  { gateway, name }: Site,
  content: SiteContent | undefined,
  now: SiteContent | undefined,
): Promise<void> {
  const site = `${folder}/${name}`;
  if (content === undefined) {
    await removeSite({ gateway, name });
    return;
  }
  await docker(["exec", gateway, "sh", "-c", switchScript, "sh", site, content.release]);
  if (content.text === now?.text) return;
  const candidate = `${site}.candidate`;
  await docker(["exec", "-i", gateway, "sh", "-c", 'cat > "$1"', "sh", candidate], { input: content.text });
  await docker(["exec", gateway, "caddy", "validate", "--adapter", "caddyfile", "--config", candidate]);
  await docker(["exec", gateway, "mv", candidate, `${site}.caddy`]);
  await reload(gateway);
}

/** Takes the site away, also from a gateway that is stopped; one that is gone has nothing left to take. */
export async function removeSite({ gateway, name }: Site): Promise<void> {
  const files = [`${folder}/${name}.caddy`, `${folder}/${name}`];
  const found = await docker([
    "ps",
    "--all",
    "--filter",
    `name=^${gateway}$`,
    "--format",
    "{{.State}} {{.Image}}",
  ]);
  const [state, image] = found.split(" ");
  if (state === "" || image === undefined) return;
  if (state === "running") {
    await docker(["exec", gateway, "rm", "-rf", ...files]);
    await reload(gateway);
  } else {
    await docker(["run", "--rm", "--volumes-from", gateway, "--entrypoint", "rm", image, "-rf", ...files]);
  }
}

/** Removes what earlier releases wrote down, except for the one in use. */
export async function removeOtherReleases({ gateway, name }: Site): Promise<void> {
  const script =
    'cd "$1"; now=$(readlink current); for one in *; do [ "$one" = current ] || [ "$one" = "$now" ] || rm -rf "$one"; done';
  await docker(["exec", gateway, "sh", "-c", script, "sh", `${folder}/${name}`]);
}

/** A link cannot be changed in place, but one can be renamed over another. */
const switchScript = 'cd "$1" && rm -f next && ln -s "$2" next && mv -T next current';

async function reload(gateway: string): Promise<void> {
  await docker(["exec", gateway, "caddy", "reload", "--config", "/etc/caddy/Caddyfile"]);
}
