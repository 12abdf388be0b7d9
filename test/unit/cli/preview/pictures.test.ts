/** The browser that takes pictures. That one takes them: test/e2e/previews. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findBrowser, takePictures, type Picture } from "../../../../cli/preview/pictures.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

describe("the browser that takes pictures", () => {
  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
  });
  afterEach(() => {
    machine.remove();
  });

  it("is the one that is named, or one that is installed", () => {
    const [own, installed] = ["own", "chromium"].map((name) => join(machine.root, name));
    for (const program of [own, installed]) machine.program(program ?? "", "");
    const variables = { PATH: `/nowhere:${machine.root}` };
    assert.equal(findBrowser(variables), installed);
    assert.equal(findBrowser({ ...variables, CHROMIUM: own }), own);
  });

  it("is asked for where there is none", () => {
    assert.throws(() => findBrowser({ PATH: "/nowhere" }), {
      name: "Problem",
      message:
        "towpath:checks.pages: expected a browser that takes the pictures, got none; install Google Chrome or Chromium, or name its program in CHROMIUM",
    });
    assert.throws(() => findBrowser({ CHROMIUM: "/nowhere/chrome" }), {
      message:
        "towpath:checks.pages: expected a browser that takes the pictures, got none at CHROMIUM=/nowhere/chrome; install Google Chrome or Chromium, or name its program in CHROMIUM",
    });
  });

  it("is not started where there are no pages, and fails each of them where it does not start", async () => {
    const browser = join(machine.root, "chromium");
    machine.program(browser, "exit 1");
    const camera = { url: "https://pr-12.preview.example.com", password: undefined, folder: machine.root };
    const taken = (...paths: readonly string[]): Promise<readonly Picture[]> =>
      takePictures(
        paths.map((path) => ({ path, width: 400 })),
        { ...camera, browser, knowsNoAuthority: false },
        recordedProgress(),
      );
    assert.deepEqual(await taken(), []);
    const [first, second, ...more] = await taken("/", "/login");
    assert.deepEqual([first?.name, second?.name, more], ["/", "/login", []]);
    assert.equal(first?.passed, false);
    assert.match(first.words ?? "", new RegExp(`^expected ${browser} to start, got "`));
  });
});
