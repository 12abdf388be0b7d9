import assert from "node:assert/strict";
import { control } from "../../../components/activator/program/control.mjs";
import type { Room } from "../../../components/activator/program/room.mjs";
import { Scene } from "./scene.ts";

const minute = 60_000;
const person = { method: "POST", headers: { "user-agent": "Mozilla/5.0 Firefox/140.0" } };
const bot = { method: "GET", headers: { "user-agent": "Slackbot-LinkExpanding 1.0" } };

const all = (state: string): string[] => [state, state, state];

describe("the activator", () => {
  let scene: Scene;
  const playing = (room: Partial<Room> = {}): Scene => (scene = new Scene(room));
  afterEach(() => {
    scene.remove();
  });

  it("lets requests pass to a preview that is awake, and to one that it does not know", async () => {
    const { host } = playing();
    scene.add("a");
    for (const visit of [person, bot]) assert.equal(await host.visit("a", visit), "pass");
    assert.equal(await host.visit("none", person), "pass");
    assert.deepEqual(scene.done, []);
  });

  it("starts a sleeping one for a person's request: the database, then services, and waits for both", async () => {
    const { host } = playing();
    scene.add("a", "exited");
    assert.equal(await host.visit("a", person), "pass");
    assert.deepEqual(scene.done, [
      "start a-postgres",
      "ask a-postgres pg_isready",
      "start a-worker",
      "start a-api",
      "ask gateway http://a-api:8000/api/health",
    ]);
  });

  it("wakes it once for many requests, all of which pass", async () => {
    const { host } = playing();
    scene.add("a", "exited");
    const admissions = await Promise.all(Array.from({ length: 20 }, () => host.visit("a", person)));
    assert.deepEqual(new Set(admissions), new Set(["pass"]));
    assert.equal(scene.done.filter((one) => one.startsWith("start ")).length, 3);
  });

  it("answers bots that it sleeps, and starts nothing", async () => {
    const { host } = playing();
    scene.add("a", "exited");
    assert.equal(await host.visit("a", bot), "asleep");
    assert.deepEqual(scene.done, []);
  });

  it("says so when it does not become well", async () => {
    const { host } = playing();
    scene.add("a", "exited");
    scene.well = false;
    assert.equal(await host.visit("a", person), "failed");
  });

  it("puts a preview to sleep so long after a person last used it: services first", async () => {
    const { host } = playing({ sleepAfter: 600 });
    scene.add("a");
    scene.now += 9 * minute;
    await host.visit("a", person);
    scene.now += 9 * minute;
    await host.visit("a", bot);
    await host.sleepIdle();
    assert.deepEqual(scene.states("a"), all("running"));
    scene.now += minute;
    await host.sleepIdle();
    assert.deepEqual(scene.done, ["stop a-worker", "stop a-api", "stop a-postgres"]);
    assert.equal(await host.visit("a", bot), "asleep");
  });

  it("holds a request that comes while it falls asleep, and wakes it again", async () => {
    const { host } = playing();
    scene.add("a");
    await host.visit("a", person);
    let held: Promise<string> | undefined;
    scene.whileStopping = () => {
      held ??= host.visit("a", person);
    };
    await host.sleep("a");
    assert.equal(await held, "pass");
    assert.deepEqual(scene.states("a"), all("running"));
  });

  it("touches nothing but previews, and of these no container of a step and none that was never started", async () => {
    const { host } = playing();
    scene.add("a", "exited");
    const preview = { "towpath.environment": "preview", "towpath.namespace": "a" };
    scene.other("migration", { ...preview, "towpath.part": "migration" });
    scene.other("killed", { ...preview, "towpath.part": "api", "towpath.release": "2" }, "created");
    scene.other("staging", { "towpath.environment": "staging", "towpath.namespace": "a" });
    scene.other("foreign", {});
    await host.visit("a", person);
    await host.sleep("a");
    assert.ok(!scene.done.some((one) => /migration|killed|staging|foreign/.test(one)));
  });

  it("starts one copy where never two may run: the one from before a release that was not completed", async () => {
    const { host } = playing();
    scene.add("a", "exited");
    const beat = {
      ...{ "towpath.environment": "preview", "towpath.namespace": "a", "towpath.part": "beat" },
      ...{ "towpath.release": "1", "towpath.rollout": "stop-first" },
    };
    scene.other("beat-new", beat, "exited", 60);
    scene.other("beat-old", beat);
    await host.visit("a", person);
    assert.deepEqual(
      scene.done.filter((one) => one.includes("beat")),
      ["start beat-old"],
    );
  });

  it("takes an old copy that is about to be removed for no sign of sleep", async () => {
    const { host } = playing();
    scene.add("a");
    const old = { "towpath.environment": "preview", "towpath.namespace": "a", "towpath.part": "api" };
    scene.other("old", { ...old, "towpath.release": "0" });
    assert.equal(await host.visit("a", bot), "pass");
  });

  it("lets the one that has been idle for longest sleep when another needs its room", async () => {
    const { host } = playing();
    for (const namespace of ["a", "b"]) scene.add(namespace);
    scene.add("c", "exited");
    await host.visit("a", person);
    scene.now += 5 * minute;
    await host.visit("b", person);
    scene.now += 5 * minute;
    assert.equal(await host.visit("c", person), "pass");
    assert.deepEqual([scene.states("a"), scene.states("b")], [all("exited"), all("running")]);
  });

  it("lets people of 20 pull requests work on a host with room for 6", async () => {
    const { host } = playing({ memory: 6 * 300, previews: 6 });
    const previews = Array.from({ length: 20 }, (_, number) => `pr-${number + 1}`);
    for (const namespace of previews) scene.add(namespace, "exited");
    let most = 0;
    // Each is looked at every twenty minutes.
    for (let round = 0; round < 5; round++) {
      for (const namespace of previews) {
        assert.equal(await host.visit(namespace, person), "pass");
        const { previews: all } = await host.state();
        most = Math.max(most, all.filter(({ awake }) => awake).length);
        scene.now += minute;
      }
    }
    assert.equal(most, 6);
  });

  it("tells a person that there is no room when nobody gives way, and the queue stays the releases'", async () => {
    const { host } = playing({ whenFull: "wait" });
    for (const namespace of ["a", "b"]) scene.add(namespace);
    scene.add("c", "exited");
    assert.equal(await host.visit("c", person), "full");
    assert.deepEqual((await host.state()).queue, []);
  });

  it("keeps room for a release until its containers are there, and wakes one that sleeps for it", async () => {
    const { host } = playing({ whenFull: "wait" });
    scene.add("a", "exited");
    assert.equal((await host.admit("a", 300)).answer, "room");
    assert.deepEqual(scene.states("a"), all("running"));
    assert.equal((await host.look("b", 300)).answer, "room");
    assert.equal((await host.admit("b", 300)).answer, "room");
    const { answer, taken } = await host.admit("c", 300);
    assert.deepEqual([answer, taken], ["waits", { memory: 600, previews: 2 }]);
    // A release that never came about does not keep it for ever.
    scene.now += 16 * minute;
    assert.equal((await host.admit("c", 300)).answer, "room");
  });

  it("keeps its queue through a restart, and forgets who leaves it", async () => {
    const { host } = playing({ whenFull: "wait" });
    for (const namespace of ["a", "b"]) scene.add(namespace);
    for (const namespace of ["c", "d", "c"])
      await control(host, { operation: "admit", namespace, memory: 1 });
    const again = scene.start({ whenFull: "wait" });
    assert.deepEqual((await again.state()).queue, ["c", "d"]);
    await control(again, { operation: "leave", namespace: "c" });
    assert.deepEqual(await control(again, { operation: "look", namespace: "d", memory: 1 }), {
      answer: "waits",
      place: 1,
      taken: { memory: 600, previews: 2 },
    });
  });

  it("tells whose turn has come in the queue", async () => {
    const { host } = playing({ whenFull: "wait" });
    for (const namespace of ["a", "b"]) scene.add(namespace);
    for (const [namespace, memory] of [
      ["c", 300],
      ["d", 300],
      ["e", 300],
    ] as const)
      await control(host, { operation: "admit", namespace, memory });
    assert.deepEqual((await host.state()).turn, []);
    await host.sleep("a");
    assert.deepEqual((await host.state()).turn, ["c"]);
    await host.sleep("b");
    assert.deepEqual((await host.state()).turn, ["c", "d"]);
  });

  it("tells which previews are awake, what they may use and when they were used", async () => {
    const { host } = playing();
    scene.add("a");
    scene.add("b", "exited");
    await control(host, { operation: "sleep", namespace: "a" });
    await control(host, { operation: "wake", namespace: "b" });
    const { previews } = await host.state();
    assert.deepEqual(
      previews.map(({ namespace, awake, memory }) => [namespace, awake, memory]),
      [
        ["a", false, 0],
        ["b", true, 300],
      ],
    );
  });
});
