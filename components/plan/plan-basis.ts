import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { defined } from "../input/defined.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import { inOrder } from "./in-order.ts";
import type { ReleasePlan } from "./plan.ts";

/** All that a plan was made from: what people agreed to is what runs only while none of it is another. */
export interface PlanBasis {
  /** 12 hexadecimal digits that change when index.ts or a version of a package does. */
  readonly program: string;
  /** The release's id: its digests and its description. */
  readonly release: string;
  /** The settings' hash. */
  readonly settings: string;
  /** What ran then; left out where nothing did. */
  readonly from?: RunningBasis;
}

/** What runs when a plan is made. */
export interface RunningBasis {
  readonly release: string;
  readonly settings: string;
  readonly schema?: string;
  /** The number of copies by service. */
  readonly copies: Readonly<Record<string, number>>;
}

/** The outputs of a stack, as far as they tell what runs. */
export interface RunningOutputs {
  readonly services?: Readonly<Record<string, { readonly containers: readonly string[] }>>;
}

/** Returns what a plan is made from, by the stack's outputs and the files of the program. */
export function basisOf(
  { id, settingsHash, current }: Pick<ReleasePlan, "id" | "settingsHash" | "current">,
  { services = {} }: RunningOutputs,
  program: string,
): PlanBasis {
  const copies = Object.fromEntries(
    Object.entries(services).map(([service, { containers }]) => [service, containers.length]),
  );
  const from = current && {
    release: current.id,
    settings: current.settingsHash,
    copies,
    ...defined({ schema: current.schema?.after }),
  };
  return { program, release: id, settings: settingsHash, ...defined({ from }) };
}

/** 64 hexadecimal digits that change exactly when a plan is made from something else. */
export function planDigest(basis: PlanBasis): string {
  return createHash("sha256")
    .update(JSON.stringify(inOrder(basis)))
    .digest("hex");
}

/** 12 hexadecimal digits of the program in a folder: its file, and the versions of all packages. */
export function programIn(folder: string): string {
  const hash = createHash("sha256");
  for (const name of ["index.ts", "package-lock.json"]) {
    const file = `${folder}/${name}`;
    hash.update(existsSync(file) ? readFileSync(file) : "");
  }
  return hash.digest("hex").slice(0, 12);
}

/**
 * Makes sure that a plan in a file is the one of this run.
 *
 * @throws InputError with everything that is another than when it was made
 */
export function checkSamePlan(file: string, now: PlanBasis): void {
  const planned = readBasis(file);
  const differences = differencesOf(planned, now);
  if (differences.length === 0) return;
  throw new InputError([
    `TOWPATH_PLAN: expected what ${show(file)} was made from, got another state: ${differences.join("; ")}; plan again, and have that agreed to`,
  ]);
}

/** The basis of the plan in a file that `towpath plan --json` wrote. */
function readBasis(file: string): PlanBasis {
  try {
    const { facts } = JSON.parse(readFileSync(file, "utf8")) as { facts?: { basis?: PlanBasis } };
    if (facts?.basis !== undefined) return facts.basis;
  } catch {
    // Said below.
  }
  throw new InputError([
    `TOWPATH_PLAN: expected the file of a plan, got ${show(file)}; write it with npx towpath plan --stack production --json > ${file}`,
  ]);
}

/** What differs between two bases, in words. */
export function differencesOf(planned: PlanBasis, now: PlanBasis): string[] {
  const [then, runs] = [planned.from, now.from];
  return [
    ...(planned.program === now.program ? [] : ["the program or a package is another"]),
    ...(planned.release === now.release
      ? []
      : [`it plans release ${planned.release}, and this is ${now.release}`]),
    ...(planned.settings === now.settings ? [] : ["the settings are others"]),
    ...(then?.release === runs?.release
      ? []
      : [`${then?.release ?? "nothing"} ran when it was made, and ${runs?.release ?? "nothing"} runs now`]),
    ...(then?.schema === runs?.schema
      ? []
      : [`the schema was at ${then?.schema ?? "no revision"}, and is at ${runs?.schema ?? "no revision"}`]),
    ...copiesThatDiffer(then?.copies ?? {}, runs?.copies ?? {}),
    ...(then === undefined || runs === undefined || then.settings === runs.settings
      ? []
      : ["what runs was released with other settings"]),
  ];
}

function copiesThatDiffer(
  then: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): string[] {
  return Object.keys({ ...then, ...now })
    .sort()
    .filter((service) => then[service] !== now[service])
    .map((service) => `${then[service] ?? 0} copies of ${service} ran, and ${now[service] ?? 0} run now`);
}
