import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { readConfiguration } from "../../../components/settings/configuration.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { blocksOf, commandsOf } from "../../support/docs.ts";
import { TestProject } from "../../support/project.ts";
import { checkout } from "../../support/source-tree.ts";

describe("docs/secrets.md", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create();
  });
  after(() => project.remove());

  /** Runs a line of the page, which has to succeed; returns what it printed. */
  async function run(command: string): Promise<string> {
    const { code, stdout, stderr } = await project.spawn("bash", ["-c", `set -o pipefail; ${command}`]).ended;
    assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
    return stdout;
  }

  function value(name: string): Promise<string> {
    return run(`npm run --silent pulumi -- config get --stack staging --path towpath:secretValues.${name}`);
  }

  it("contains commands that set a value, keep it beside a new one, and take it away", async () => {
    await run("npm run pulumi -- stack init staging");
    const [set = "", list = "", keep = "", renew = "", remove = "", ...others] = commandsOf("secrets.md");
    assert.deepEqual(others, []);

    await run(set);
    const first = await value("JWT_SECRET");
    assert.match(first, /^[0-9a-f]{64}$/);
    const listed = await run(list);
    assert.match(listed, /JWT_SECRET/);
    assert.ok(!listed.includes(first));

    await run(keep);
    await run(renew);
    assert.equal(await value("JWT_SECRET_PREVIOUS"), first);
    assert.notEqual(await value("JWT_SECRET"), first);
    assert.ok(!project.source.read("Pulumi.staging.yaml").includes(first));

    await run(remove);
    const { code } = await project.run([
      ...["pulumi", "config", "get", "--stack", "staging"],
      ...["--path", "towpath:secretValues.JWT_SECRET_PREVIOUS"],
    ]);
    assert.notEqual(code, 0);
  });

  it("contains settings that are accepted", () => {
    const blocks = blocksOf("secrets.md", "yaml");
    assert.equal(blocks.length, 4);
    const example = readFileSync(join(checkout, "Pulumi.staging.yaml"), "utf8");
    for (const block of blocks) {
      parseSettings({ ...settingsIn(example), ...settingsIn(`config:\n${indented(block)}`) }, fallbacks);
    }
  });
});

const fallbacks = { namespace: "notes-staging" };

function settingsIn(file: string): Record<string, unknown> {
  const { config } = parse(file) as { config: Record<string, unknown> };
  return readConfiguration(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
}

function indented(block: string): string {
  return block.replaceAll(/^/gm, "  ");
}
