import { docker } from "./docker.ts";

/** One environment's file in the gateway: the environment owns it, and nothing else of the gateway. */
export interface Site {
  readonly gateway: string;
  /** The file's name without its ending. */
  readonly name: string;
}

const folder = "/etc/caddy/sites";

/** What the gateway is told now; undefined before the first route. */
export async function readSite({ gateway, name }: Site): Promise<string | undefined> {
  const text = await docker(["exec", gateway, "sh", "-c", `cat ${folder}/${name}.caddy 2>/dev/null || true`]);
  return text === "" ? undefined : text;
}

/**
 * Puts a site in place and makes the gateway use it; undefined takes the site away.
 *
 * The text is validated before it gets its name, so that a gateway which restarts at any moment finds a valid file.
 * A text that the gateway refuses changes nothing.
 */
export async function writeSite({ gateway, name }: Site, text: string | undefined): Promise<void> {
  const [file, candidate] = [`${folder}/${name}.caddy`, `${folder}/${name}.candidate`];
  if (text === undefined) {
    await docker(["exec", gateway, "rm", "-f", file]);
  } else {
    await docker(["exec", "-i", gateway, "sh", "-c", `cat > ${candidate}`], { input: text });
    await docker(["exec", gateway, "caddy", "validate", "--adapter", "caddyfile", "--config", candidate]);
    await docker(["exec", gateway, "mv", candidate, file]);
  }
  await docker(["exec", gateway, "caddy", "reload", "--config", "/etc/caddy/Caddyfile"]);
}
