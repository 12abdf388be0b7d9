import assert from "node:assert/strict";
import { execa } from "execa";
import { constants, getPriority } from "node:os";
import { fileURLToPath, URL } from "node:url";

const attached = fileURLToPath(new URL("../../../cli/attached.ts", import.meta.url));

/** What a shell script prints that is run on this program's own terminal, where nobody sits at one. */
async function printed(script: string, settings: object): Promise<string> {
  const program = `import { attached } from ${JSON.stringify(attached)};
    process.exitCode = await attached("sh", ["-c", ${JSON.stringify(script)}], ${JSON.stringify(settings)});`;
  const { stdout } = await execa(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", program],
    {
      stdin: "ignore",
      timeout: 30_000,
    },
  );
  return stdout;
}

describe("a program on our own terminal", function () {
  this.timeout(60_000);

  it("comes after others where it is asked to, in a session of its own", async () => {
    // The priority is set a moment after the program has begun.
    const script = `until [ "$(nice)" = ${constants.priority.PRIORITY_BELOW_NORMAL} ]; do sleep 0.05; done; ps -o sid= -p $$; echo $$`;
    const [session, pid] = (await printed(script, { yields: true })).split("\n");
    assert.equal(session?.trim(), pid);
  });

  it("keeps our priority and our session otherwise", async () => {
    const { stdout: session } = await execa("ps", ["-o", "sid=", "-p", String(process.pid)]);
    assert.deepEqual((await printed("nice; ps -o sid= -p $$", {})).split("\n"), [
      String(getPriority()),
      session,
    ]);
  });
});
