import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noteStart, now, spansIn, timed, timingsVariable } from "../../../components/timing/spans.ts";

describe("timings", () => {
  let folder = "";
  let file = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-spans-"));
    file = join(folder, "spans");
    process.env[timingsVariable] = file;
  });
  afterEach(() => {
    process.env[timingsVariable] = "";
    rmSync(folder, { recursive: true });
  });

  const noted = () => spansIn(readFileSync(file, "utf8"));

  it("note what is done, and how long it took", async () => {
    const before = now();
    assert.equal(await timed("call", "docker inspect", () => Promise.resolve(3)), 3);
    const [span, ...others] = noted();
    assert.deepEqual(others, []);
    assert.deepEqual(
      { name: span?.name, kind: span?.kind, pid: span?.pid },
      { name: "docker inspect", kind: "call", pid: process.pid },
    );
    assert.ok(span !== undefined && before <= span.began && span.began <= span.ended && span.ended <= now());
  });

  it("note what fails, too", async () => {
    const failing = timed("call", "ssh", () => Promise.reject(new Error("away")));
    await assert.rejects(failing, /^Error: away$/);
    assert.deepEqual(
      noted().map(({ name }) => name),
      ["ssh"],
    );
  });

  it("know when a process began", () => {
    noteStart("program", "the program");
    const [span] = noted();
    assert.equal(span?.name, "the program: starts");
    assert.equal(span.began, performance.timeOrigin);
  });

  it("note nothing where nobody asks", async () => {
    process.env[timingsVariable] = "";
    await timed("call", "ssh", () => Promise.resolve());
    assert.equal(existsSync(file), false);
  });

  it("never make a run fail", async () => {
    process.env[timingsVariable] = join(folder, "gone", "spans");
    assert.equal(await timed("call", "ssh", () => Promise.resolve("done")), "done");
  });

  it("are read in the order in which parts began, without what a killed process left", () => {
    const span = { name: "b", kind: "call", pid: 1, began: 2, ended: 3 };
    const earlier = { ...span, name: "a", began: 1 };
    const text = `${JSON.stringify(span)}\n${JSON.stringify(earlier)}\n{"name":"c","ki`;
    assert.deepEqual(spansIn(text), [earlier, span]);
  });
});
