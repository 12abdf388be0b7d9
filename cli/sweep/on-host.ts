import { activatorCommand, type ActivatorAnswers } from "../../components/activator/question.ts";
import { runLabel } from "../../components/naming/run-mark.ts";
import { defined } from "../../components/input/defined.ts";
import { sitesFolder } from "../../components/gateway/served-site.ts";
import { docker, lines } from "../docker/containers.ts";
import type { Run, RunResult } from "../process/run.ts";
import type { Kind, KindName, Thing } from "./thing.ts";
import { ownerBy, previewIn } from "./whose.ts";

/** A host of previews, as the sweep looks at it. */
export interface PreviewHost {
  /** Its name in messages. */
  readonly name: string;
  /** Runs the docker client on its engine. */
  readonly run: Run;
  /** The application whose previews are looked for. */
  readonly application: string;
  /** The address of this project's state, as the marks of its runs name it. */
  readonly state: string;
  /** The container of the gateway that serves the previews. */
  readonly gateway: string;
  /** The container of the program that wakes previews, where the host has one. */
  readonly activator: string;
  /** The path before the names of the project's images: `ghcr.io/octocat/notes`. */
  readonly images: string;
  /** The digests of the images that the project's stacks run. */
  readonly needed: () => Promise<ReadonlySet<string>>;
  /** Takes a site away from the gateway. */
  readonly removeSite: (site: string) => Promise<void>;
}

/** The kinds of things that previews have on a host. */
export function kindsOnHost(host: PreviewHost): Kind[] {
  return [containers(host), sites(host), volumes(host), networks(host), images(host)];
}

/** The labels that are read of each thing, in the order of a line's fields. */
const fields = ["towpath.namespace", runLabel].map((label) => `{{.Label "${label}"}}`);

/** Lists what carries the labels of the application's previews. */
async function listed(
  kind: KindName,
  { name: place, run, application, state }: PreviewHost,
  command: readonly string[],
  own: readonly string[],
): Promise<Thing[]> {
  const labels = [`towpath.project=${application}`, "towpath.environment=preview"];
  const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
  const answer = await docker(run, [...command, ...filters, "--format", [...own, ...fields].join("\t")]);
  return lines(answer).flatMap((line) => {
    const [id = "", name = "", namespace = "", mark = ""] = line.split("\t");
    const whose = previewIn(application, namespace);
    if (whose === undefined) return [];
    return { kind, id, name, place, ...whose, ...defined({ owner: ownerBy(mark, state) }) };
  });
}

/** Containers, running or not: copies, backing services, and what steps run. */
function containers(host: PreviewHost): Kind {
  return {
    name: "container",
    place: host.name,
    async list() {
      const [found, active] = await Promise.all([
        listed("container", host, ["ps", "--all", "--no-trunc"], ["{{.ID}}", "{{.Names}}"]),
        activity(host),
      ]);
      return found.map((thing) => ({ ...thing, ...defined({ active: active.get(thing.preview) }) }));
    },
    remove: ({ id }) => removed(host, ["rm", "--force", "--volumes", id]),
  };
}

/** Asks the program that wakes previews when a person last visited each; nothing where the host has none. */
async function activity({ run, activator }: PreviewHost): Promise<ReadonlyMap<string, string>> {
  const asked = ["exec", activator, ...activatorCommand({ operation: "state" })];
  const answer = await run("docker", asked);
  if (answer.code !== 0 && answer.stderr.includes("No such container")) return new Map();
  const { previews } = JSON.parse(await printed(answer, asked)) as ActivatorAnswers["state"];
  return new Map(previews.map(({ namespace, active }) => [namespace, new Date(active).toISOString()]));
}

/** Volumes go by their names alone; the time at which one was made tells it from a later one. */
function volumes(host: PreviewHost): Kind {
  return {
    name: "volume",
    place: host.name,
    async list() {
      const found = await listed("volume", host, ["volume", "ls"], ["{{.Name}}", "{{.Name}}"]);
      const times = await timesOf(host, found);
      // One that went meanwhile has no time.
      return found.flatMap((thing) => {
        const time = times.get(thing.name);
        return time === undefined ? [] : { ...thing, id: time };
      });
    },
    async remove(thing) {
      if ((await timesOf(host, [thing])).get(thing.name) !== thing.id) return false;
      return removed(host, ["volume", "rm", thing.name]);
    },
  };
}

async function timesOf({ run }: PreviewHost, things: readonly Thing[]): Promise<Map<string, string>> {
  if (things.length === 0) return new Map();
  const names = things.map(({ name }) => name);
  // One that is gone makes this fail, and the others are told all the same.
  const { stdout } = await run("docker", [
    ...["volume", "inspect", "--format", "{{.Name}}\t{{.CreatedAt}}"],
    ...names,
  ]);
  return new Map(lines(stdout).map((line) => line.split("\t") as [string, string]));
}

