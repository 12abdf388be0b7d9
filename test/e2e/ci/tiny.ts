import { readdirSync, readlinkSync } from "node:fs";
import { stringify } from "yaml";
import { docker } from "../../support/footprint.ts";
import type { Ended, TestProject } from "../../support/project.ts";

/** The output of `npm run ci -- --json`. */
export interface CiAnswer {
  readonly namespace: string;
  readonly passed: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly problem?: string;
    readonly log?: string;
    readonly coverage?: number;
  }[];
  readonly problems: readonly string[];
  readonly sql?: string;
  readonly published: readonly {
    readonly image: string;
    readonly reference: string;
    readonly tags: readonly string[];
  }[];
}

/** The address of the check's own database, in a shell. */
export const url = '"$(cat "$DATABASE_URL_FILE")"';

/** A check as application.ts describes it. */
export type TinyCheck = Readonly<Record<string, unknown>> & { readonly command: readonly string[] };

/** Migrations of one table, by the shell. */
const migrations = {
  service: "tool",
  up: ["sh", "-c", `psql -q ${url} -c 'CREATE TABLE things ()'`],
  down: ["sh", "-c", `psql -q ${url} -c "DROP TABLE things -- to $0"`],
  current: ["echo", "0001 (head)"],
  base: "base",
  pending: ["sh", "-c", "test {revision} = 0001 || echo 0001"],
  sql: ["sh", "-c", "echo 'CREATE TABLE things ();'", "{revision}"],
};

/**
 * Turns the project into an application as small as it can be: one image with a shell and PostgreSQL's client, one service
 * on it, and these checks. Their service is `tool` and they need nothing, unless they say otherwise.
 */
export function makeTiny(project: TestProject, checks: Readonly<Record<string, TinyCheck>>): void {
  const all = Object.fromEntries(
    Object.entries(checks).map(([name, check]) => [name, { service: "tool", needs: [], ...check }]),
  );
  const description = {
    name: "tiny",
    images: { tool: { context: "tiny" } },
    services: { tool: { image: "tool", command: ["sleep", "infinity"], needs: ["postgres", "files"] } },
    postgres: { version: 15 },
    buckets: ["files"],
    migrations,
    checks: all,
  };
  project.source.write(
    "tiny/Dockerfile",
    "ARG IMAGE_MIRROR=docker.io\nFROM ${IMAGE_MIRROR}/library/postgres:15\nENTRYPOINT []\n",
  );
  project.source.write(
    "application.ts",
    `import { defineApplication } from "./components/application/description.ts";\n` +
      `export const application = defineApplication(${JSON.stringify(description, null, 2)});\n`,
  );
}

/** Writes the settings of the stack ci; the namespace is the project's unless it is given. */
export function configureCi(project: TestProject, settings: Readonly<Record<string, unknown>> = {}): void {
  const all = { environment: "ci", namespace: project.namespace, ...settings };
  const config = Object.fromEntries(Object.entries(all).map(([key, value]) => [`towpath:${key}`, value]));
  project.source.write("Pulumi.ci.yaml", stringify({ config }));
}

/** Returns what a run printed as JSON. */
export function answerOf({ code, stdout, stderr }: Ended, expected: number): CiAnswer {
  if (code !== expected) throw new Error(`expected exit code ${expected}, got ${code}\n${stdout}\n${stderr}`);
  return JSON.parse(stdout) as CiAnswer;
}

/** The processes that work in the project's folder. */
export function processesOf(project: TestProject): string[] {
  return readdirSync("/proc").filter((entry) => {
    try {
      return /^\d+$/.test(entry) && readlinkSync(`/proc/${entry}/cwd`).startsWith(project.folder);
    } catch {
      return false; // it ended meanwhile
    }
  });
}

/** The containers of a part, by name. */
export function containersOf(namespace: string, part: string): Promise<string[]> {
  const labels = [`label=towpath.namespace=${namespace}`, `label=towpath.part=${part}`];
  return docker(["ps", "--format", "{{.Names}}", ...labels.flatMap((label) => ["--filter", label])]);
}
