import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../../cli/process/run.ts";

describe("shell completion", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "towpath-completion-"));
    for (const shell of ["bash", "zsh"]) {
      const { code, stdout, stderr } = await towpath("completion", shell);
      assert.equal(code, 0, stderr);
      writeFileSync(join(folder, shell), stdout);
    }
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const towpath = (...args: string[]) => run(process.execPath, ["setup/bootstrap.mjs", ...args]);

  /** Returns what bash offers once these words are typed; the last one is being written. */
  async function offered(...words: string[]): Promise<string[]> {
    const script = `source ${folder}/bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
      COMP_CWORD=${words.length - 1}; "$(complete -p towpath | sed 's/.*-F \\([^ ]*\\).*/\\1/')"; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await run("bash", ["--norc", "-c", script]);
    assert.equal(stderr, "");
    return stdout.trim().split(" ").filter(Boolean);
  }

  it("offers commands, their options and the values of their arguments, in bash", async () => {
    assert.deepEqual(await offered("towpath", "st"), ["start", "stop", "status"]);
    assert.deepEqual(await offered("towpath", "--"), ["--help"]);
    assert.deepEqual(await offered("towpath", "logs", "--"), [
      ...["--follow", "--grep", "--help", "--json", "--lines", "--since", "--stack"],
    ]);
    assert.deepEqual(await offered("towpath", "top", "--stack", "s"), ["staging"]);
    assert.deepEqual(await offered("towpath", "logs", "--stack", "staging", "ap"), ["api"]);
    assert.deepEqual(await offered("towpath", "shell", "w"), ["worker", "web"]);
    assert.deepEqual(await offered("towpath", "logs", "-f", "ap"), ["api"]);
    assert.deepEqual(await offered("towpath", "completion", ""), ["bash", "zsh"]);
    assert.deepEqual(await offered("towpath", "namespace", "c"), ["ci"]);
    assert.deepEqual(await offered("towpath", "help", "doc"), ["doctor"]);
    assert.deepEqual(await offered("towpath", "unknown", ""), []);
  });

  it("offers the same in zsh, at its own prompt", async function () {
    if ((await run("zsh", ["--version"])).failure === "ENOENT") this.skip();
    const script = `zmodload zsh/zpty; zpty z zsh -f -i
      zpty -w z 'autoload -U compinit; compinit -u -D; source ${folder}/zsh; towpath() { print "ran: $*"; }; print READ""Y'
      zpty -r z out '*READY*'; zpty -w z $'towpath compl\\tb\\t'; zpty -r z out '*ran: completion bash*'; print -r -- done`;
    const { stdout } = await run("zsh", ["-f", "-c", script], { timeout: 20_000 });
    assert.equal(stdout, "done\n");
  });

  it("is refused for other shells", async () => {
    assert.deepEqual(await towpath("completion", "fish"), {
      code: 1,
      stdout: "",
      stderr: 'completion: expected bash or zsh, got "fish"; other shells have none\n',
    });
  });
});
