import assert from "node:assert/strict";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";

describe("a release to a host over SSH", () => {
  let host: TestHost;
  let released: ReleasedProject;
  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host });
  });
  after(async () => {
    await released.remove();
    await handBack(host);
  });

  it("serves the application over HTTPS, and changes nothing when it runs again", async () => {
    released.configure("staging", { commit: await released.publish() });
    await released.release("staging");

    const health = await released.ask("staging", "/api/health");
    assert.equal(health.status, 200, health.body);
    assert.match(health.body, /"healthy"/);
    assert.equal(health.headers["x-frame-options"], "SAMEORIGIN");
    const again = await released.up("staging");
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /^Resources:\n {4}\d+ unchanged$/m);
  });
});
