import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { footprint, nothing, remains } from "../../support/footprint.ts";
import { freePort } from "../../support/free-port.ts";
import { checkNote, writeNote } from "../../support/notes.ts";
import { TestProject, type StartedAnswer } from "../../support/project.ts";
import { isPostgres } from "../../support/raw-port.ts";
import { request } from "../../support/request.ts";
import { sampled } from "../../support/quick.ts";

describe("two clones of one branch", () => {
  let clones: TestProject[];
  let started: StartedAnswer[];
  let port: number;

  before(async () => {
    clones = [await TestProject.create(), await TestProject.create()];
    port = await freePort();
    for (const clone of clones) clone.checkOut("main", { ports: { postgres: port } });
    // At once: they must not be given the same port.
    started = await Promise.all(clones.map((clone) => clone.start()));
  });
  after(async () => {
    for (const clone of clones) await clone.remove();
  });

  const both = <T>(get: (one: StartedAnswer) => T): [T, T] => started.map(get) as [T, T];

  it("have namespaces, ports and everything else of their own", async () => {
    for (const get of [(one: StartedAnswer) => one.namespace, (one: StartedAnswer) => String(one.port)])
      assert.equal(new Set(both(get)).size, 2);
    const [one, other] = await Promise.all(both(({ namespace }) => footprint(namespace)));
    for (const kind of ["containers", "volumes", "networks", "images"] as const) {
      assert.ok(one[kind].length > 0, kind);
      assert.deepEqual(
        one[kind].filter((name) => other[kind].includes(name)),
        [],
        kind,
      );
    }
  });

  it("publish a service that both ask the same port for on two, and say so (001-161)", async () => {
    const places = both(({ connections }) => connections.postgres ?? "");
    const taken = new RegExp(`\\(in place of ${port}, which was taken\\)$`);
    assert.equal(places.filter((place) => place.includes(`127.0.0.1:${port}/`)).length, 1, places.join(", "));
    assert.equal(places.filter((place) => taken.test(place)).length, 1, places.join(", "));
    for (const place of places)
      assert.equal(await isPostgres(Number(/:(\d+)\//.exec(place)?.[1])), true, place);
  });

  it("never see each other's data", async () => {
    const [one, other] = both(({ url }) => url);
    await writeNote(one, "in the first clone");
    await writeNote(other, "in the second clone");
    assert.deepEqual(await titlesOf(one), ["in the first clone"]);
    assert.deepEqual(await titlesOf(other), ["in the second clone"]);
  });

  it("keep their ports when they are stopped and started", async () => {
    const [one] = clones;
    assert.ok(one !== undefined);
    await one.succeed(["stop"]);
    // A clone that comes now must not take the port of one that is stopped.
    const third = await TestProject.create();
    try {
      third.checkOut("main");
      const { port } = await third.start();
      assert.ok(!both((running) => running.port).includes(port), `port ${port}`);
    } finally {
      await third.remove();
    }
    assert.equal((await one.start()).port, started[0]?.port);
  });

  it("leave each other alone when one is destroyed", async () => {
    const [one] = clones;
    const [gone, stays] = both((running) => running);
    assert.ok(one !== undefined);
    const before = await footprint(gone.namespace);
    const id = await writeNote(stays.url, "still here");

    await one.succeed(["destroy", "--yes"]);

    assert.deepEqual(await remains(before), nothing);
    assert.equal(existsSync(join(one.folder, ".towpath", "namespaces", gone.namespace)), false);
    await checkNote(stays.url, id, "still here");
  });
});

describe("two branches in one clone", () => {
  let clone: TestProject;

  before(async () => {
    clone = await TestProject.create();
  });
  after(() => clone.remove());

  sampled("keep data, state and port apart while branches are switched", async () => {
    clone.checkOut("main");
    const main = await clone.start();
    const onMain = await writeNote(main.url, "on main");

    clone.checkOut("fix");
    const fix = await clone.start();
    assert.notEqual(fix.namespace, main.namespace);
    assert.notEqual(fix.port, main.port);
    assert.deepEqual(await titlesOf(fix.url), []);
    const onFix = await writeNote(fix.url, "on fix");

    clone.checkOut("main");
    const again = await clone.start();
    assert.deepEqual([again.url, Object.keys(again.changes)], [main.url, ["same"]]);
    await checkNote(main.url, onMain, "on main");
    await clone.succeed(["destroy", "--yes"]);

    await checkNote(fix.url, onFix, "on fix");
    clone.checkOut("fix");
    await clone.succeed(["destroy", "--yes"]);
    assert.deepEqual(await footprint(fix.namespace), nothing);
  });
});

/** The titles of the notes that an environment has. */
async function titlesOf(url: string): Promise<string[]> {
  const response = await request(`${url}/api/notes`);
  const notes = (await response.json()) as { title: string }[];
  return notes.map(({ title }) => title);
}
