import assert from "node:assert/strict";
import { releaseFiles } from "../../../components/gateway/release-files.ts";
import { canaryShare } from "../../../components/gateway/site.ts";

describe("the files that the gateway reads at every request", () => {
  const stable = { api: ["api-1", "api-2"], web: ["web-1"] };

  it("name the containers of all copies, for the canary's paths too when there is no canary", () => {
    assert.deepEqual(releaseFiles({ stable, maintenance: false }), {
      share: "",
      maintenance: "off",
      "stable/api/0": "api-1",
      "stable/api/1": "api-2",
      "stable/web/0": "web-1",
      "canary/api/0": "api-1",
      "canary/api/1": "api-2",
      "canary/web/0": "web-1",
    });
  });

  it("name the canary's share and its own copies while there is one, and the state of maintenance", () => {
    const containers = { api: ["new-1", "new-2"], web: ["new-3"] };
    const files = releaseFiles({ stable, canary: { containers, weight: 10 }, maintenance: true });
    assert.equal(files.share, "199a");
    assert.equal(files.maintenance, "on");
    assert.deepEqual(
      ["stable/api/1", "canary/api/0", "canary/api/1", "canary/web/0"].map((path) => files[path]),
      ["api-2", "new-1", "new-2", "new-3"],
    );
  });
});

describe("the share of a canary", () => {
  it("is its percentage of all numbers that can be drawn, and grows with the weight", () => {
    const shares = Array.from({ length: 99 }, (_, weight) => canaryShare(weight + 1));
    assert.deepEqual([...shares].sort(), shares);
    for (const [index, share] of shares.entries()) {
      assert.equal(share.length, 4);
      assert.ok(Math.abs(parseInt(share, 16) / 0x10000 - (index + 1) / 100) < 0.0001, share);
    }
  });

  it("is below every number for a weight of 0", () => {
    assert.equal(canaryShare(0), "");
  });
});
