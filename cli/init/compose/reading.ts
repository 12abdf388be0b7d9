import { posix } from "node:path";
import { parseEnv } from "node:util";
import { show, suggestion } from "../../../components/input/input-checks.ts";
import { Problem } from "../../problem.ts";
import type { Variables } from "./interpolation.ts";
import { merged } from "./merging.ts";
import { writtenOut } from "./short-forms.ts";
import {
  entriesOf,
  fieldOf,
  fields,
  itemsOf,
  scalar,
  shownPlace,
  textOf,
  textsOf,
  type Fields,
  type Place,
  type Source,
  type Value,
} from "./value.ts";
import { parseYaml } from "./yaml.ts";

/** The files to read, and what their variables stand for. */
export interface ReadFacts {
  /** The compose files, from the repository's root; the later ones are merged over the first. */
  readonly files: readonly string[];
  /** Reads a file of the repository; undefined where there is none. */
  readonly read: (path: string) => string | undefined;
  /** The variables of the shell, which win over a `.env`. */
  readonly variables: Variables;
}

/** Compose files as one: what they include, extend and merge is resolved. */
export interface ComposeFile {
  readonly root: Fields;
  readonly services: Fields;
  /** The files that were read. */
  readonly files: readonly string[];
  /** The variables of the `.env` beside the first file. */
  readonly env: Variables;
}

/**
 * Reads compose files as Compose does.
 *
 * @throws Problem with all that is wrong, each with its file and line
 */
export function readCompose(facts: ReadFacts): ComposeFile {
  const reading = new Reading(facts);
  const base = posix.dirname(facts.files[0] ?? "");
  const folder = base === "." ? "" : base;
  const env = reading.env(posix.join(folder, ".env"));
  const root = reading.project(facts.files, folder, env, []);
  reading.end();
  const services = root.entries.get("services")?.value;
  if (services?.kind !== "fields" || services.entries.size === 0)
    throw new Problem(`${facts.files.join(", ")}: ${noServices}`);
  return { root, services, files: [...reading.files], env };
}

class Reading {
  readonly files = new Set<string>();
  readonly #facts: ReadFacts;
  readonly #problems: string[] = [];
  readonly #parsed = new Map<string, Fields>();

  constructor(facts: ReadFacts) {
    this.#facts = facts;
  }

