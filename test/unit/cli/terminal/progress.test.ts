import assert from "node:assert/strict";
import { duration } from "../../../../cli/terminal/duration.ts";
import { asStep, showProgress } from "../../../../cli/terminal/progress.ts";
import { partOf, stepInWords } from "../../../../cli/pulumi/words.ts";
import { trackEvents } from "../../../../cli/pulumi/operation.ts";
import { recordedProgress } from "../quiet.ts";

const chain = "urn:pulumi:local::towpath::towpath:index:Environment$";

describe("the progress of a command", () => {
  let now = 0;
  let written = "";
  const screen = (live: boolean) => ({ write: (text: string) => (written += text), live, columns: 40 });
  const progress = (live: boolean) => showProgress(screen(live), () => now);

  beforeEach(() => {
    now = 0;
    written = "";
  });

  it("shows nothing for what ends within a second", async () => {
    for (const live of [true, false]) {
      const shown = progress(live);
      const step = shown.step("waiting");
      now += 900;
      shown.draw();
      step.done();
      assert.equal(written, "");
    }
    assert.equal(await asStep(progress(false), "work", () => Promise.resolve(1)), 1);
  });

  it("consists of whole lines when nothing can be rewritten, repeated every half minute", () => {
    const shown = progress(false);
    const step = shown.step("building image api");
    for (const time of [1_000, 5_000, 31_000]) {
      now = time;
      step.detail(" RUN npm ci ");
      shown.draw();
    }
    now = 72_000;
    step.done();
    step.done();
    assert.equal(
      written,
      "building image api …\nbuilding image api … 31 s (RUN npm ci)\nbuilding image api … done in 1 min 12 s\n",
    );
  });

  it("shows that a step failed", async () => {
    const shown = progress(false);
    const work = asStep(shown, "work", () => {
      now = 2_000;
      return Promise.reject(new Error("no"));
    });
    await assert.rejects(work, { message: "no" });
    shown.say("more");
    assert.equal(written, "work … failed after 2 s\nmore\n");
  });

  it("is rewritten on a terminal, within its width", () => {
    const shown = progress(true);
    const step = shown.step("building image api");
    const other = shown.step("pulling");
    now = 12_000;
    step.detail("RUN somethng that is much too long for a line");
    shown.draw();
    assert.equal(written, "  building image api … 12 s  RUN someth\n  pulling … 12 s\n");
    written = "";
    step.done();
    assert.equal(written, "\u001b[2A\u001b[J  building image api … 12 s ✓\n  pulling … 12 s\n");
    written = "";
    shown.say("line");
    other.failed();
    assert.equal(
      written,
      "\u001b[1A\u001b[Jline\n  pulling … 12 s\n\u001b[1A\u001b[J  pulling … failed after 12 s\n",
    );
    shown.stop();
  });

  it("shows durations as people do", () => {
    assert.deepEqual([400, 12_400, 60_000, 185_000].map(duration), ["0 s", "12 s", "1 min", "3 min 5 s"]);
  });
});

describe("the engine's events", () => {
  it("are shown when the program itself warns, but not when a resource does", () => {
    const progress = recordedProgress();
    const { see } = trackEvents(progress, "");
    const warning = {
      severity: "warning",
      message: "<{%reset%}>route: the gateway has no route<{%reset%}>\n",
    };
    see({ diagnosticEvent: warning });
    see({ diagnosticEvent: { ...warning, urn: `${chain}docker:index/image:Image::notes` } });
    see({ diagnosticEvent: { ...warning, severity: "debug" } });
    assert.deepEqual(progress.lines, ["route: the gateway has no route"]);
  });
});

describe("progress with little information", () => {
  it("consists of whole lines on a terminal without a width", () => {
    let written = "";
    let now = 0;
    const screen = { write: (text: string) => (written += text), live: true, columns: 0 };
    const shown = showProgress(screen, () => now);
    const step = shown.step("building an image with a name of some length");
    now = 2_000;
    shown.draw();
    step.done();
    assert.ok(written.startsWith("  building an image with a name of some length … 2 s\n"), written);
  });

  it("has names for the parts of a released environment", () => {
    const said: string[] = [];
    const screen = { write: (text: string) => said.push(text), live: false, columns: 80 };
    const { see, seen, end } = trackEvents(
      showProgress(screen, () => 0),
      "",
    );
    const type = "towpath:index:ReleasedEnvironment";
    const urn = `urn:pulumi:production::towpath::${type}::notes-production`;
    see({ resourcePreEvent: { metadata: { op: "create", urn, type } } });
    end();
    assert.equal(seen.environmentName, "notes-production");
  });
});

describe("a step of the engine is described:", () => {
  const words = (op: string, types: string, name: string) =>
    stepInWords({ op, urn: `${chain}${types}::${name}`, type: types.split("$").at(-1) ?? "" }, "notes-local");

  for (const [op, types, name, expected] of [
    [
      "create",
      "towpath:image:BuiltImage$docker:index/image:Image",
      "notes-local-api-image-build",
      "building image api",
    ],
    [
      "create",
      "towpath:release:HealthGate$command:local:Command",
      "notes-local-release-api-gate-poll",
      "waiting for api to be healthy",
    ],
    [
      "create",
      "towpath:release:Migration$command:local:Command",
      "notes-local-release-migration-run",
      "migrating the database",
    ],
    [
      "update",
      "towpath:release:Route$command:local:Command",
      "x",
      "asking the new copies, switching the route and watching it",
    ],
    ["delete", "towpath:release:Route$command:local:Command", "x", "removing the route"],
    ["delete", "towpath:release:Migration$command:local:Command", "x", undefined],
    [
      "create",
      "towpath:release:Workload$docker:index/container:Container",
      "notes-local-release-api",
      "starting api",
    ],
    [
      "delete-replaced",
      "towpath:release:Workload$docker:index/container:Container",
      "notes-local-release-api",
      "draining the old copy of api",
    ],
    ["delete", "docker:index/container:Container", "notes-local-redis-container", "stopping redis"],
    ["create", "towpath:data:ObjectStorage$command:local:Command", "x", "making the buckets"],
    ["create", "random:index/randomPassword:RandomPassword", "x", "making secrets"],
    ["create", "other:index:Thing", "x", "making x"],
    ["delete", "other:index:Thing", "x", "removing x"],
    ["refresh", "docker:index/network:Network", "notes-local-host-network", undefined],
    ["same", "docker:index/network:Network", "x", undefined],
    ["create", "towpath:release:Route", "x", undefined],
    ["create", "pulumi:providers:docker", "x", undefined],
  ] as const) {
    it(`${op} ${types} as ${expected ?? "nothing that anybody waits for"}`, () => {
      assert.equal(words(op, types, name), expected);
    });
  }

  it("only with a URN", () => {
    assert.equal(stepInWords({ op: "create", urn: "", type: "x:y:Z" }, "n"), undefined);
    assert.equal(partOf("other-thing", "n"), "other-thing");
  });
});
