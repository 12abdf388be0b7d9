/** The plan of a run, from what it reads: its own records, staging's, a registry that is played, and variables. */
import assert from "node:assert/strict";
import type { Application } from "../../../components/application/application.ts";
import { byCommands } from "../../../components/application/migrations.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { lacks, Registry } from "../../../components/image/registry.ts";
import { planFrom, recordsIn, type Look, type ReleasePlan } from "../../../components/plan/plan.ts";
import { recordsAfter } from "../../../components/plan/records-after.ts";
import type { ReleaseRecord } from "../../../components/plan/release-record.ts";
import type { ProductionSettings } from "../../../components/settings/production.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import type { StagingSettings } from "../../../components/settings/staging.ts";
import { notes } from "../application/notes.ts";
import { PlayedRegistry } from "../image/played-registry.ts";
import { merged, messageOf } from "../assert-refused.ts";
import * as good from "../settings/good.ts";
import { record, recordFor } from "./records.ts";

const application = parseApplication(notes);
const commit = "0123456789abcdef0123456789abcdef01234567";

/** The arguments of a plan that differ from the usual ones. */
interface Asked {
  readonly environment?: "staging" | "production";
  readonly records?: Readonly<Record<string, readonly ReleaseRecord[]>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly settings?: object;
  readonly checkedOut?: { commit: string } | { problem: string };
  readonly tags?: readonly string[];
  readonly look?: Look;
  /** The application as this checkout describes it. */
  readonly described?: Application;
}

/** The branches that the images say they were published of. */
type ImageBranches = Readonly<Partial<Record<"api" | "web", string>>>;