  end(): void {
    if (this.#problems.length > 0) throw new Problem([...new Set(this.#problems)].join("\n"));
  }

  env(path: string): Variables {
    return parseEnv(this.#facts.read(path) ?? "");
  }

  /** Several files as one, with all that they include. */
  project(
    files: readonly string[],
    base: string,
    env: Variables,
    around: readonly string[],
    asked?: Place,
  ): Fields {
    const empty: Place = { source: { file: files[0] ?? "", base }, line: 1 };
    let whole = fields(empty, []);
    for (const file of files) {
      const root = this.#file({ file, base }, env, asked);
      let included = fields(root.place, []);
      for (const item of itemsOf(root.entries.get("include")?.value ?? scalar(root.place, null)))
        included = merged(included, this.#included(item, base, env, [...around, file]));
      whole = merged(whole, merged(included, this.#extended(root, env)));
    }
    return whole;
  }

  #included(item: Value, base: string, env: Variables, around: readonly string[]): Fields {
    const nothing = fields(item.place, []);
    const paths = item.kind === "fields" ? textsOf(fieldOf(item, "path")) : textsOf(item);
    const files = paths.flatMap((path) => this.#path(item.place, "include", path, base) ?? []);
    const [first] = files;
    if (first === undefined) return nothing;
    const again = files.find((file) => around.includes(file));
    if (again !== undefined) {
      this.#say(item.place, `include: ${cycle([...around.slice(around.indexOf(again)), again])}`);
      return nothing;
    }
    const folder = textOf(fieldOf(item, "project_directory")) ?? "";
    const own =
      folder === ""
        ? posix.dirname(first).replace(/^\.$/, "")
        : this.#path(item.place, "include", folder, base);
    const envFiles = textsOf(fieldOf(item, "env_file"));
    const envs =
      envFiles.length > 0
        ? envFiles.flatMap((path) => this.#path(item.place, "include", path, base) ?? [])
        : [posix.join(own ?? "", ".env")];
    const variables = Object.assign({}, ...envs.map((path) => this.env(path)), env) as Variables;
    return this.project(files, own ?? "", variables, around, item.place);
  }

  /** One file, its services' short forms written out. */
  #file(source: Source, env: Variables, asked?: Place): Fields {
    const known = this.#parsed.get(`${source.file}\0${source.base}`);
    if (known !== undefined) return known;
    const nothing = fields({ source, line: 1 }, []);
    const text = this.#facts.read(source.file);
    if (text === undefined) {
      this.#problems.push(`${asked === undefined ? "" : `${shownPlace(asked)}: `}${noFile(source.file)}`);
      return nothing;
    }
    this.files.add(source.file);
    const { root, problems } = parseYaml(text, source, { ...env, ...this.#facts.variables });
    this.#problems.push(...problems);
    const services = root.entries.get("services");
    if (services?.value.kind === "list")
      this.#say(
        services.place,
        "services: expected a map of services by their names, got a list; give each a name",
      );
    const written = entriesOf(services?.value).flatMap(([name, entry]) => {
      if (entry.value.kind === "fields")
        return [[name, { ...entry, value: writtenOut(entry.value) }] as const];
      this.#say(
        entry.place,
        `services.${name}: expected a map of what it is, got ${kindOf(entry.value)}; give it an image or build`,
      );
      return [];
    });
    const whole =
      services === undefined
        ? root
        : merged(
            root,
            fields(root.place, [
              [
                "services",
                { ...services, value: { ...fields(services.value.place, written), tag: "override" } },
              ],
            ]),
          );
    this.#parsed.set(`${source.file}\0${source.base}`, whole);
    return whole;
  }

  #extended(root: Fields, env: Variables): Fields {
    const services = root.entries.get("services");
    if (services?.value.kind !== "fields") return root;
    const written = [...services.value.entries].map(
      ([name, entry]) => [name, { ...entry, value: this.#service(root, name, env, []) }] as const,
    );
    return {
      ...root,
      entries: new Map(root.entries).set("services", {
        ...services,
        value: fields(services.value.place, written),
      }),
    };
  }

  /** A service with what it extends. */
  #service(root: Fields, name: string, env: Variables, around: readonly string[]): Fields {
    const own = fieldOf(root.entries.get("services")?.value, name) as Fields;
    const extended = own.entries.get("extends");
    const asked = textOf(fieldOf(extended?.value, "service"));
    if (extended === undefined || asked === undefined) return own;
    const { place } = extended;
    const path = `services.${name}.extends`;
    const here = `${own.place.source.file}: ${name}`;
    const given = textOf(fieldOf(extended.value, "file"));
    const file =
      given === undefined ? own.place.source.file : this.#path(place, path, given, own.place.source.base);
    if (file === undefined) return own;
    const there = `${file}: ${asked}`;
    const trail = [...around, here];
    if (trail.includes(there)) {
      this.#say(
        place,
        `${path}: ${cycle([...trail.slice(trail.indexOf(there)), there].map((one) => one.split(": ")[1] ?? one))}`,
      );
      return own;
    }
    const other =
      given === undefined
        ? root
        : this.#file({ file, base: posix.dirname(file).replace(/^\.$/, "") }, env, place);
    const known = entriesOf(other.entries.get("services")?.value).map(([one]) => one);
    if (!known.includes(asked)) {
      if (known.length > 0)
        this.#say(
          place,
          `${path}: no such service in ${file}, got ${show(asked)}; ${suggestion(asked, known)}`,
        );
      return own;
    }
    const base = new Map(this.#service(other, asked, env, trail).entries);
    // Compose takes over neither.
    base.delete("extends");
    return merged({ ...own, entries: base }, own, `services.${name}`);
  }

  /** The path from the repository's root. */
  #path(place: Place, path: string, given: string, base: string): string | undefined {
    const whole = posix.normalize(posix.join(base, given));
    if (!given.startsWith("/") && whole !== ".." && !whole.startsWith("../")) return whole;
    this.#say(place, `${path}: ${outside(given)}`);
    return undefined;
  }

  #say(place: Place, problem: string): void {
    this.#problems.push(`${shownPlace(place)}: ${problem}`);
  }
}

function kindOf(value: Value): string {
  if (value.kind === "list") return "a list";
  return value.kind === "scalar" && value.value === null ? "nothing" : "a text";
}

/** Says that there is nothing to run. */
export const noServices = "expected a compose file with services, got none; name another file";

/** Says that a file is missing. */
export function noFile(file: string): string {
  return `${file}: no such file, and the services are described there; mend the path`;
}

/** Says that a path is none of the repository's. */
export function outside(path: string): string {
  return `expected a path within the repository, got ${show(path)}; move what is there into it`;
}

/** Says that something leads back to itself. */
export function cycle(trail: readonly string[]): string {
  return `cycle ${trail.join(" -> ")}; remove one of these`;
}
