import assert from "node:assert/strict";
import { execa } from "execa";
import { constants, getPriority } from "node:os";
import { fileURLToPath, URL } from "node:url";

const attached = fileURLToPath(new URL("../../../../cli/process/attached.ts", import.meta.url));

const interrupts = fileURLToPath(new URL("../../../../cli/process/interrupts.ts", import.meta.url));

/** Node's arguments for a program that runs a shell script on its own terminal, and can be asked to stop. */
function running(script: string, settings: object): string[] {
  const program = `import { attached } from ${JSON.stringify(attached)};
    import { listenForInterrupts } from ${JSON.stringify(interrupts)};
    listenForInterrupts();
    process.exit(await attached("sh", ["-c", ${JSON.stringify(script)}], ${JSON.stringify(settings)}));`;
  return ["--input-type=module", "--eval", program];
}

/** Returns what a shell script prints on this program's own terminal, where nobody sits at one. */
async function printed(script: string, settings: object): Promise<string> {
  const { stdout } = await execa(process.execPath, running(script, settings), {
    stdin: "ignore",
    timeout: 30_000,
  });
  return stdout;
}

describe("a program on our own terminal", function () {
  this.timeout(60_000);

  it("runs at a lower priority on request, in a session of its own", async () => {
    // The priority is set a moment after the program has begun.
    const script = `until [ "$(nice)" = ${constants.priority.PRIORITY_BELOW_NORMAL} ]; do sleep 0.05; done; ps -o sid= -p $$; echo $$`;
    const [session, pid] = (await printed(script, { yields: true })).split("\n");
    assert.equal(session?.trim(), pid);
  });

  it("ends after everything that it started, when it is asked to stop", async () => {
    const script = `trap exit TERM; (trap '' TERM; sleep 1; echo the last) & echo begun; wait`;
    const program = execa(process.execPath, running(script, { yields: true }), {
      stdin: "ignore",
      timeout: 30_000,
      reject: false,
    });
    let said = "";
    let atExit: string | undefined;
    program.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said === "begun\n") program.kill("SIGTERM");
    });
    program.on("exit", () => (atExit = said));
    const { stdout } = await program;
    assert.equal(stdout, "begun\nthe last");
    assert.equal(atExit, "begun\nthe last\n");
  });

  it("keeps our priority and our session otherwise", async () => {
    const { stdout: session } = await execa("ps", ["-o", "sid=", "-p", String(process.pid)]);
    assert.deepEqual((await printed("nice; ps -o sid= -p $$", {})).split("\n"), [
      String(getPriority()),
      session,
    ]);
  });
});
