/** A release to a host whose disk is full, before it begins and in the middle. */
import assert from "node:assert/strict";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { assertServed } from "../../support/load.ts";
import { migrating, releaseThrough, slowMigration } from "./middle-of-release.ts";

const full =
  /towpath:hosts\.app1: 1 GiB have to be free in \/var\/lib\/docker, got \d+ MiB; see there what takes the space with docker system df, remove old images with docker image prune --all, or add space/;

describe("a host whose disk is full", () => {
  let host: TestHost;
  let released: ReleasedProject;

  before(async () => {
    host = await takeHost();
    await host.useSmallDisk(4096);
    released = await ReleasedProject.create({ staging: host });
    released.configure("staging", { commit: await released.publish() });
    await released.release("staging");
  });
  after(async () => {
    await released.remove();
    await handBack(host);
  });

  it("keeps serving, lets a release report what to do, and lets it complete when there is space again", async () => {
    const commit = await released.publish(slowMigration);
    released.configure("staging", { commit });
    const { ended, users } = await releaseThrough(released, [migrating, () => host.fillDisk()]);
    assert.notEqual(ended.code, 0);
    assert.match(ended.stdout + ended.stderr, /no space left on device/);
    assert.match(ended.stderr, full);
    assertServed(users);

    // The next one does not begin.
    const refused = await released.up("staging");
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout, full);
    assert.doesNotMatch(refused.stdout, /docker:index:Container/);

    await host.freeDisk();
    await released.release("staging");
    const outputs = (await released.outputs("staging")) as { release: { commit: string } };
    assert.equal(outputs.release.commit, commit);
    assert.equal((await released.ask("staging", "/api/notes")).status, 200);
  });
});
