import assert from "node:assert/strict";
import { footprint, nothing } from "../../support/footprint.ts";
import { TestProject, type StartedAnswer } from "../../support/project.ts";
import { quick } from "../../support/quick.ts";
import { request } from "../../support/request.ts";
import { until } from "../../support/until.ts";

/** The smallest application that has all kinds of things: a service with a route, a database, an image. */
const application = `import { defineApplication } from "./components/application/description.ts";

export const application = defineApplication({
  name: "notes",
  images: { web: { context: "app/web" } },
  services: {
    web: { image: "web", port: 8080, health: { path: "/" }, routes: ["/*"], needs: ["postgres"] },
  },
  postgres: { version: 15 },
});
`;

/** Branches that read the same, at full length or cut, and one that is nothing but trouble. */
const names = ["b1", "Ünïcode/..--$(rm)", `${"x".repeat(199)}a`, `${"x".repeat(199)}b`];

/** A branch of `names` in one of the two clones. */
interface Case {
  readonly clone: 0 | 1;
  readonly name: number;
}

/**
 * The likely conflicts: one branch in two clones, two that are the same when cut, in one clone and in two, and trouble.
 */
const corners: readonly Case[] = [
  { clone: 0, name: 1 },
  { clone: 0, name: 2 },
  { clone: 1, name: 2 },
  { clone: 1, name: 3 },
];

/** The rest of eight. */
const others: readonly Case[] = [
  { clone: 0, name: 0 },
  { clone: 0, name: 3 },
  { clone: 1, name: 0 },
  { clone: 1, name: 1 },
];

/** One of them: a branch that is built in one of the clones. */
interface Branch {
  readonly project: TestProject;
  readonly variables: { readonly BRANCH_NAME: string };
  readonly started: StartedAnswer;
}

describe("up to eight namespaces", () => {
  const cases = quick(corners, others, 1);

  const clones: TestProject[] = [];
  const branches: Branch[] = [];

  before(async () => {
    clones.push(await TestProject.create(), await TestProject.create());
    // In each clone one after the other, and the two clones at once.
    await Promise.all(
      clones.map(async (project, clone) => {
        project.source.write("application.ts", application);
        project.configure({ namespace: undefined, port: undefined });
        for (const one of cases.filter((each) => each.clone === clone)) {
          const variables = { BRANCH_NAME: `${project.namespace}-${names[one.name]}` };
          branches.push({ project, variables, started: await project.start(variables) });
        }
      }),
    );
  });
  after(async () => {
    for (const clone of clones) await clone.remove();
  });

  it("run at once, and all answer", async () => {
    assert.equal(branches.length, cases.length);
    for (const { started } of branches) {
      const response = await request(started.url);
      assert.equal(response.status, 200, started.url);
    }
  });

  it("share no name and no port", async () => {
    const all = await Promise.all(branches.map(({ started }) => footprint(started.namespace)));
    for (const kind of ["containers", "volumes", "networks", "images"] as const) {
      const names = all.flatMap((one) => one[kind]);
      assert.equal(new Set(names).size, names.length, kind);
      for (const [at, one] of all.entries()) assert.ok(one[kind].length > 0, `${kind} of ${at}`);
    }
    assert.equal(new Set(branches.map(({ started }) => started.port)).size, cases.length);
    assert.equal(new Set(branches.map(({ started }) => started.namespace)).size, cases.length);
  });

  it("have databases of their own, whose data never mixes", async () => {
    const ask = async ({ project, variables }: Branch, sql: string): Promise<string> =>
      (await project.succeed(["psql", "-At", "-c", sql], variables)).stdout;
    for (const branch of branches)
      await ask(branch, `create table mark as select '${branch.variables.BRANCH_NAME}' as branch`);
    const databases = new Set<string>();
    for (const branch of branches) {
      const found = await ask(branch, "select branch, current_database() from mark");
      const [name, database = ""] = found.split("|");
      assert.equal(name, branch.variables.BRANCH_NAME);
      databases.add(database);
    }
    assert.equal(databases.size, cases.length);
  });

  it("are all in one table, each with its own clone", async () => {
    for (const project of clones) {
      const own = branches.filter((branch) => branch.project === project);
      // The engine asks an image's own health check for the first time after 10 s.
      const shown = await until("the engine's first health checks", 60, async () => {
        const { stdout } = await project.succeed(["status", "--json"]);
        const rows = JSON.parse(stdout) as { namespace: string; health: string; address: string }[];
        return rows.some(({ health }) => health.endsWith("starting")) ? undefined : rows;
      });
      assert.deepEqual(
        shown.map(({ namespace, health, address }) => [namespace, health, address]),
        own.map(({ started }) => [started.namespace, "healthy", started.url]).sort(),
      );
    }
  });

  it("are destroyed one by one while the others still answer", async () => {
    const left = new Set(branches);
    const destroyAllOf = async (clone: TestProject): Promise<void> => {
      for (const branch of branches.filter(({ project }) => project === clone)) {
        left.delete(branch);
        await clone.succeed(["destroy", "--yes"], branch.variables);
        assert.deepEqual(await footprint(branch.started.namespace), nothing);
        for (const other of left) assert.equal((await request(other.started.url)).status, 200);
      }
    };
    await Promise.all(clones.map(destroyAllOf));
  });
});
