import { oldestEngine } from "../cli/setup/docker.ts";
import { oldestNode } from "../setup/node-version.mjs";
import { page, table } from "./pages.ts";

/** The entry of a package in a lock file of npm. */
interface Locked {
  readonly version?: string;
  readonly os?: string | readonly string[];
  readonly engines?: { readonly node?: string };
}

/** The packages of a lock file, by their paths. */
export type Lock = Readonly<Record<string, Locked>>;

/** The lock files that versions stand in. */
export interface Locks {
  readonly project: Lock;
  /** The Node that set-up provides. */
  readonly provided: Lock;
  /** The ones that the unit tests run on. */
  readonly oldest: Lock;
  readonly newest: Lock;
}

const systems = { linux: "Linux", darwin: "macOS" };

/** The page of the versions that go together. */
export function versionsPage({ project, provided, oldest, newest }: Locks): string {
  const of = (name: string): string => project[`node_modules/${name}`]?.version ?? "none";
  const plugins = ["docker", "command", "random", "github"].map((name) => `${name} ${of(`@pulumi/${name}`)}`);
  const asked = project["node_modules/@pulumi/pulumi"]?.engines?.node ?? "any";
  const { major, minor, next } = oldestNode;
  const rows = [
    [
      "Node",
      `${major}.${minor} and newer of ${major}; ${next} and newer`,
      `the lines with long-term support; from ${major}.${minor} on, Node runs TypeScript. The SDK asks for \`${asked}\``,
    ],
    [
      "Node that set-up provides",
      onSystems(provided),
      "where the machine's is older, from 16 on, for Towpath alone: `setup/node/package.json`",
    ],
    [
      "Node that the tests run on",
      `unit tests: ${onLinux(oldest)} and ${onLinux(newest)}; all others: the machine's, or the provided one`,
      "the oldest and the newest: `test/run/nodes/`",
    ],
    [
      "Pulumi CLI",
      of("pulumi"),
      "the newest that can be built from source where downloads are blocked: its Go module is published",
    ],
    [
      "Pulumi SDK, `@pulumi/pulumi`",
      of("@pulumi/pulumi"),
      "newer than the CLI, which it works with; the tests with a real engine run these two",
    ],
    ["Pulumi plugins", plugins.join(", "), "each of its npm package's version"],
    ["Docker Engine", `${oldestEngine} and newer`, "on this machine and on hosts"],
  ];
  const introduction =
    "These versions are tested together. Each stands in a `package.json` with its lock file: a change of one begins there.";
  return page("Versions that go together", introduction, [table(["part", "version", "why this one"], rows)]);
}

/** The versions of a lock file for Linux and macOS, each named once. */
function onSystems(lock: Lock): string {
  return Object.entries(systems)
    .map(([os, name]) => `${[...versionsFor(lock, os)].join(" or ")} on ${name}`)
    .join(", ");
}

function onLinux(lock: Lock): string {
  return [...versionsFor(lock, "linux")].join(" or ");
}

function versionsFor(lock: Lock, system: string): Set<string> {
  const its = Object.values(lock).filter(({ os }) => [os].flat().includes(system));
  return new Set(its.flatMap(({ version = "none" }) => version));
}
