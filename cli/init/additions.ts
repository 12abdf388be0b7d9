import { Problem } from "../problem.ts";

/** A text with what it lacked, and what of it is not as a project of Towpath has it. */
export interface Completed {
  readonly text: string;
  readonly notes: readonly string[];
}

const scripts: Readonly<Record<string, string>> = {
  start: "towpath start",
  stop: "towpath stop",
  destroy: "towpath destroy",
  ci: "towpath ci",
  pulumi: "towpath pulumi",
  towpath: "towpath",
};

/** The facts that Towpath needs in the project's package.json, beside what others want there. */
export interface PackageFacts {
  readonly name: string;
  /** The version of Towpath to depend on. */
  readonly version: string;
  /** True when the folder holds programs in JavaScript, whose meaning `type` would change. */
  readonly holdsPrograms: boolean;
}

/**
 * The package.json of a project: the one that is there with what it lacks, or a new one.
 *
 * @throws Problem where it is another program's, which would no longer work
 */
export function completedPackage(present: string | undefined, facts: PackageFacts): Completed {
  const { name, version } = facts;
  const before: PackageJson =
    present === undefined ? { name: `${name}-towpath`, private: true } : parsed(present);
  const { type, main, scripts: ownScripts = {}, dependencies = {}, devDependencies = {} } = before;
  if (type !== "module" && (type !== undefined || facts.holdsPrograms)) throw new Problem(otherType(type));
  if (main !== undefined && main !== "index.ts") throw new Problem(otherMain(main));
  const missing = Object.entries(scripts).filter(([script]) => ownScripts[script] === undefined);
  const others = Object.entries(scripts).filter(([script, text]) => (ownScripts[script] ?? text) !== text);
  const depends = dependencies.towpath !== undefined || devDependencies.towpath !== undefined;
  const after = {
    ...before,
    type: "module",
    main: "index.ts",
    scripts: { ...ownScripts, ...Object.fromEntries(missing) },
    ...(depends ? {} : { dependencies: { ...dependencies, towpath: version } }),
  };
  const isSame = missing.length === 0 && depends && type === after.type && main === after.main;
  const indent = /^([ \t]+)"/m.exec(present ?? "")?.[1] ?? "  ";
  return {
    text: present !== undefined && isSame ? present : `${JSON.stringify(after, null, indent)}\n`,
    notes: others.map(
      ([script, text]) =>
        `package.json: its script ${script} stays ${JSON.stringify(ownScripts[script])}; use npx ${text}`,
    ),
  };
}

interface PackageJson {
  readonly name?: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly main?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function parsed(text: string): PackageJson {
  try {
    return JSON.parse(text) as PackageJson;
  } catch {
    throw new Problem(unreadable);
  }
}

/** An ignore file with the lines that it lacks, at its end. */
export function completedIgnore(present: string | undefined, lines: readonly string[]): string {
  const bare = (line: string): string => line.trim().replace(/^\/|\/$/g, "");
  const there = new Set((present ?? "").split("\n").map(bare));
  const missing = lines.filter((line) => !there.has(bare(line)));
  if (missing.length === 0) return present ?? "";
  const start =
    present === undefined || present === "" || present.endsWith("\n") ? (present ?? "") : `${present}\n`;
  return `${start}${missing.join("\n")}\n`;
}

/** Says that package.json is no JSON. */
export const unreadable = "package.json: expected JSON; mend it, or run init in a folder of its own";

/** Says that the folder's programs are of the other kind of modules. */
export function otherType(type: string | undefined): string {
  const [got, fix] =
    type === undefined
      ? ["none, and programs that are no modules beside it", ""]
      : [JSON.stringify(type), "remove it, or "];
  return `package.json: a project of Towpath has the type "module", got ${got}; ${fix}run init in a folder of its own, for example infra`;
}

/** Says that the folder is another program's. */
export function otherMain(main: string): string {
  return `package.json: a project of Towpath has the main "index.ts", got ${JSON.stringify(main)}; remove it, or run init in a folder of its own, for example infra`;
}
