/** An approval on its whole way: staging's encrypted records, ssh-keygen, the settings file, and production's program. */
import assert from "node:assert/strict";
import { recordOf } from "../../../components/release/release-record.ts";
import { TestProject, type Ended } from "../../support/project.ts";

/** Programs that bring out what a release does, without a host: staging's records, and who approved the newest. */
const program = `
import "./components/stack-traces.ts";
import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { loadSettings } from "./components/load-settings.ts";
import { approved } from "./components/release/approval.ts";
import { laterUserErrors } from "./components/user-errors.ts";

const records = JSON.parse(readFileSync("records.json", "utf8"));
const outputs = {};
if (pulumi.getStack() === "staging") outputs.releases = pulumi.secret(records);
else {
  const settings = loadSettings("notes");
  const plan = { ...records[0], changes: true, records: [] };
  outputs.approvedBy = (await laterUserErrors(() => approved(plan, settings.approval, settings))).approvedBy;
}
export default outputs;
`;

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const newest = {
  ...recordOf({ api: digest("a"), web: digest("b") }),
  commit: "c".repeat(40),
  branch: "main",
  version: "1.2.3",
};

describe("an approval", () => {
  let project: TestProject;

  before(async () => {
    project = await TestProject.create();
    project.source.write("index.ts", program);
    project.source.write("records.json", JSON.stringify([newest]));
    const key = await project.spawn("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "alice"]).ended;
    assert.equal(key.code, 0, key.stderr);
    const example = project.source.read("Pulumi.production.yaml");
    const signers = `{ alice: ${project.source.read("alice.pub").trim()} }`;
    project.source.write(
      "Pulumi.production.yaml",
      `${example}  # Who approves.\n  towpath:approval: { required: 1, signers: ${signers} }\n`,
    );
    for (const stack of ["staging", "production"]) await succeed("pulumi", "stack", "init", stack);
    await succeed("pulumi", ...up("staging"));
  });
  after(() => project.remove());

  const up = (stack: string): string[] => ["up", "--stack", stack, "--yes", "--skip-preview"];

  async function succeed(...args: string[]): Promise<Ended> {
    const ended = await project.run(args);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    return ended;
  }

  it("is waited for, and lets exactly these digests through once it was given", async () => {
    const { id } = newest;
    const refused = await project.run(["pulumi", ...up("production")]);
    assert.notEqual(refused.code, 0);
    const message = `towpath:approval: expected 1 approval of release ${id}, got none; a signer approves it with npx towpath approve --stack production`;
    assert.ok((refused.stdout + refused.stderr).includes(`error: ${message}\n`), refused.stdout);

    const given = await succeed("approve", "--stack", "production", "--key", "alice");
    for (const part of [id, newest.commit, "version 1.2.3", `api ${digest("a")}`, `web ${digest("b")}`])
      assert.ok(given.stderr.includes(part), given.stderr);
    assert.equal(
      given.stdout,
      `production: alice approved release ${id}, 1 of 1; it stands in Pulumi.production.yaml: commit it, and release with npm run pulumi -- up --stack production`,
    );
    const file = project.source.read("Pulumi.production.yaml");
    assert.match(file, /^# Example values: put your own in\.$/m);
    assert.match(file, /^ {2}# Who approves\.$/m);
    assert.doesNotMatch(file, /PRIVATE KEY/);

    await succeed("pulumi", ...up("production"));
    const { stdout } = await succeed("pulumi", "stack", "output", "--stack", "production", "--json");
    assert.deepEqual(JSON.parse(stdout), { approvedBy: ["alice"] });
  });

  it("is of no use for other digests", async () => {
    project.source.edit("records.json", digest("a"), digest("d"));
    const { code, stdout, stderr } = await project.run(["pulumi", "preview", "--stack", "production"]);
    assert.notEqual(code, 0);
    assert.match(
      stdout + stderr,
      /got none \(that of alice is not of these digests and this description, or /,
    );
  });
});
