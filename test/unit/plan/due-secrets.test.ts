import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { ageInDays, dueSecret, lostOverlap } from "../../../components/plan/due-secrets.ts";
import type { ReleasedSecretSource } from "../../../components/settings/secret-source.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { record } from "./records.ts";

const application = parseApplication(merged(notes, { services: { worker: { secrets: ["JWT_SECRET"] } } }));
const now = new Date("2026-06-30T12:00:00Z");
const current = "0000000a";

/** Records, newest first, each of a day and a version of the secret. */
function recordsOf(...versions: readonly (readonly [day: string, version: string])[]) {
  return versions.map(([day, version]) =>
    record("a", { endedAt: `${day}T12:00:00.000Z`, secretVersions: { JWT_SECRET: version } }),
  );
}

describe("the age of a secret's value", () => {
  function age(...versions: readonly (readonly [string, string])[]): number {
    return ageInDays("JWT_SECRET", { records: recordsOf(...versions), version: current, now });
  }

  it("counts from the release that introduced the value", () => {
    assert.equal(age(["2026-06-29", current], ["2026-06-20", current], ["2026-01-01", "0000000b"]), 10);
    assert.equal(age(["2026-06-20", current]), 10);
  });

  it("counts again when the secret had another value in between", () => {
    assert.equal(age(["2026-06-29", current], ["2026-06-20", "0000000b"], ["2026-01-01", current]), 1);
  });

  it("is unknown for a value that no release has introduced yet", () => {
    assert.equal(age(), 0);
    assert.equal(age(["2026-01-01", "0000000b"]), 0);
    const records = [record("a", { secretVersions: {} })];
    assert.equal(ageInDays("JWT_SECRET", { records, version: current, now }), 0);
  });

  it("counts whole days", () => {
    const records = recordsOf(["2026-06-20", current]);
    const before = new Date("2026-06-30T11:59:59Z");
    assert.equal(ageInDays("JWT_SECRET", { records, version: current, now: before }), 9);
  });
});

describe("a secret that is due for a new value", () => {
  function due(source: ReleasedSecretSource, every = 90, overlap = false): string | undefined {
    const records = recordsOf(["2026-04-01", current]);
    const age = { environment: "production", records, version: current, now } as const;
    return dueSecret(application, "JWT_SECRET", { ...source, rotate: { every, overlap } }, age);
  }

  /** Compares what stands between the two parts that are the same for all. */
  function told(source: ReleasedSecretSource, next: string, overlap?: boolean): void {
    assert.equal(
      due(source, 90, overlap),
      `towpath:secrets.JWT_SECRET.rotate: expected a value of less than 90 days, got one of 90 days; ${next}, and run npm run pulumi -- up --stack production, which replaces api, worker`,
    );
  }

  it("is reported with its age, its users, and the next step for its source", () => {
    told({ source: "generated", length: 32 }, "set towpath:secrets.JWT_SECRET.generation to 2");
    told(
      { source: "generated", length: 32, generation: 4 },
      "set towpath:secrets.JWT_SECRET.generation to 5",
      true,
    );
    const set =
      "set a new one with npm run pulumi -- config set --stack production --secret --path towpath:secretValues.JWT_SECRET";
    told({ source: "configuration" }, set);
    told(
      { source: "configuration" },
      `put this one under towpath:secretValues.JWT_SECRET_PREVIOUS, ${set}`,
      true,
    );
    told({ source: "environment" }, "give a new one in the environment variable JWT_SECRET");
    told(
      { source: "environment", variable: "KEY" },
      "give a new one in the environment variable KEY and this one in KEY_PREVIOUS",
      true,
    );
    told(
      { source: "vault", path: "secret/notes" },
      "write a new version of secret/notes with another JWT_SECRET",
    );
    told(
      { source: "vault", path: "secret/notes", field: "jwt" },
      "write a new version of secret/notes with another jwt",
      true,
    );
  });

  it("is not reported a day early, nor without a limit", () => {
    assert.equal(due({ source: "configuration" }, 91), undefined);
    const age = {
      environment: "staging",
      records: recordsOf(["2020-01-01", current]),
      version: current,
      now,
    } as const;
    assert.equal(dueSecret(application, "JWT_SECRET", { source: "configuration" }, age), undefined);
  });
});

describe("a secret that loses its overlap", () => {
  const newer = "0000000c";

  function lost(
    source: ReleasedSecretSource,
    previous: string | undefined,
    { overlap = true, version = newer } = {},
  ): string | undefined {
    const records = recordsOf(["2026-04-01", current]);
    const rotating = { ...source, rotate: { every: 90, overlap } };
    return lostOverlap("JWT_SECRET", rotating, { records, version }, previous);
  }

  it("is reported with what is missing, and what to do for its source", () => {
    const told = (
      source: ReleasedSecretSource,
      previous: string | undefined,
      got: string,
      fix: string,
    ): void => {
      assert.equal(
        lost(source, previous),
        `towpath:secrets.JWT_SECRET.rotate.overlap: expected JWT_SECRET_PREVIOUS to be the value that users have now, got ${got}; ${fix}, or what was made with it is refused from this run on`,
      );
    };
    const configured = "put it under towpath:secretValues.JWT_SECRET_PREVIOUS";
    told({ source: "configuration" }, undefined, "none", configured);
    told({ source: "configuration" }, "0000000b", "another one", configured);
    told(
      { source: "generated", length: 32, generation: 3 },
      "0000000b",
      "another one",
      "raise towpath:secrets.JWT_SECRET.generation by one at a time",
    );
    told(
      { source: "environment", variable: "KEY" },
      undefined,
      "none",
      "give it in the environment variable KEY_PREVIOUS",
    );
    told(
      { source: "vault", path: "secret/notes" },
      undefined,
      "none",
      "write it to secret/notes once more, and the new one after it",
    );
  });

  it("is not reported when both are valid, nothing changes, nothing overlaps, or there is no value yet", () => {
    const source = { source: "configuration" } as const;
    assert.equal(lost(source, current), undefined);
    assert.equal(lost(source, undefined, { version: current }), undefined);
    assert.equal(lost(source, undefined, { overlap: false }), undefined);
    const rotating = { ...source, rotate: { every: 90, overlap: true } };
    assert.equal(lostOverlap("JWT_SECRET", rotating, { records: [], version: newer }, undefined), undefined);
  });
});
