import assert from "node:assert/strict";
import { referenceFacts } from "../../../components/settings/reference-facts.ts";
import type { LocalSettings } from "../../../components/settings/local.ts";
import type { CiSettings } from "../../../components/settings/ci.ts";
import type { ReleasedSettings } from "../../../components/settings/released-settings.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import * as good from "./good.ts";

describe("what variables can refer to of an environment", () => {
  const factsOf = (
    settings: object,
    release = {},
    domains: readonly string[] = [],
  ): ReturnType<typeof referenceFacts> =>
    referenceFacts(
      parseSettings(settings) as LocalSettings | CiSettings | ReleasedSettings,
      { domains },
      release,
    );

  it("is where users reach it, and the version that they get", () => {
    const commit = "0123456789abcdef0123456789abcdef01234567";
    assert.deepEqual(factsOf(good.preview, { commit }), {
      ...{ environment: "pr-12", namespace: parseSettings(good.preview).namespace, version: "0123456789ab" },
      ...{ domain: "pr-12.preview.example.com", url: "https://pr-12.preview.example.com" },
    });
    assert.equal(factsOf(good.staging, { commit, version: "1.2.3" }).version, "1.2.3");
  });

  it("is this machine for what is not released", () => {
    const { port } = parseSettings(good.local) as LocalSettings;
    const { domain, url, version } = factsOf(good.local);
    assert.deepEqual([domain, url, version], ["localhost", `http://localhost:${port}`, "development"]);
    assert.equal(factsOf(good.ci).url, "http://localhost");
  });

  it("has the further host names of the environment", () => {
    const { port } = parseSettings(good.local) as LocalSettings;
    const addressOf = (settings: object): unknown => factsOf(settings, {}, ["api"]).domains?.api;
    assert.deepEqual(addressOf(good.local), {
      ...{ domain: "api.localhost", url: `http://api.localhost:${port}` },
    });
    assert.deepEqual(addressOf({ ...good.staging, domains: {} }), {
      ...{ domain: "api.staging.example.com", url: "https://api.staging.example.com" },
    });
    assert.deepEqual(addressOf(good.preview), {
      ...{ domain: "api-pr-12.preview.example.com", url: "https://api-pr-12.preview.example.com" },
    });
    assert.equal(factsOf(good.staging).domains, undefined);
  });
});
