import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nothing } from "../../support/footprint.ts";
import { TestProject } from "../../support/project.ts";

describe("a working copy without a branch, or with wrong variables", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create();
    project.configure({ namespace: undefined, port: undefined });
  });
  after(() => project.remove());

  it("is refused before anything is started", async () => {
    const refused: Record<string, NodeJS.ProcessEnv> = {
      'BRANCH_NAME: expected the name of a branch, got ""; set it, or unset it to go by git': {
        BRANCH_NAME: "",
      },
      'WORKSPACE_ID: expected a text, got ""; set it, or unset it to go by git': { WORKSPACE_ID: "" },
      'TOWPATH_PORT: expected a port from 1 to 65535, got "http"; choose a free one, for example 8080': {
        TOWPATH_PORT: "http",
      },
    };
    for (const [message, variables] of Object.entries(refused))
      assert.equal(await project.refusal(variables), message);
    assert.deepEqual(await project.footprint(), nothing);
  });

  /** The namespace of this folder, with the words on it. */
  async function named(variables: NodeJS.ProcessEnv = {}): Promise<Record<"namespace" | "why", string>> {
    const { code, stdout, stderr } = await project.run(["namespace", "--json"], variables);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Record<"namespace" | "why", string>;
  }

  it("is identified by its folder, with a warning, without git, with a broken .git and on a detached HEAD", async () => {
    const git = join(project.folder, ".git");
    const fix = "the folder alone tells it now, check out a branch or set BRANCH_NAME";
    const commit = "0123456789abcdef0123456789abcdef01234567";
    const stopped = async (): Promise<string> => (await project.run(["stop"])).stderr.split("\n")[0] ?? "";

    assert.equal(
      await stopped(),
      `namespace: expected a git repository, got no .git in ${project.folder} or above; ${fix}`,
    );
    writeFileSync(git, "gitdir: /nowhere/at/all\n");
    assert.equal(
      await stopped(),
      `namespace: expected a git repository at ${git}, got "gitdir: /nowhere/at/all", where no HEAD is; ${fix}`,
    );
    rmSync(git);
    mkdirSync(git);
    writeFileSync(join(git, "HEAD"), `${commit}\n`);
    assert.equal(await stopped(), `namespace: expected HEAD to be on a branch, got "${commit}"; ${fix}`);
    assert.equal((await named()).why, `the folder ${project.folder}`);
  });

  it("has another namespace with a WORKSPACE_ID alone", async () => {
    const [without, one, two] = [
      await named(),
      await named({ WORKSPACE_ID: "1" }),
      await named({ WORKSPACE_ID: "2" }),
    ];
    assert.equal(one.why, `WORKSPACE_ID "1", the folder ${project.folder}`);
    assert.equal(new Set([without, one, two].map(({ namespace }) => namespace)).size, 3);
  });
});
