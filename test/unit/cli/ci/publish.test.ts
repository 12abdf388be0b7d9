import assert from "node:assert/strict";
import { destinations, noPassword, noRegistry, publish } from "../../../../cli/ci/publish.ts";
import { factsOf, tagsOf } from "../../../../cli/ci/origin.ts";
import { Problem } from "../../../../cli/problem.ts";
import type { PulumiCall } from "../../../../cli/pulumi/operation.ts";
import { fakeRun } from "../fake-run.ts";
import { recordedProgress } from "../quiet.ts";

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const registry = { address: "ghcr.io", repository: "owner/notes" };
const call = {
  environment: { TOKEN: "hidden" },
  project: { root: "/p", pulumiHome: "/h" },
  stack: "ci",
} as unknown as PulumiCall;
const quiet = recordedProgress();
const fromVariable = (variable: string) => ({ source: "environment", variable }) as const;

describe("publishing", () => {
  it("pushes every tag, and says the digest that all of them lead to", async () => {
    const { run, calls } = fakeRun({ docker: { stdout: `1.0: digest: ${digest("a")} size: 1\n` } });
    const found = await publish(
      { api: "notes-ci-api:latest" },
      ["1.0", "latest"],
      [registry],
      call,
      run,
      quiet,
    );
    const name = "ghcr.io/owner/notes/api";
    assert.deepEqual(found, [{ image: "api", reference: `${name}@${digest("a")}`, tags: ["1.0", "latest"] }]);
    assert.deepEqual(
      calls,
      ["1.0", "latest"].flatMap((tag) => [
        `docker tag notes-ci-api:latest ${name}:${tag}`,
        `docker push ${name}:${tag}`,
        `docker image rm ${name}:${tag}`,
      ]),
    );
  });

  it("signs in without the password in a command line", async () => {
    const { run, calls } = fakeRun({ docker: { stdout: `digest: ${digest("a")}` } });
    const login = { user: "me", password: fromVariable("TOKEN") };
    const [destination] = await destinations([{ ...registry, login }], call, run);
    assert.ok(destination !== undefined);
    await publish({ api: "x" }, ["latest"], [destination], call, run, quiet);
    assert.equal(calls[0], "docker login --username me --password-stdin ghcr.io");
    assert.ok(!calls.join("\n").includes("hidden"));
  });

  it("fails when tags lead to different digests", async () => {
    let count = 0;
    const { run } = fakeRun({ docker: () => ({ stdout: `digest: ${digest(count++ < 2 ? "a" : "b")}` }) });
    await assert.rejects(
      publish({ api: "x" }, ["1.0", "latest"], [registry], call, run, quiet),
      new Problem(
        `ghcr.io/owner/notes/api: expected one digest under all tags, got ${digest("a")}, ${digest("b")}; publish again`,
      ),
    );
  });

  it("says what the registry answers", async () => {
    const { run } = fakeRun({ docker: {}, "docker push": { code: 1, stderr: "denied: no\n" } });
    await assert.rejects(
      publish({ api: "x" }, ["1.0"], [registry], call, run, quiet),
      new Problem(
        '--publish: "docker push ghcr.io/owner/notes/api:1.0" failed, got "denied: no"; mend that and publish again',
      ),
    );
  });

  it("is refused where there is no registry, or no password for one", async () => {
    const { run } = fakeRun({});
    await assert.rejects(destinations([], call, run), new Problem(noRegistry));
    const login = { user: "me", password: fromVariable("OTHER") };
    await assert.rejects(
      destinations([registry, { ...registry, login }], call, run),
      new Problem(
        "towpath:registries[1].login.password: no value in the environment variable OTHER; set the variable for this run",
      ),
    );
    assert.equal(
      noPassword(0, { source: "configuration", name: "TOKEN" }),
      "towpath:registries[0].login.password: no value for towpath:secretValues.TOKEN; set it with npm run pulumi -- config set --stack ci --secret --path towpath:secretValues.TOKEN",
    );
  });
});

describe("the tags of a published image", () => {
  it("are its commit, its branch, the version and latest, as far as they are known", () => {
    const [commit, branch, ...rest] = tagsOf({
      commit: "abc123",
      branch: "feature/auth-v2",
      version: "1.2.3",
    });
    assert.equal(commit, "abc123");
    assert.match(branch ?? "", /^feature-auth-v2-[0-9a-f]{8}$/);
    assert.deepEqual(rest, ["1.2.3", "latest"]);
    assert.deepEqual(tagsOf({ version: "1.2.3" }), ["1.2.3", "latest"]);
  });

  it("stand beside what the images say of themselves", () => {
    assert.deepEqual(factsOf({ commit: "abc123", branch: "main", version: "1.2.3" }), {
      BUILD_VERSION: "1.2.3",
      BUILD_COMMIT: "abc123",
      BUILD_BRANCH: "main",
    });
    assert.deepEqual(factsOf({ version: "1.2.3" }), { BUILD_VERSION: "1.2.3" });
  });
});