/** Networks, which the gateway and other containers that previews share may be connected to. */
function networks(host: PreviewHost): Kind {
  return {
    name: "network",
    place: host.name,
    list: () => listed("network", host, ["network", "ls", "--no-trunc"], ["{{.ID}}", "{{.Name}}"]),
    async remove({ id }) {
      const connected = await host.run("docker", [
        ...["network", "inspect", "--format", "{{range $one, $_ := .Containers}}{{$one}}\n{{end}}", id],
      ]);
      for (const container of lines(connected.stdout)) {
        await removed(host, ["network", "disconnect", "--force", id, container]);
      }
      return removed(host, ["network", "rm", id]);
    },
  };
}

/**
 * The sites in the shared gateway. They carry no labels: one is this project's as the rest of its namespace is, or where
 * it leads to nothing that is still there, so that it serves nobody.
 */
function sites(host: PreviewHost): Kind {
  const { gateway, run, application, name: place } = host;
  return {
    name: "site",
    place,
    async list() {
      const asked = ["exec", gateway, "sh", "-c", sitesScript, "sh", sitesFolder];
      const answer = await run("docker", asked);
      if (answer.code !== 0 && answer.stderr.includes("No such container")) return [];
      const there = new Set(lines(await docker(run, ["ps", "--all", "--format", "{{.Names}}"])));
      return lines(await printed(answer, asked)).flatMap((line): Thing[] => {
        const [name = "", id = "", ...copies] = line.split("\t");
        const whose = previewIn(application, name);
        if (whose === undefined) return [];
        return [{ kind: "site", id, name, place, ...whose, idle: !copies.some((copy) => there.has(copy)) }];
      });
    },
    async remove({ name }) {
      await host.removeSite(name);
      return true;
    },
  };
}

/** Prints a line for each site, with a tab between fields: its name, the release that it serves, and the copies of that. */
const sitesScript = [
  'cd "$1" 2>/dev/null || exit 0',
  'for name in $(ls | sed "s/[.]caddy$//; s/[.]candidate$//" | sort -u); do',
  '  printf "%s\\t%s" "$name" "$(readlink "$name/current")"',
  '  for copy in "$name"/current/stable/*/* "$name"/current/canary/*/*; do',
  '    [ ! -f "$copy" ] || printf "\\t%s" "$(cat "$copy")"',
  "  done",
  "  echo",
  "done",
].join("\n");

/** The images that releases pulled of the project's own repositories. Nothing else would ever remove them. */
function images({ name: place, run, images, needed }: PreviewHost): Kind {
  return {
    name: "image",
    place,
    async list() {
      const format = "{{.ID}}\t{{.Repository}}@{{.Digest}}\t{{.CreatedAt}}";
      const all = ["image", "ls", "--no-trunc", "--digests", "--filter", `reference=${images}/*`];
      const [found, containers] = await Promise.all([
        docker(run, [...all, "--format", format]),
        docker(run, ["ps", "--all", "--quiet"]),
      ]);
      const ids = lines(containers);
      // One that is gone meanwhile makes this fail, and the others are told all the same.
      const used = await run("docker", ["container", "inspect", "--format", "{{.Image}}", ...ids]);
      const inUse = new Set(lines(used.stdout));
      const digests = await needed();
      return lines(found).flatMap((line): Thing[] => {
        const [id = "", reference = "", created = ""] = line.split("\t");
        const digest = reference.slice(reference.indexOf("@") + 1);
        if (!digest.startsWith("sha256:")) return [];
        const active = new Date(created.replace(/ [A-Z]+$/, "")).toISOString();
        const idle = !inUse.has(id) && !digests.has(digest);
        return [{ kind: "image", id: digest, name: reference, place, preview: "", idle, active }];
      });
    },
    // The engine itself keeps what a container uses.
    remove: ({ name }) => removed({ run }, ["image", "rm", name]),
  };
}

/** Removes something by the docker client. Returns false when it was gone already. */
async function removed({ run }: Pick<PreviewHost, "run">, args: readonly string[]): Promise<boolean> {
  const answer = await run("docker", args);
  if (answer.code !== 0 && /no such|not found|is not connected/i.test(answer.stderr)) return false;
  await printed(answer, args);
  return true;
}

/** Returns what the docker client printed; its refusal is a problem in people's words. */
function printed(answer: RunResult, args: readonly string[]): Promise<string> {
  return docker(() => Promise.resolve(answer), args);
}
