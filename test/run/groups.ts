import type { NodeName } from "./nodes.ts";
import { isLong, type Kind } from "./suites.ts";
import { shuffled } from "./shuffle.ts";

/** Files that one process of mocha runs, one after the other. */
export interface Group {
  readonly name: string;
  readonly kind: Kind;
  readonly files: readonly string[];
  /** After how many minutes it hangs, and is ended. */
  readonly minutes: number;
  /** True when it measures, as some do in their long form, and nothing may run beside it. */
  readonly alone: boolean;
  /** The Node that runs it; left out, the one that runs Towpath. */
  readonly node?: NodeName;
}

/** The order in which groups run, and the number that run at once. */
export interface Order {
  readonly seed?: number;
  readonly lanes?: number;
  /** The Nodes that the unit tests run on, one after the other; left out, the one that runs Towpath. */
  readonly nodes?: readonly NodeName[];
}

/** The time that any group not listed below may take, in minutes; each is several times what it takes. */
const minutes = 40;

/** The groups that take longer. */
const longer: Readonly<Record<string, number>> = { hosts: 85, "host-faults": 50, previews: 60 };

/** The suites that measure how fast the application answers, in their long form. */
const measuring: ReadonlySet<string> = new Set([
  "test/e2e/hosts/release.test.ts",
  "test/e2e/local/release.test.ts",
]);

/** These take a host of the group's hosts, and boot none of their own. */
const elsewhere: Readonly<Record<string, string>> = { "test/e2e/github/released.test.ts": "hosts" };

/**
 * The groups of files: all unit tests, and each folder of e2e tests, for what the suites of a folder share is made once in
 * a process. With a seed, groups and the files in them are shuffled. With several lanes, those that take longest come
 * first, so that no lane waits for one at the end.
 */
export function groupsOf(files: readonly string[], { seed, lanes = 1, nodes = [] }: Order = {}): Group[] {
  const groups = new Map<string, string[]>();
  for (const file of inOrder(files, seed)) {
    const name = nameOf(file);
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  // Those that need no engine say first what is wrong.
  const named = [...groups].sort(([one], [other]) => Number(other === "unit") - Number(one === "unit"));
  const all = named.flatMap(([name, its]): Group[] => {
    const group: Group = {
      name,
      kind: name === "unit" ? "unit" : "e2e",
      files: its,
      minutes: longer[name] ?? minutes,
      alone: false,
    };
    if (group.kind === "e2e" || nodes.length === 0) return [group];
    return nodes.map((node) => ({ ...group, name: `${name}, ${node} Node`, node }));
  });
  return lanes > 1 ? all.sort((one, other) => other.minutes - one.minutes) : all;
}

/** A group for each file, as long ones run: each takes minutes, and may take many. One that measures runs alone. */
export function longGroupOf(file: string): Group {
  const [, kind = "", ...path] = file.split("/");
  const name = path.join("/").replace(/(\.long)?\.test\.ts$/, "");
  return {
    name: `${name}${isLong(file) ? "" : ", whole"}`,
    kind: kind === "unit" ? "unit" : "e2e",
    files: [file],
    minutes: 60,
    alone: measuring.has(file),
  };
}

function inOrder(files: readonly string[], seed: number | undefined): readonly string[] {
  return seed === undefined ? files : shuffled(files, seed);
}

function nameOf(file: string): string {
  const [, kind = "", folder = ""] = file.split("/");
  return kind === "unit" ? kind : (elsewhere[file] ?? folder);
}