describe("the plan of a release", () => {
  let played: PlayedRegistry;

  beforeEach(async () => {
    played = await PlayedRegistry.start();
  });
  afterEach(() => played.stop());

  function planned({
    environment = "staging",
    records = {},
    variables = {},
    settings = {},
    checkedOut = { commit },
    tags = [],
    look,
    described = application,
  }: Asked = {}): Promise<ReleasePlan> {
    const registry = { address: played.address, repository: "owner/notes" };
    const change = {
      freeze: undefined,
      allowUnproven: undefined,
      promoteBranches: undefined,
      requireEndToEnd: undefined,
      registry: { ...registry, login: undefined },
    };
    const parsed = parseSettings(merged(merged(good[environment], change), settings));
    return planFrom(described, parsed as StagingSettings | ProductionSettings, {
      registry: new Registry(registry, undefined, { answer: 2000, retries: 0, pause: 1 }),
      recordsOf: (stack) => Promise.resolve(records[stack] ?? []),
      stack: environment,
      commit: () => Promise.resolve(checkedOut),
      tagsOf: () => Promise.resolve(tags),
      defaultBranch: () => Promise.resolve("main"),
      variables,
      user: "somebody",
      now: new Date("2026-01-02T03:04:05Z"),
      ...(look !== undefined && { look }),
    });
  }

  /** Publishes both images under a tag; returns their digests. */
  function publish(
    tag: string,
    branches: ImageBranches = { api: "main", web: "main" },
  ): Record<string, string> {
    const labels = { "org.opencontainers.image.version": "1.0+1", tag };
    return Object.fromEntries(
      (["api", "web"] as const).map((image) => {
        const branch = branches[image];
        const own = { ...labels, image, ...(branch !== undefined && { "towpath.branch": branch }) };
        return [image, played.publish(`owner/notes/${image}`, [tag], own)];
      }),
    );
  }

  /** A record of images that are in the registry. */
  function published(tag: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
    return { ...recordFor(publish(tag)), ...more };
  }

  async function refused(asked: Asked, ...problems: string[]): Promise<void> {
    await assert.rejects(planned(asked), (error: Error) => {
      assert.deepEqual(error.message.split("\n"), problems);
      return true;
    });
  }

  it("takes the checked-out commit on staging, with the version in the images", async () => {
    const images = publish(commit);
    const plan = await planned();
    assert.deepEqual(plan.images, images);
    assert.deepEqual(plan.references, {
      api: `${played.address}/owner/notes/api@${images.api}`,
      web: `${played.address}/owner/notes/web@${images.web}`,
    });
    assert.deepEqual(
      [plan.commit, plan.version, plan.changes, plan.rollback, plan.tags],
      [commit, "1.0+1", true, false, [`staging-${commit}`]],
    );
    assert.deepEqual(
      [plan.by, plan.run, plan.startedAt],
      ["somebody", undefined, "2026-01-02T03:04:05.000Z"],
    );
  });

  it("takes the branch that all images name, and the commit's tag in git (001-14)", async () => {
    publish(commit);
    const { branch, tag } = await planned({ tags: ["v1.1", "v1.0"] });
    assert.deepEqual([branch, tag], ["main", "v1.1"]);
    const started = { GITHUB_REF_NAME: "v1.0" };
    assert.equal((await planned({ tags: ["v1.1", "v1.0"], variables: started })).tag, "v1.0");
    assert.equal((await planned({ variables: started })).tag, undefined);
    for (const branches of [{ api: "main", web: "feature/x" }, { api: "main" }, {}]) {
      publish(commit, branches);
      assert.equal((await planned()).branch, undefined, JSON.stringify(branches));
    }
  });

  it("takes branch and version of images that were built, whatever ready-made ones say", async () => {
    const mailpit = { from: "axllent/mailpit:v1.21" };
    const services = { mail: { image: "mailpit" } };
    const described = parseApplication(merged(notes, { images: { mailpit }, services }));
    publish(commit);
    const labels = { "org.opencontainers.image.version": "1.21" };
    const digest = played.publish("owner/notes/mailpit", [commit], labels);
    const { branch, images, version } = await planned({ described });
    assert.deepEqual([branch, images.mailpit, version], ["main", digest, "1.0+1"]);
  });

  it("takes branch, tag and version of the current release from its record, and adds a missing branch", async () => {
    const images = publish(commit);
    const runs = { ...recordFor(images), commit, tag: "v1.0" };
    const asked = played.asked.length;
    const { changes, branch, tag, version } = await planned({ records: { staging: [runs] } });
    assert.deepEqual([changes, branch, tag, version], [false, "main", "v1.0", "1.0"]);
    assert.deepEqual(
      played.asked.slice(asked).filter((request) => request.includes("/blobs/")),
      [],
    );
    const { branch: _, ...silent } = runs;
    const plan = await planned({ records: { staging: [silent] } });
    assert.deepEqual([plan.changes, plan.branch], [false, "main"]);
    const [newest, before] = recordsAfter(plan, { ...silent, receipts: { gates: {}, smoke: {}, route: {} } });
    assert.deepEqual([newest?.id, newest?.branch, before], [silent.id, "main", silent]);
  });

  it("takes the commit that is set", async () => {
    const other = "f".repeat(40);
    publish(other);
    assert.equal((await planned({ settings: { commit: other } })).commit, other);
  });

  it("names every image that was never published, and a folder without a commit", async () => {
    await refused(
      {},
      ...["api", "web"].map(
        (image) =>
          `towpath:commit: ${commit} was never published as ${played.address}/owner/notes/${image}; check it out without changes and run npm run ci -- --publish`,
      ),
    );
    await refused(
      { checkedOut: { problem: "fatal: not a git repository" } },
      'towpath:commit: expected a commit that is checked out, got "fatal: not a git repository"; set it, or run this in a clone',
    );
  });

  it("takes staging's newest release in production, and checks that the registry still has it", async () => {
    const proven = published("x");
    const plan = await planned({ environment: "production", records: { staging: [proven] } });
    assert.deepEqual([plan.images, plan.version, plan.tags], [proven.images, "1.0", ["prod-1.0"]]);
    const registry = { address: played.address, repository: "owner/notes" };
    const gone = record("b");
    await refused(
      { environment: "production", records: { staging: [gone] } },
      ...Object.entries(gone.images).map(([image, digest]) => lacks(registry, image, digest)),
    );
  });

  it("plans production as if staging had proved a commit, in a look at it only", async () => {
    const images = publish(commit);
    const asked = { environment: "production", variables: { TOWPATH_COMMIT: commit } } as const;
    const plan = await planned({ ...asked, look: { asIfProven: true } });
    assert.deepEqual([plan.images, plan.commit, plan.changes], [images, commit, true]);
    const none =
      "towpath:promoteFrom: expected a release of staging to promote, got none; run npm run pulumi -- up --stack staging first";
    await refused({ ...asked, look: { asIfProven: false } }, none);
    await refused({ ...asked, variables: { ...asked.variables, TOWPATH_AS_IF_PROVEN: "true" } }, none);
  });

  it("looks at a release in spite of a freeze", async () => {
    publish(commit);
    const settings = { freeze: { until: "2026-02-01", reason: "the sale" } };
    const { changes } = await planned({ settings, look: { asIfProven: false } });
    assert.equal(changes, true);
    await refused(
      { settings },
      `towpath:freeze: no release until 2026-02-01 (the sale), got release ${(await planned()).id} of commit ${commit}; nothing runs yet, wait until then or remove towpath:freeze`,
    );
  });

  it("takes releases of the default branch in production, or of those that are set (001-107)", async () => {
    const hotfix = published("x", { branch: "hotfix/1", tag: "v1.0" });
    const asked = { environment: "production", records: { staging: [hotfix] } } as const;
    await refused(
      asked,
      `towpath:promoteBranches: expected a release of main, got ${hotfix.id} of hotfix/1; publish a commit of main and release it to staging, or add "hotfix/1" to it`,
    );
    const plan = await planned({ ...asked, settings: { promoteBranches: ["main", "hotfix/*"] } });
    assert.deepEqual([plan.branch, plan.tag], ["hotfix/1", "v1.0"]);
    const [newest] = recordsAfter(plan, {
      secretVersions: {},
      receipts: { gates: {}, smoke: {}, route: {} },
    });
    assert.deepEqual([newest?.branch, newest?.tag], ["hotfix/1", "v1.0"]);
  });

  it("requires the receipt of end-to-end tests when that is set", async () => {
    const asked = { environment: "production", records: { staging: [published("x")] } } as const;
    assert.equal((await planned(asked)).changes, true);
    await assert.rejects(
      planned({ ...asked, settings: { requireEndToEnd: true } }),
      /^InputError: towpath:promoteFrom: expected staging's receipts for release \w+, got none for endToEnd;/,
    );
  });

  it("asks the registry nothing for the current release", async () => {
    const runs = record("b");
    const records = { staging: [runs], production: [runs] };
    assert.equal((await planned({ environment: "production", records })).changes, false);
    assert.deepEqual(played.asked, []);
  });

  it("names who runs it in GitHub Actions, and where", async () => {
    publish(commit);
    const variables = {
      GITHUB_ACTOR: "octocat",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "owner/notes",
      GITHUB_RUN_ID: "42",
    };
    const { by, run } = await planned({ variables });
    assert.deepEqual([by, run], ["octocat", "https://github.com/owner/notes/actions/runs/42"]);
  });

  describe("for a rollback", () => {
    const schema = (after: string, destructive: string[] = []) => ({
      schema: { before: "1", after, applied: [after], destructive },
    });
    const unknown = (after: string) => ({ schema: { before: "1", after, applied: [after] } });

    /** Returns the arguments of a rollback from one release to another. */
    function asked(
      now: object,
      then: object,
      variables: Record<string, string> = {},
    ): Asked & { id: string } {
      const target = published("then", then);
      return {
        id: target.id,
        records: { staging: [{ ...record("b"), ...now }, target] },
        variables: { TOWPATH_ROLLBACK: target.id, ...variables },
      };
    }

    it("keeps the schema when nothing was taken away since", async () => {
      const plan = await planned(asked(schema("2"), schema("1")));
      assert.deepEqual([plan.rollback, plan.downgrade, plan.rollbackOf], [true, undefined, record("b").id]);
      const [newest] = recordsAfter(plan, {
        secretVersions: {},
        schema: { applied: [] },
        receipts: { gates: {}, smoke: {}, route: {} },
      });
      assert.deepEqual(newest?.schema, { before: "2", after: "2", applied: [] });
      assert.equal(newest.rollbackOf, record("b").id);
    });

    it("asks the release that is rolled back where the schema is, once", async () => {
      const back = asked(schema("2"), schema("1"));
      const image = `${played.address}/owner/notes/api@${record("b").images.api}`;
      const from = { record: record("b").id, image, migrations: application.migrations };
      assert.deepEqual((await planned(back)).goneBackFrom, { ...from, whether: "asked" });
      const seen = { ...back.variables, TOWPATH_UNKNOWN_SCHEMA: "true" };
      assert.deepEqual((await planned({ ...back, variables: seen })).goneBackFrom, {
        ...from,
        whether: "accepted",
      });

      const [running, target] = back.records?.staging ?? [];
      const after = [{ ...target, rollbackOf: running?.id }, running, target] as ReleaseRecord[];
      const next = { TOWPATH_END_TO_END: back.id };
      const { goneBackFrom } = await planned({ records: { staging: after }, variables: next });
      assert.deepEqual(goneBackFrom, { ...from, whether: "settled" });
    });

    it("is refused when something was taken away, unless the migrations go down first", async () => {
      const taken = asked(schema("2", ["2"]), schema("1"));
      await refused(
        taken,
        `TOWPATH_ROLLBACK: expected a release that the database allows, got ${taken.id}: 2 took something away since; go down to its revision 1 with --with-downgrade, which may lose what was written since`,
      );
      const plan = await planned({ ...taken, variables: { ...taken.variables, TOWPATH_DOWNGRADE: "true" } });
      const image = `${played.address}/owner/notes/api@${record("b").images.api}`;
      const { migrations } = application;
      assert.deepEqual([plan.rollback, plan.downgrade], [true, { to: "1", image, migrations }]);
    });

    it("is refused a way down that the migrations do not have", async () => {
      const taken = asked(schema("2", ["2"]), schema("1"));
      const [running, ...older] = taken.records?.staging ?? [];
      const { down: _, ...upOnly } = byCommands(application.migrations) ?? assert.fail("no migrations");
      const stuck = {
        ...running,
        description: { ...running?.description, migrations: upOnly },
      } as ReleaseRecord;
      const variables = { ...taken.variables, TOWPATH_DOWNGRADE: "true" };
      await refused(
        { ...taken, records: { staging: [stuck, ...older] }, variables },
        "TOWPATH_ROLLBACK: expected migrations.down of the release that runs for --with-downgrade, got none; leave --with-downgrade out, restore a backup from then, or release a repair",
      );
    });

    it("is refused when it is unknown what was taken away, unless that is acknowledged or the migrations go down", async () => {
      const silent = asked(schema("2"), {});
      await refused(
        silent,
        `TOWPATH_ROLLBACK: expected a release that the database allows, got ${silent.id}: the record of ${silent.id} does not say which revision its schema has; look whether it gets along with the schema as it is and say so with --accept-unknown-schema, or restore a backup from then, or release a repair`,
      );
      const seen = { TOWPATH_UNKNOWN_SCHEMA: "true" };
      const plan = await planned({ ...silent, variables: { ...silent.variables, ...seen } });
      assert.deepEqual([plan.rollback, plan.downgrade], [true, undefined]);

      const untold = asked(unknown("2"), schema("1"));
      await refused(
        untold,
        `TOWPATH_ROLLBACK: expected a release that the database allows, got ${untold.id}: what was taken away from 1 to 2 is not known, for the record of ${record("b").id} does not say it; look whether it gets along with the schema as it is and say so with --accept-unknown-schema, or go down to its revision 1 with --with-downgrade, which may lose what was written since`,
      );
      const down = { TOWPATH_DOWNGRADE: "true" };
      const lower = await planned({ ...untold, variables: { ...untold.variables, ...down } });
      assert.equal(lower.downgrade?.to, "1");
    });
  });

  describe("with the receipt of end-to-end tests", () => {
    it("releases nothing and records the receipt", async () => {
      const runs = record("b");
      const plan = await planned({
        records: { staging: [runs] },
        variables: { TOWPATH_END_TO_END: runs.id },
      });
      assert.deepEqual([plan.id, plan.changes], [runs.id, false]);
      const made = { ...runs, settingsHash: plan.settingsHash };
      const records = recordsAfter({ ...plan, records: [made] }, runs);
      assert.equal(records.length, 1);
      assert.deepEqual(records[0]?.receipts.endToEnd, {
        release: runs.id,
        at: "2026-01-02T03:04:05.000Z",
        by: "somebody",
      });
    });

    it("is refused for another release than the current one", async () => {
      await refused(
        { records: { staging: [record("b")] }, variables: { TOWPATH_END_TO_END: record("a").id } },
        `TOWPATH_END_TO_END: expected the release that runs, ${record("b").id}, got "${record("a").id}"; run the tests against what runs now`,
      );
    });
  });

  it("keeps the records of a run that changed nothing, and adds a dated one after a run that did", async () => {
    const images = publish(commit);
    const plan = await planned();
    const made = { secretVersions: {}, receipts: { gates: {}, smoke: {}, route: {} }, postgres: 15 };
    const records = recordsAfter(plan, made, new Date("2026-01-02T03:05:00Z"));
    const [newest] = records;
    assert.deepEqual(
      [newest?.images, newest?.endedAt, newest?.postgres],
      [images, "2026-01-02T03:05:00.000Z", 15],
    );
    const again = await planned({ records: { staging: records } });
    assert.equal(recordsAfter(again, made), records);
  });
});

describe("the records among a stack's outputs", () => {
  it("are none when there is no stack, or no release", () => {
    assert.deepEqual(recordsIn("staging", undefined), []);
    assert.deepEqual(recordsIn("staging", {}), []);
    assert.deepEqual(recordsIn("staging", { releases: [record("a")] }), [record("a")]);
  });

  it("are not mistaken for none when they cannot be decrypted", () => {
    assert.equal(
      messageOf(() => recordsIn("staging", { releases: {} })),
      "releases: expected the records of staging, got a state that this run's passphrase does not open; make both stacks with one passphrase, or with one PULUMI_SECRETS_PROVIDER",
    );
  });
});
