import assert from "node:assert/strict";
import { application as sample } from "../../../application.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { runningDescription } from "../../../components/plan/canary.ts";
import {
  applicationOf,
  changedParts,
  descriptionHash,
  descriptionOf,
  onDataOf,
} from "../../../components/plan/release-description.ts";
import { messageOf } from "../assert-refused.ts";
import { notes } from "../application/notes.ts";
import { description, idOf, oldRecord, record } from "./records.ts";

describe("the description that a release keeps", () => {
  it("is what matters at run time, without defaults", () => {
    const { name: _, images: __, ...kept } = notes;
    assert.deepEqual(description, kept);
    const { services } = descriptionOf(parseApplication(sample));
    assert.deepEqual(Object.keys(services.worker ?? {}), ["image", "command", "health", "needs", "readOnly"]);
    assert.ok(JSON.stringify(descriptionOf(parseApplication(sample))).length < 1500);
  });

  it("yields the same application again, except for its builds, checks and jobs", () => {
    for (const one of [notes, sample]) {
      const application = parseApplication(one);
      const {
        images: _,
        checks: __,
        jobs: _jobs,
        services,
        ...rest
      } = applicationOf(...([one.name, Object.keys(one.images), descriptionOf(application)] as const));
      const { images: ___, checks: ____, jobs: _____, services: described, ...expected } = application;
      assert.deepEqual(rest, expected);
      const run = Object.entries(described).map(([name, { devCommand: ______, ...service }]) => [
        name,
        service,
      ]);
      assert.deepEqual(services, Object.fromEntries(run));
    }
  });

  it("holds the jobs that run by a schedule or with releases, and no others", () => {
    const job = { service: "api", command: ["clean"] };
    const nightly = { ...job, schedule: "0 3 * * *", timeoutSeconds: 60 };
    const warm = { ...job, runs: "before-release", timeoutSeconds: 600 } as const;
    const description = descriptionOf(parseApplication({ ...notes, jobs: { nightly, job, warm } }));
    assert.deepEqual(description.jobs, { nightly, warm });
    assert.deepEqual(applicationOf(notes.name, Object.keys(notes.images), description).jobs, {
      nightly,
      warm,
    });
    assert.ok(!("jobs" in descriptionOf(parseApplication({ ...notes, jobs: { job } }))));
  });

  it("tells what is said of a secret beside its delivery, and nothing where nothing is", () => {
    const withSecret = (secret: object): unknown =>
      descriptionOf(
        parseApplication({
          ...notes,
          services: { ...notes.services, web: { ...notes.services.web, secrets: ["SENTRY_DSN"] } },
          secrets: { SENTRY_DSN: secret },
        }),
      ).secrets;
    assert.equal(withSecret({}), undefined);
    assert.equal(withSecret({ delivery: "file" }), undefined);
    assert.deepEqual(withSecret({ optional: true }), { SENTRY_DSN: { delivery: "file", optional: true } });
  });

  it("has a hash that does not depend on the order of its fields", () => {
    const turned = Object.fromEntries(Object.entries(description).reverse()) as unknown as typeof description;
    assert.equal(descriptionHash(turned), descriptionHash(description));
    assert.match(descriptionHash(description), /^[0-9a-f]{64}$/);
    assert.notEqual(descriptionHash({ ...description, smoke: [] }), descriptionHash(description));
  });

  it("is compared with another one part by part", () => {
    const api = { ...description.services.api, image: "api", port: 8001 };
    const { smoke: _, ...rest } = description;
    const other = { ...rest, services: { ...description.services, api } };
    assert.deepEqual(changedParts(description, other), ["services.api", "smoke"]);
    assert.deepEqual(changedParts(description, description), []);
  });

  it("is completed with the backing services and buckets that hold data", () => {
    const bare = { services: description.services };
    const { postgres, redis, buckets } = description;
    assert.deepEqual(onDataOf(bare, description), { ...bare, postgres, redis, buckets });
    const older = { ...description, redis: { version: 8 as const }, buckets: ["old"] };
    assert.deepEqual(onDataOf(older, description), { ...description, buckets: ["old", "files"] });
    assert.deepEqual(onDataOf(description, bare), description);
    const shared = { ...description, volumes: ["uploads"] };
    assert.deepEqual(onDataOf(description, shared), shared);
  });
});

describe("a canary", () => {
  const other = { ...description, smoke: [] };
  const plan = { ...record("b"), description: other, current: record("a") };

  it("has the description of the release beside it", () => {
    assert.equal(
      messageOf(() => runningDescription(plan, { weight: 10 })),
      `towpath:canary: expected releases that run alike, got ${idOf("b")} beside ${idOf("a")} with changes in smoke; remove towpath:canary for this release`,
    );
    assert.equal(runningDescription(plan, undefined), other);
    assert.equal(runningDescription({ ...plan, current: oldRecord("a") }, { weight: 10 }), other);
    const alike = { ...record("b"), current: record("a") };
    assert.deepEqual(runningDescription(alike, { weight: 10 }), description);
  });

  it("that is dropped leaves the description of the current release", () => {
    assert.deepEqual(runningDescription(plan, { weight: 0 }), description);
  });
});
