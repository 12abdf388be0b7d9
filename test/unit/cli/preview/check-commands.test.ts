import assert from "node:assert/strict";
import {
  credentialVariables,
  isTooLong,
  runCommands,
  type CommandSurroundings,
} from "../../../../cli/preview/check-commands.ts";
import type { CheckFacts } from "../../../../cli/comment/facts.ts";
import { parseSettings } from "../../../../components/settings/settings.ts";
import * as good from "../../settings/good.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

describe("the commands that check a preview", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const progress = recordedProgress();
  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
    progress.lines.length = 0;
  });
  afterEach(() => {
    machine.remove();
  });

  function ran(
    commands: Readonly<Record<string, string>>,
    given: Partial<CommandSurroundings> = {},
    timeoutSeconds = 20,
  ): Promise<CheckFacts[]> {
    const wanted = Object.entries(commands).map(([name, command]) => [name, { command, timeoutSeconds }]);
    const surroundings = {
      ...{ url: "https://pr-12.preview.example.com", password: undefined, root: machine.root },
      ...{ variables: process.env, credentials: new Set<string>() },
    };
    return runCommands(
      Object.fromEntries(wanted) as Parameters<typeof runCommands>[0],
      { ...surroundings, ...given },
      progress,
    );
  }

  it("run one after the other, and say how each ended", async () => {
    const [first, second] = await ran({
      pages: "echo 3 pages are well; touch visited",
      flow: "test -f visited && echo the cart is empty >&2; exit 4",
    });
    assert.partialDeepStrictEqual(first, { name: "pages", passed: true });
    assert.deepEqual(second, {
      ...{ name: "flow", passed: false, words: "exit code 4 after 0 s", log: "the cart is empty" },
    });
    assert.deepEqual(progress.lines, [
      ...["running pages …", "running pages: 3 pages are well", "running pages done"],
      ...["running flow …", "running flow: the cart is empty", "running flow failed"],
    ]);
  });

  it("are ended when their time is up, and the next one runs", async () => {
    const [first, second] = await ran({ slow: "echo begun; sleep 600", next: "true" }, {}, 0.5);
    assert.deepEqual(first, {
      ...{ name: "slow", passed: false, words: isTooLong("slow", 0.5), log: "begun" },
    });
    assert.equal(
      isTooLong("slow", 600),
      "towpath:checks.commands.slow: expected its end within 600 s, got none; make it faster, or raise its timeoutSeconds",
    );
    assert.equal(second?.passed, true);
  });

  it("find the preview and its password, and no credential of the deployment", async () => {
    const variables = {
      ...{
        PATH: process.env.PATH,
        PREVIEW_TOKEN: "token-of-github",
        PULUMI_CONFIG_PASSPHRASE: "passphrase-1",
      },
      ...{ GITHUB_TOKEN: "token-of-the-run", OWN: "mine" },
    };
    const credentials = credentialVariables(parseSettings(good.preview));
    const [all] = await ran(
      { all: "env | sort; echo token-of-github passphrase-1 token-of-the-run; false" },
      { variables, credentials, password: "open-sesame" },
    );
    const lines = (all?.log ?? "").split("\n");
    assert.deepEqual(
      lines.filter((line) => /^(TOWPATH|PREVIEW|PULUMI|GITHUB|OWN)/.test(line)),
      ["OWN=mine", "TOWPATH_PREVIEW_PASSWORD=***", "TOWPATH_PREVIEW_URL=https://pr-12.preview.example.com"],
    );
    assert.equal(lines.at(-1), "*** *** ***");
    assert.ok(progress.lines.every((line) => !/token-of|passphrase-1|open-sesame/.test(line)));
  });

  it("keep the last lines of what they printed, as people can read it", async () => {
    const [check] = await ran({ long: "seq 1 500; printf '\\033[31mred\\033[0m\\n'; false" });
    const lines = (check?.log ?? "").split("\n");
    assert.deepEqual([lines.length, lines[0], lines.at(-1)], [100, "402", "red"]);
  });

  it("know where the settings take credentials from", () => {
    assert.deepEqual(
      [...credentialVariables(parseSettings(good.preview))].sort(),
      ["PREVIEW_ADDRESS_SECRET", "PREVIEW_TOKEN", "REGISTRY_TOKEN"].sort(),
    );
  });
});
