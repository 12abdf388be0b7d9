/** The verdict on a release that is tried. That real copies are started is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import {
  triedAddress,
  urlAt,
  type DatabaseAddress,
  type TriedRelease,
  type TriedService,
} from "../../../components/contract/measure-migrations.ts";
import { triedRelease } from "../../../steps/database/tried-release.ts";
import type { CopyState, Machine, ScratchCopy } from "../../../steps/machine/machine.ts";

const running: CopyState = { runs: true, hasEnded: false, exitCode: 0, restarts: 0, createdAt: new Date() };

/** A machine on which a service is healthy where its database is one of these. */
class FakeMachine implements Pick<Machine, "scratch" | "state" | "run" | "log"> {
  readonly started: ScratchCopy[] = [];
  private readonly healthyOn: readonly string[];

  constructor(healthyOn: readonly string[]) {
    this.healthyOn = healthyOn;
  }

  scratch<T>(copy: ScratchCopy, work: (name: string) => Promise<T>): Promise<T> {
    this.started.push(copy);
    return work(copy.files?.DATABASE_URL ?? copy.image);
  }
  state(copy: string): Promise<CopyState> {
    return Promise.resolve(copy.endsWith("ended") ? { ...running, runs: false } : running);
  }
  run(copy: string): Promise<string> {
    const name = copy.split("/").at(-1) ?? "";
    return this.healthyOn.includes(name)
      ? Promise.resolve("")
      : Promise.reject(new Error(`no column in ${name}`));
  }
  log(): Promise<string> {
    return Promise.resolve("  the last line");
  }
}

const service: TriedService = {
  ...{ name: "api", image: "api", environment: {}, timeoutSeconds: 0, checks: [] },
  variables: { URL: "jdbc:postgresql://tried-host:5432/tried-database?user=tried-user" },
  files: { DATABASE_URL: urlAt(triedAddress) },
  probe: { command: ["check"] },
};
const release: TriedRelease = {
  ...{ name: "0123456789ab", services: [service], asker: "caddy" },
  servers: [{ image: "redis" }],
};
const limits = { memory: 1, pids: 1, remedy: "none" };

function tried(machine: FakeMachine): ReturnType<typeof triedRelease> {
  const address = { host: "127.0.0.1", user: "notes", password: "any", database: "notes" };
  const before = (): Promise<DatabaseAddress> => Promise.resolve({ ...address, database: "notes_before" });
  const databases = { container: "scratch", address, before };
  return triedRelease(machine as unknown as Machine, { labels: {}, limits }, release, databases);
}

describe("a release on the schema after the migrations", () => {
  it("lives where its services are healthy, beside the database and all that they need", async () => {
    const machine = new FakeMachine(["notes"]);
    assert.deepEqual(await tried(machine), {
      ...{ lives: true, words: "0123456789ab lives on the new schema: api runs" },
    });
    assert.deepEqual(
      machine.started.map(({ image, beside }) => [image, beside]),
      [
        ["redis", "scratch"],
        ["caddy", "scratch"],
        ["api", "scratch"],
      ],
    );
    // In whatever form it has the address.
    const { variables, files } = machine.started[2] ?? assert.fail();
    assert.deepEqual(
      [variables, files],
      [
        { URL: "jdbc:postgresql://127.0.0.1:5432/notes?user=notes" },
        { DATABASE_URL: "postgresql://notes:any@127.0.0.1:5432/notes" },
      ],
    );
  });

  it("does not live where it lives on the schema before them only", async () => {
    assert.deepEqual(await tried(new FakeMachine(["notes_before"])), {
      lives: false,
      words:
        "0123456789ab does not live on the new schema: api is not healthy within 0 s, no column in notes; its last log lines:\n  the last line",
    });
  });

  it("shows nothing where it does not live on that either", async () => {
    assert.deepEqual(await tried(new FakeMachine([])), {
      words:
        "whether 0123456789ab lives on the new schema is not known: it does not start by itself, api is not healthy within 0 s, no column in notes_before; its last log lines:\n  the last line",
    });
  });
});
