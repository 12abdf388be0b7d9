import * as pulumi from "@pulumi/pulumi";
import { writeFileSync } from "node:fs";
import type { Application } from "../application/application.ts";
import { previousName } from "../application/previous-secrets.ts";
import type { ReleasePlan } from "../plan/read-and-plan.ts";
import { blankOut } from "../input/blank-out.mjs";
import { InputError } from "../input/input-error.ts";
import type { SecretValues } from "../secrets/files.ts";
import type { SecretVersions } from "../secrets/secret-versions.ts";
import { missingSecrets } from "../settings/agreement.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import { givenValues } from "./agreed.ts";
import type { PlanFacts, SecretChange } from "./plan-facts.ts";

/**
 * The file that a plan's facts are written to, for `towpath plan`: what would refuse a release is a fact in it, not the end
 * of the plan.
 *
 * It is written when the program ends, because values of secrets, and whether they change, are known late or not at all.
 */
export class PlanFile {
  /** True when production is planned as if staging had proved the commit's images. */
  readonly asIfProven: boolean;
  private readonly refusals: string[] = [];
  private readonly changes = new Map<string, SecretChange["change"]>();
  private readonly hidden = new Set<string>();
  private facts: Omit<PlanFacts, "secrets" | "refusals"> | undefined;

  private constructor(asIfProven: boolean) {
    this.asIfProven = asIfProven;
  }

  /**
   * Opens the file that `TOWPATH_PLAN_FILE` names; undefined where none is named, and in every run that may make something.
   *
   * @param atEnd takes what has to be done when the program ends
   */
  static open(
    { TOWPATH_PLAN_FILE: path = "", TOWPATH_AS_IF_PROVEN: proven = "" }: NodeJS.ProcessEnv = process.env,
    atEnd = (write: () => void): void => void process.once("exit", write),
  ): PlanFile | undefined {
    if (path === "" || !pulumi.runtime.isDryRun()) return undefined;
    const file = new PlanFile(proven !== "");
    atEnd(() => {
      file.write(path);
    });
    return file;
  }

  /** Notes why `up` would refuse the release. */
  readonly refuse = (problem: string): void => {
    this.refusals.push(problem);
  };

  /** The settings with something in the place of every value that nobody has given yet; the facts say that it is missing. */
  withoutGaps<Loaded extends Omit<LoadedSettings, "credential">>(
    application: Application,
    loaded: Loaded,
  ): Loaded {
    const missing = missingSecrets(application, loaded.settings, givenValues(loaded));
    for (const name of missing) this.changes.set(name, "missing");
    const placeholders = Object.fromEntries(missing.map((name) => [name, pulumi.secret("missing")]));
    return { ...loaded, secretValues: { ...loaded.secretValues, ...placeholders } };
  }

  /** The secrets whose values nobody has given yet. */
  get missing(): readonly string[] {
    return [...this.changes].filter(([, change]) => change === "missing").map(([name]) => name);
  }

  /** Notes what is planned. */
  plan(facts: Omit<PlanFacts, "secrets" | "refusals">): void {
    this.facts = facts;
  }

  /** Notes which secrets change, and keeps their values out of the file. */
  secrets(
    values: SecretValues,
    versions: SecretVersions["ofEach"],
    { current }: Pick<ReleasePlan, "current">,
  ): void {
    for (const value of Object.values(values)) {
      pulumi.output(value).apply((plain) => this.hidden.add(plain));
    }
    if (current === undefined) return;
    const before = current.secretVersions;
    const names = Object.keys(versions);
    const isPrevious = (name: string): boolean =>
      [...names, ...Object.keys(before)].some((one) => previousName(one) === name);
    for (const name of Object.keys(before)) {
      if (!names.includes(name) && !isPrevious(name)) this.changes.set(name, "removed");
    }
    for (const [name, version] of Object.entries(versions)) {
      if (this.changes.has(name) || isPrevious(name)) continue;
      if (before[name] === undefined) {
        this.changes.set(name, "new");
        continue;
      }
      // A value that is made in this run is not known in its plan.
      this.changes.set(name, "changed");
      version.apply((known) => {
        if (known === before[name]) this.changes.delete(name);
      });
    }
  }

  private write(path: string): void {
    if (this.facts === undefined) return;
    const secrets = [...this.changes].map(([name, change]) => ({ name, change }));
    const facts: PlanFacts = { ...this.facts, secrets, refusals: this.refusals };
    const texts = JSON.stringify(facts, (_, value: unknown) =>
      typeof value === "string" ? blankOut(value, this.hidden) : value,
    );
    writeFileSync(path, texts, { mode: 0o600 });
  }
}

/**
 * Refuses a release: in a plan's file as a fact of it, else at once.
 *
 * @throws InputError where there is no plan's file
 */
export function refuse(problem: string, planFile: PlanFile | undefined): void {
  if (planFile === undefined) throw new InputError([problem]);
  planFile.refuse(problem);
}
