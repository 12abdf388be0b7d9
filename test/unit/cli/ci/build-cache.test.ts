import assert from "node:assert/strict";
import { buildCacheUse, forgetBuildCache, leaveBuildCache } from "../../../../cli/ci/build-cache.ts";
import type { PulumiCall } from "../../../../cli/pulumi/call.ts";
import { namesOf } from "../../../../components/naming/names.ts";
import { PlayedRegistry } from "../../image/played-registry.ts";
import { fakeRun } from "../fake-run.ts";
import { recordedProgress } from "../quiet.ts";

const built = { releaseImages: ["api", "web"], developmentImages: ["api"] };

function callWith(environment: Readonly<Record<string, string>>): PulumiCall {
  return { environment: { PATH: "/bin", ...environment }, project: { root: "/p" }, stack: "ci" } as never;
}

describe("the layers of builds in a registry", () => {
  let played: PlayedRegistry;
  let progress: ReturnType<typeof recordedProgress>;

  beforeEach(() => {
    progress = recordedProgress();
  });
  afterEach(() => played.stop());

  /** Asks for their use, on a runner or on a machine of one's own. */
  async function useOf(
    { leaves = false, CI = "true", TOKEN = "" },
    login?: PlayedRegistry["login"],
  ): ReturnType<typeof buildCacheUse> {
    const settings = { address: played.address, repository: "owner/notes", ...(login && { login }) };
    const { run } = fakeRun({});
    const call = callWith({ CI, TOKEN });
    const wanted = { buildCache: "registry" as const, registries: [settings] };
    return buildCacheUse(wanted, built, leaves, { call, run, progress });
  }

  it("are taken by a runner, by digest, of the image and its development target (001-38)", async () => {
    played = await PlayedRegistry.start("token");
    const released = played.publish("owner/notes/api", ["build-cache"], { of: "api" });
    const developed = played.publish("owner/notes/api", ["build-cache-dev"], { of: "api-dev" });
    const place = `${played.address}/owner/notes`;
    const use = await useOf({ TOKEN: played.password }, played.login);
    assert.deepEqual(use?.from, { api: [`${place}/api@${released}`, `${place}/api@${developed}`] });
    assert.equal(use.leaves, false);
    assert.deepEqual(progress.lines, [`build cache: layers of api from ${place}`]);
  });

  it("are not asked for on a machine of one's own, nor where the settings say none", async () => {
    played = await PlayedRegistry.start();
    assert.equal(await useOf({ CI: "" }), undefined);
    const leaving = await useOf({ CI: "", leaves: true });
    assert.deepEqual([leaving?.from, leaving?.leaves], [{}, true]);
    const { run } = fakeRun({});
    const means = { call: callWith({ CI: "true" }), run, progress };
    assert.equal(await buildCacheUse({ buildCache: "none", registries: [] }, built, true, means), undefined);
    assert.deepEqual([played.asked, progress.lines], [[], []]);
  });

  it("are missed with a line, when there are none or the registry lets nobody in", async () => {
    played = await PlayedRegistry.start();
    assert.deepEqual((await useOf({}))?.from, {});
    const place = `${played.address}/owner/notes`;
    assert.deepEqual(progress.lines, [`build cache: ${place} has none yet, everything is built`]);
    await played.stop();

    played = await PlayedRegistry.start("basic");
    progress = recordedProgress();
    assert.deepEqual((await useOf({}, played.login))?.from, {});
    assert.equal(progress.lines.length, 1);
    assert.match(
      progress.lines[0] ?? "",
      /^build cache: everything is built, because of towpath:registry: .*, got 401/,
    );
  });

  it("are left under tags of their own, and what is refused there is only said", async () => {
    played = await PlayedRegistry.start();
    const use = (await useOf({ leaves: true })) ?? assert.fail("no use");
    const place = `${played.address}/owner/notes`;
    const { run, calls } = fakeRun({
      docker: {},
      [`docker push --quiet ${place}/web`]: { code: 1, stderr: "denied\n" },
    });
    const call = callWith({});
    progress = recordedProgress();
    await leaveBuildCache(use, built, namesOf("notes-ci"), { call, run, progress });
    const left = (local: string, reference: string): string[] => [
      `docker tag ${local}:latest ${place}/${reference}`,
      `docker push --quiet ${place}/${reference}`,
      `docker image rm ${place}/${reference}`,
    ];
    assert.deepEqual(calls, [
      ...left("notes-ci-api", "api:build-cache"),
      ...left("notes-ci-web", "web:build-cache"),
      ...left("notes-ci-api-dev", "api:build-cache-dev"),
    ]);
    const said = `build cache: ${place}/web:build-cache stays as it was, got "denied"`;
    assert.ok(progress.lines.includes(said), progress.lines.join("\n"));
  });

  it("are removed from the engine at the end", async () => {
    played = await PlayedRegistry.start();
    const digest = played.publish("owner/notes/web", ["build-cache"]);
    const use = (await useOf({})) ?? assert.fail("no use");
    const { run, calls } = fakeRun({ docker: {} });
    await forgetBuildCache(use, { call: callWith({}), run });
    assert.deepEqual(calls, [`docker image rm ${played.address}/owner/notes/web@${digest}`]);
    await forgetBuildCache({ ...use, from: {} }, { call: callWith({}), run });
    assert.equal(calls.length, 1);
  });
});
