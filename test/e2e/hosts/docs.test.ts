import assert from "node:assert/strict";
import { commandsOf } from "../../support/docs.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { testRegistry } from "../../support/hosts/test-registry.ts";
import { TestProject } from "../../support/project.ts";

describe("docs/hosts.md", () => {
  let project: TestProject;
  let host: TestHost;

  before(async () => {
    [project, host] = await Promise.all([TestProject.create(), takeHost()]);
  });
  after(async () => {
    await project.remove();
    await host.dropConnections();
    await host.script("userdel --force --remove shipper; rm -f /deploy-key.pub");
    await handBack(host);
  });

  it("contains commands that prepare a host and check it, one after the other", async () => {
    const [makeKey = "", ...checks] = commandsOf("hosts.md");
    assert.equal(checks.length, 2, checks.join("\n"));
    const made = await project.spawn("sh", ["-c", makeKey]).ended;
    assert.equal(made.code, 0, made.stderr);

    // The host has a user of the name on the page already.
    const onHost = commandsOf("hosts.md", "bash").map((command) =>
      command.replace(/\bdeploy\b(?!-key)/g, "shipper"),
    );
    assert.equal(onHost.length, 6, onHost.join("\n"));
    await host.write("/deploy-key.pub", project.source.read("deploy-key.pub"));
    const printed: string[] = [];
    for (const command of onHost) printed.push(await host.script(`cd /; ${command}`));
    const hostKey = printed.at(-1) ?? "";
    assert.equal(hostKey, host.settings().hostKey);

    const { address } = await testRegistry();
    const example = project.source.read("Pulumi.staging.yaml");
    project.source.write(
      "Pulumi.staging.yaml",
      example
        .replace("address: staging.notes.example", `address: ${host.address}`)
        .replace("user: deploy", "user: shipper\n      key: { source: environment, variable: DEPLOY_KEY }")
        .replace(/hostKey: .*/, `hostKey: ${hostKey}`)
        .replace("address: ghcr.io", `address: ${address}`),
    );
    for (const command of checks) {
      const { code, stdout, stderr } = await project.spawn("sh", ["-c", command]).ended;
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
    }
  });
});
