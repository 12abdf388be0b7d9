import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stateUrl } from "../../../cli/pulumi/variables.ts";
import type { TinyPreviews } from "../hosts/tiny-previews.ts";
import { TestProject } from "../project.ts";

/** A machine that runs workflows' jobs: a clone of its own, with the state that all of them share. */
export interface Runner {
  readonly project: TestProject;
  readonly variables: Readonly<Record<string, string>>;
}

/** The machines for jobs; each has one job at a time. */
export class Runners {
  private readonly all: readonly Runner[];
  private readonly free: Runner[];
  private readonly waiting: ((runner: Runner) => void)[] = [];

  private constructor(all: readonly Runner[]) {
    this.all = all;
    this.free = [...all];
  }

  /** Makes these many clones of the previews' project. */
  static async create(previews: TinyPreviews, count: number): Promise<Runners> {
    const { folder } = previews.project;
    const variables = {
      ...previews.variables,
      PULUMI_BACKEND_URL: stateUrl(join(folder, ".towpath/state")),
      PULUMI_CONFIG_PASSPHRASE: readFileSync(join(folder, ".towpath/passphrase"), "utf8").trim(),
    };
    const all: Runner[] = [];
    for (let made = 0; made < count; made++) {
      const project = await TestProject.create();
      for (const file of ["application.ts", "Pulumi.preview.yaml", "Pulumi.host-previews.yaml"])
        project.source.write(file, previews.project.source.read(file));
      // There is nothing to merge into: the comments tell of the previews alone.
      for (const stack of ["staging", "production"]) rmSync(join(project.folder, `Pulumi.${stack}.yaml`));
      all.push({ project, variables });
    }
    return new Runners(all);
  }

  /** Gives a job a machine, once one is free. */
  async on<Result>(job: (runner: Runner) => Promise<Result>): Promise<Result> {
    const runner = this.free.pop() ?? (await new Promise<Runner>((resolve) => this.waiting.push(resolve)));
    try {
      return await job(runner);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free.push(runner);
      else next(runner);
    }
  }

  async remove(): Promise<void> {
    for (const { project } of this.all) await project.remove();
  }
}
