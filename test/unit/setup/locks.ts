/** Finds what is incomplete in lock files, as far as that shows without a network: one line for each problem. */
import { posix } from "node:path";

/** A package in package-lock.json. */
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: boolean;
  readonly link?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** Every dependency is found where Node looks for it, and every package has a sum and no address of its own. */
export function npmProblems(manifest: string, lock: string): string[] {
  const wanted = JSON.parse(manifest) as Locked;
  const { packages, lockfileVersion } = JSON.parse(lock) as {
    lockfileVersion: number;
    packages: Record<string, Locked>;
  };
  const { "": root, ...others } = packages;
  const problems = lockfileVersion === 3 ? [] : [`lockfileVersion: expected 3, got ${lockfileVersion}`];
  for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
    if (JSON.stringify(sorted(wanted[kind])) !== JSON.stringify(sorted(root?.[kind])))
      problems.push(`${kind}: those of package.json are others`);
  }
  for (const [path, one] of Object.entries(packages)) {
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = one;
    const peers = Object.keys(peerDependencies).filter(
      (name) => peerDependenciesMeta[name]?.optional !== true,
    );
    const optional = Object.keys(one.optionalDependencies ?? {});
    const own = path === "" ? Object.keys(one.devDependencies ?? {}) : [];
    for (const name of new Set([...Object.keys(dependencies), ...peers, ...optional, ...own])) {
      if (!foundFrom(path, name, packages)) problems.push(`${path || "package.json"}: ${name} is not locked`);
    }
  }
  for (const [path, { version, integrity, resolved, inBundle }] of Object.entries(others)) {
    if (version === undefined) problems.push(`${path}: no version`);
    // What is bundled is covered by the sum of the package that bundles it.
    if (integrity === undefined && inBundle !== true) problems.push(`${path}: no integrity`);
    // Whoever installs has a registry of their own, perhaps a mirror.
    if (resolved !== undefined) problems.push(`${path}: an address of one registry`);
  }
  return problems;
}

const sorted = (versions: Record<string, string> = {}) =>
  Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1));

/** Looks as Node does: in the package's own folder, then in every one above it. */
function foundFrom(path: string, name: string, packages: Record<string, unknown>): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (posix.join(folder, "node_modules", name) in packages) return true;
    if (folder === "") return false;
  }
}

/** Every line is pinned and has a sum, and everything that is asked for is there. */
export function pythonProblems(asked: string, lock: string, alsoLocked = ""): string[] {
  const problems: string[] = [];
  const locked = new Map(requirementsIn(lock).map((line) => [nameOf(line), line]));
  for (const [name, line] of locked) {
    if (!/^[\w.-]+==[\w.!+]+( *;.*)?( --hash=sha256:[0-9a-f]{64})+$/.test(line))
      problems.push(`${name}: expected ==version and --hash=sha256:…, got "${line.slice(0, 60)}"`);
  }
  const constraints = new Map(requirementsIn(alsoLocked).map((line) => [nameOf(line), line]));
  for (const [name, line] of locked) {
    const other = constraints.get(name);
    if (other !== undefined && versionOf(other) !== versionOf(line))
      problems.push(`${name}: expected ${versionOf(other)} as in requirements.txt, got ${versionOf(line)}`);
  }
  for (const line of requirementsIn(asked)) {
    for (const name of [nameOf(line), ...extraOf(line)])
      if (!locked.has(name)) problems.push(`${name}: asked for, and not locked`);
  }
  return problems;
}

/** The lines of a requirements file, continued ones joined; without comments and options. */
function requirementsIn(text: string): string[] {
  return text
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("-"));
}

/** Returns the form of a name in which Python compares it. */
const nameOf = (line: string) => (/^[\w.-]+/.exec(line)?.[0] ?? line).toLowerCase().replace(/[-_.]+/g, "-");
const versionOf = (line: string) => /==([^\s;]+)/.exec(line)?.[1] ?? "none";

/** The package that an extra stands for, where it has the usual name: `psycopg[binary]` is `psycopg-binary`. */
function extraOf(line: string): string[] {
  const extra = /\[(\w+)\]/.exec(line)?.[1];
  return extra === undefined ? [] : [`${nameOf(line)}-${extra}`];
}

/** Every module that go.mod names has both sums, that of its files and that of its own go.mod. */
export function goProblems(mod: string, sum: string): string[] {
  const sums = new Set(sum.split("\n").map((line) => line.split(" ").slice(0, 2).join(" ")));
  const replaced = new Map<string, string>();
  for (const [, from = "", to = ""] of mod.matchAll(/^(?:replace\s+|\t)(\S+)(?: v\S+)? => (.+)$/gm))
    replaced.set(from, to.trim());
  const problems: string[] = [];
  const required = [...mod.matchAll(/^(?:require )?\t?([\w.-]+\.[\w./~-]+) (v\S+)(?: \/\/ indirect)?$/gm)];
  if (required.length === 0) problems.push("go.mod: requires nothing");
  for (const [, module = "", version = ""] of required) {
    const taken = replaced.get(module) ?? `${module} ${version}`;
    // A folder of this repository needs no sum.
    if (taken.startsWith("./")) continue;
    for (const wanted of [taken, `${taken}/go.mod`])
      if (!sums.has(wanted)) problems.push(`${wanted}: no sum`);
  }
  return problems;
}

/** Commands that resolve what they install, and base images without a version, in a Dockerfile, workflow or shell script. */
export function installProblems(text: string): string[] {
  const problems: string[] = [];
  const whole = text.replace(/\\\n\s*/g, " ");
  for (const line of whole.split("\n").filter((one) => !/^\s*#/.test(one))) {
    const refuse = (what: string) => problems.push(`${what}, got "${line.trim()}"`);
    for (const command of line.split(/&&|;|\|\|?/).map((one) => one.trim())) {
      if (/\bpip3? install\b/.test(command) && !/--no-deps --require-hashes\b.* -r \S+$/.test(command))
        refuse("pip: expected --no-deps --require-hashes -r");
      if (/\bnpm (install|i|add|update)\b/.test(command)) refuse("npm: expected npm ci");
      if (/\bgo (get|install)\b|\bgo run \S+@/.test(command)) refuse("go: expected go build -mod=readonly");
      if (/\b(npx --yes|npx -y|pipx|uvx)\b/.test(command)) refuse("expected a locked program");
    }
    if (/\bpip3? install\b/.test(line) && !line.trimEnd().endsWith("&& pip check"))
      refuse("pip: expected && pip check at the end");
  }
  const stages = [...whole.matchAll(/^FROM (?:--\S+ )?(\S+)(?: AS (\S+))?/gim)];
  const names = stages.map(([, , name]) => name);
  for (const [, image = ""] of stages) {
    if (names.includes(image) || image === "scratch" || /^\$\{?[A-Z]+\}?$/.test(image)) continue;
    if (!/@sha256:[0-9a-f]{64}$|:[a-z0-9][\w.-]*$/.test(image) || image.endsWith(":latest"))
      problems.push(`FROM: expected a version, got "${image}"`);
  }
  return problems;
}
