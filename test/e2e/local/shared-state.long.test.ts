import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { docker } from "../../support/footprint.ts";
import { freePort } from "../../support/free-port.ts";
import { TestProject } from "../../support/project.ts";
import { until } from "../../support/until.ts";

/** The number of times that two runs meet; TOWPATH_TEST_TRIES=40 is the long form. */
const tries = Number(process.env.TOWPATH_TEST_TRIES ?? 4);

describe("two runs at once with a state in object storage", function () {
  let project: TestProject;
  let storage: string;
  let shared: NodeJS.ProcessEnv;

  before(async () => {
    project = await TestProject.create();
    const port = await freePort();
    [storage = ""] = await docker([
      ...["run", "--detach", "--rm", "--publish", `127.0.0.1:${port}:7070`, "--entrypoint", "sh"],
      ...["--env", "ROOT_ACCESS_KEY=towpath", "--env", "ROOT_SECRET_KEY=towpath-secret"],
      ...["mirror.towpath.internal/versity/versitygw:v1.8.0", "-c"],
      "mkdir -p /data/objects/state && exec versitygw --port :7070 posix /data/objects",
    ]);
    await until(
      "the object storage",
      30,
      async () =>
        (await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1000) })).status > 0 ||
        undefined,
    );
    const query = new URLSearchParams({
      endpoint: `http://127.0.0.1:${port}`,
      ...{ region: "us-east-1", s3ForcePathStyle: "true", disableSSL: "true" },
    });
    shared = {
      PULUMI_BACKEND_URL: `s3://state?${query.toString()}`,
      PULUMI_CONFIG_PASSPHRASE: "towpath",
      AWS_ACCESS_KEY_ID: "towpath",
      AWS_SECRET_ACCESS_KEY: "towpath-secret",
    };
    await project.start(shared);
  });
  after(async () => {
    await project.remove();
    if (storage !== "") await docker(["rm", "--force", storage]);
  });

  it(`never remove each other's copies, in ${tries} tries`, async function () {
    this.timeout(120_000 * (tries + 2));
    let refused = 0;
    for (let one = 0; one < tries; one++) {
      project.source.append("app/api/notes/version.py", `\n# Release ${one}.\n`);
      const old = await copies(project);
      const first = project.launch(["start"], shared);
      await until(
        "its first new copy",
        300,
        async () => (await copies(project)).some((name) => !old.includes(name)) || undefined,
      );
      // Each time a little later: what the second one finds is never the same.
      await pause((one % 8) * 150);
      const second = await project.run(["start"], shared);
      const { code, stderr } = await first.ended;
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(second.stderr, /removing/);
      if (second.code === 0) continue;
      refused++;
      assert.match(second.stderr, /^state: locked by another run, got \S+ \(process \d+\) since /m);
    }
    console.log(`      ${refused} of ${tries} second runs were refused by the lock`);
    assert.ok(refused > 0);
    assert.equal((await project.footprint()).containers.length, 7);
    assert.deepEqual(Object.keys((await project.start(shared)).changes), ["same"]);
  });
});

/** The copies of releases, by name. */
function copies(project: TestProject): Promise<string[]> {
  const of = [
    "--filter",
    `label=towpath.namespace=${project.namespace}`,
    "--filter",
    "label=towpath.release",
  ];
  return docker(["ps", "--all", "--format", "{{.Names}}", ...of]);
}
