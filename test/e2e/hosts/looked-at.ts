/** Environments on hosts as one looks at them and goes into them from anywhere. */
import assert from "node:assert/strict";
import type { EnvironmentStatus } from "../../../cli/commands/status.ts";
import type { Top } from "../../../cli/commands/top.ts";
import { commandsOf } from "../../support/docs.ts";
import type { ReleasedProject } from "../../support/hosts/released-project.ts";
import { keyVariables } from "../../support/hosts/test-host.ts";
import type { Ended } from "../../support/project.ts";
import { sampled } from "../../support/quick.ts";

/** The tests of what looks at staging and production, which have released something. */
export function lookedAtFromAnywhere(released: () => ReleasedProject): void {
  /** The variables of a machine whose DNS knows the hosts. */
  const named = (): NodeJS.ProcessEnv => ({
    NODE_OPTIONS: `--import=${new URL("../../support/hosts/known-names.mjs", import.meta.url).href}`,
    TEST_HOST_NAMES: JSON.stringify(
      Object.fromEntries(
        (["staging", "production"] as const).map((stack) => [
          released().domain(stack),
          released().host(stack).address,
        ]),
      ),
    ),
  });
  const looked = (...args: string[]): Promise<Ended> => released().run(args, named());

  sampled("is as docs/on-call.md says, by its commands (001-227, 003-127)", async () => {
    const commands = commandsOf("on-call.md");
    assert.ok(commands.length >= 12, commands.join("\n"));
    for (const command of commands) {
      const { code, stdout, stderr } = await released().project.spawn("sh", ["-c", command], {
        ...keyVariables(),
        ...named(),
      }).ended;
      assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
    }
  });

  it("says what runs, since when and by whom, how its hosts are, and its last dump", async () => {
    await released().run(["backup", "--stack", "production"]);
    const { code, stdout, stderr } = await looked("status", "--json");
    assert.equal(code, 0, stdout + stderr);
    const found = JSON.parse(stdout) as EnvironmentStatus[];
    assert.deepEqual(found.map(({ environment }) => environment).sort(), ["production", "staging"]);
    for (const stack of ["staging", "production"] as const) {
      const one = found.find(({ environment }) => environment === stack) ?? assert.fail(stack);
      const { id, by } = await released().record(stack);
      assert.deepEqual(
        [one.health, one.problems, one.released?.id, one.released?.by],
        ["healthy", [], id, by],
      );
      const parts = one.copies?.map(({ part, host, state, known }) => [part, host, state, known].join(" "));
      assert.deepEqual(
        parts,
        [
          ...["api", "web", "worker", ...(stack === "production" ? ["backups"] : [])],
          ...["object-storage", "postgres", "redis", "gateway"],
        ].map((part) => `${part} app1 running true`),
      );
      assert.equal(one.answer?.status, 200);
      assert.ok(Date.parse(one.certificateUntil ?? "") > Date.now(), one.certificateUntil ?? "none");
      const load = one.hosts?.[0]?.load;
      assert.ok(load && load.processors > 0 && load.diskFreeBytes > 0 && load.memoryFreeBytes > 0);
      assert.equal((one.backup?.bytes ?? 0) > 0, stack === "production");
    }
  });

  it("says which copy does not run, and ends with 1", async () => {
    const [web = ""] = await released()
      .host("staging")
      .docker("ps", "--filter", "label=towpath.part=web", "--format", "{{.Names}}");
    await released().host("staging").docker("stop", web);
    try {
      const { code, stdout } = await looked("status", "--stack", "staging");
      assert.equal(code, 1, stdout);
      assert.match(stdout, /^staging: web exited, \d problems?\n/);
      assert.ok(
        stdout.includes(
          `web: ${web} on app1 has to run, got exited; see why with npx towpath logs --stack staging web`,
        ),
        stdout,
      );
    } finally {
      await released().host("staging").docker("start", web);
    }
  });

  it("shows what copies printed without their secrets, and the lines that are asked for (002-581)", async () => {
    const [api = ""] = await released()
      .host("staging")
      .docker("ps", "--filter", "label=towpath.part=api", "--format", "{{.Names}}");
    const shout =
      'echo "of now: $(cat /run/secrets/JWT_SECRET) $(cat /run/secrets/DATABASE_URL)" >/proc/1/fd/1';
    await released().host("staging").docker("exec", api, "sh", "-c", shout);
    const { code, stdout, stderr } = await looked(
      "logs",
      "--stack",
      "staging",
      "--since",
      "5m",
      "--grep",
      "of now",
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout.trim(), /^api-\w+ +\| of now: \*\*\* \*\*\*$/);
    const documents = (await looked("logs", "--stack", "staging", "--lines", "5", "--json")).stdout.split(
      "\n",
    );
    const times = documents.map((line) => (JSON.parse(line) as { time: string }).time);
    assert.equal(times.length, 5);
    assert.deepEqual(times, [...times].sort());
  });

  it("is changed by psql in production only when that is meant", async () => {
    const count = "SELECT count(*) FROM notes";
    const before = await released().sql("production", count);
    const insert = "INSERT INTO notes (title) VALUES ('by hand')";
    const refused = await looked("psql", "--stack", "production", "-c", insert);
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /cannot execute INSERT in a read-only transaction/);
    assert.equal(await released().sql("production", count), before);
    const removed = await looked(
      "psql",
      "--stack",
      "production",
      "--write",
      "-c",
      "DELETE FROM notes WHERE title = 'by hand'",
    );
    assert.equal(removed.code, 0, removed.stderr);
    assert.match(removed.stdout, /DELETE 0/);
  });

  it("says what copies take, by their limits", async () => {
    const { code, stdout, stderr } = await looked("top", "--stack", "staging", "--json");
    assert.equal(code, 0, stderr);
    const { copies, problems } = JSON.parse(stdout) as Top;
    assert.deepEqual(problems, []);
    const api = copies.find(({ part }) => part === "api") ?? assert.fail(stdout);
    assert.deepEqual(
      [api.environment, api.host, api.memoryLimitBytes, api.processorsLimit],
      ["staging", "app1", 2 ** 28, 2],
    );
    assert.ok(api.memoryBytes > 0 && api.processes > 0, stdout);
  });
}
