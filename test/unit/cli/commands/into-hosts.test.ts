/** `logs`, `shell`, `exec` and `psql` on hosts. That real hosts are reached so is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { asOwner, psql } from "../../../../cli/commands/psql.ts";
import { exec } from "../../../../cli/commands/shell.ts";
import { logs, type CopyLine, type LogsRequest } from "../../../../cli/commands/logs.ts";
import { secretsFolder } from "../../../../components/application/connections.ts";
import { lookFolderOf } from "../../../../components/host/ssh-config.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

describe("going into hosts", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(60_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  const write = process.stdout.write.bind(process.stdout);
  let machine: FakeMachine;
  let host: PlayedHost;
  let printed: string[];

  beforeEach(async () => {
    machine = new FakeMachine();
    host = await PlayedHost.start(machine, {}, dirname(lookFolderOf("x")));
    machine.docker("ps", [copy("1", "api-1a"), copy("2", "api-1b"), copy("3", "postgres", "")].join("\n"));
    machine.docker("container", JSON.stringify([`JWT_SECRET_FILE=${secretsFolder}/JWT_SECRET`]));
    machine.write("archive/secrets/JWT_SECRET", "correct horse");
    mkdirSync(join(machine.root, "archive/secrets/empty"));
    machine.write("answers/docker-cp.sh", `exec tar -C "${machine.root}/archive" -cf - secrets`);
    progress.lines.length = 0;
    printed = [];
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  function copy(id: string, name: string, release = "r1", state = "running"): string {
    const part = name.replace(/-1.$/, "");
    return `${id}\tnotes-staging-${name}\t${state}\tUp 2 hours\t${part}\t${release}\t\t\t`;
  }

  /** Runs `logs`, and returns what it prints; the process's own output is its results. */
  async function logged(request: Partial<LogsRequest> = {}): Promise<string[]> {
    process.stdout.write = ((text: string) => printed.push(text)) as unknown as typeof process.stdout.write;
    try {
      await logs(
        progress,
        { stack: "staging", service: "api", follow: false, json: false, ...request },
        machine.project,
      );
    } finally {
      process.stdout.write = write;
    }
    return printed.join("").trimEnd().split("\n");
  }

  /** Has each copy print these lines, and note what it was asked for. */
  function prints(one: string, other: string): void {
    machine.write("one", one);
    machine.write("other", other);
    machine.write(
      "answers/docker-logs.sh",
      `for last in "$@"; do :; done
       if [ "$last" = 1 ]; then cat "${machine.root}/one"; else cat "${machine.root}/other"; fi; exit 0`,
    );
  }
  const asked = (): (string | undefined)[] =>
    machine.calls.filter((call) => call.startsWith("docker logs")).map((call) => call.replace(/ \d+$/, ""));

  it("prints what all copies printed, by time and with their names, without secret values (002-581)", async () => {
    prints(
      "2026-01-02T00:00:01Z first\n2026-01-02T00:00:03Z token=correct horse\n",
      "2026-01-02T00:00:02Z second correct%20horse\n",
    );
    // Both streams are read, and the played client prints the same on each.
    assert.deepEqual(
      [...new Set(await logged())],
      ["api-1a | first", "api-1b | second ***", "api-1a | token=***"],
    );
    assert.deepEqual([...new Set(asked())], ["docker logs --timestamps --tail 100"]);
    assert.deepEqual(machine.calls.filter((call) => call.startsWith("docker cp")).sort(), [
      `docker cp 2:${secretsFolder} -`,
      `docker cp 3:${secretsFolder} -`,
    ]);
  });

  it("prints documents that name copy and host", async () => {
    prints("2026-01-02T00:00:01Z first\n", "");
    const [first = ""] = await logged({ json: true });
    assert.deepEqual(JSON.parse(first), {
      ...{ service: "api", copy: "notes-staging-api-1a", host: "app1" },
      ...{ time: "2026-01-02T00:00:01Z", stream: "stdout", text: "first" },
    } satisfies CopyLine);
  });

  it("prints only the lines that somebody asks for", async () => {
    prints("2026-01-02T00:00:01Z a 500\n2026-01-02T00:00:03Z c 200\n", "2026-01-02T00:00:02Z b 500\n");
    const unique = async (request: Partial<LogsRequest>): Promise<string[]> => {
      printed = [];
      return [...new Set(await logged(request))];
    };
    assert.deepEqual(await unique({ grep: "500" }), ["api-1a | a 500", "api-1b | b 500"]);
    assert.deepEqual(await unique({ lines: 1 }), ["api-1a | c 200"]);
    await unique({ since: "1d" });
    assert.deepEqual(
      [...new Set(asked())],
      [
        "docker logs --timestamps",
        "docker logs --timestamps --tail 1",
        "docker logs --timestamps --since 24h",
      ],
    );
    await assert.rejects(logged({ since: "soon" }), { message: /^--since: expected a time span or a time/ });
  });

  it("does not find secret values by --grep", async () => {
    prints("2026-01-02T00:00:01Z correct horse\n", "");
    assert.deepEqual(await logged({ grep: "correct" }), [""]);
  });

  it("goes on with the copies of the next release when it follows", async () => {
    prints("2026-01-02T00:00:01Z old\n", "2026-01-02T00:00:02Z new\n");
    machine.docker("ps", [copy("1", "api-1a")].join("\n"));
    machine.write("next", copy("2", "api-1b", "r2"));
    machine.write(
      "answers/docker-logs.sh",
      `for last in "$@"; do :; done
       cp "${machine.root}/next" "${machine.root}/answers/docker-ps"
       if [ "$last" = 1 ]; then cat "${machine.root}/one"; else cat "${machine.root}/other"; fi; exit 0`,
    );
    assert.deepEqual(await logged({ follow: true }), ["api-1a | old", "api-1b | new"]);
  });

  it("says when the engine goes away meanwhile", async () => {
    machine.docker("ps", [copy("1", "api-1a")].join("\n"));
    machine.write("answers/docker-logs.sh", 'echo "error during connect: EOF" >&2; exit 1');
    await assert.rejects(logged({ follow: true }), {
      name: "Problem",
      message:
        'logs: notes-staging-api-1a on app1 cannot be read further, got "error during connect: EOF"; run the command again, with --since for what was missed',
    });
  });

  it("refuses to print what secrets cannot be blanked out of", async () => {
    machine.write("answers/docker-cp.sh", "exit 1");
    await assert.rejects(logged(), {
      name: "Problem",
      message:
        "logs: the secrets of notes-staging-api-1b have to be known, to be blanked out of what notes-staging printed, got none; run the command again",
    });
  });

  it("opens a shell or runs a program in a copy, and ends with its exit code (002-581)", async () => {
    machine.docker("exec", "", 3);
    assert.equal(await exec({ stack: "staging", part: "api" }, progress, machine.project), 3);
    const command = ["alembic", "current"];
    assert.equal(await exec({ stack: "staging", part: "api", command }, progress, machine.project), 3);
    assert.deepEqual(machine.calls, [
      'docker exec --interactive 1 sh -c exec "$(command -v bash || command -v sh)"',
      "docker exec --interactive 1 alembic current",
    ]);
  });

  it("opens psql, which changes production only when it is told so", async () => {
    machine.docker("exec", "");
    const args = ["-c", "select 1"];
    const staging = machine.project;
    await psql({ stack: "staging", args }, progress, staging);
    const words = `sh -ec ${asOwner} sh notes_staging -c select 1`;
    assert.deepEqual(machine.calls, [`docker exec --interactive 3 ${words}`]);

    const production = await PlayedHost.ofProduction(machine, dirname(lookFolderOf("x")));
    try {
      await psql({ stack: "production", args }, progress, machine.project);
      await psql({ stack: "production", write: true, args }, progress, machine.project);
    } finally {
      await production.stop();
    }
    const there = words.replaceAll("staging", "production");
    assert.deepEqual(machine.calls.slice(1), [
      `docker exec --interactive --env PGOPTIONS=-c default_transaction_read_only=on 3 ${there}`,
      `docker exec --interactive 3 ${there}`,
    ]);
  });

  it("refuses what is not there, with what to do", async () => {
    const shell = (part: string, stack = "staging") => exec({ stack, part }, progress, machine.project);
    await assert.rejects(shell("apo"), {
      message: 'service: no such service of notes, got "apo"; did you mean "api"',
    });
    await assert.rejects(shell("web"), {
      message:
        "web: has to have a container in staging, got none; npx towpath status --stack staging says what runs there",
    });
    machine.docker("ps", copy("1", "api-1a", "r1", "exited"));
    await assert.rejects(shell("api"), {
      message:
        "api: its container has to run in staging, got exited; see why with npx towpath logs --stack staging api",
    });
    machine.docker("ps", "");
    await assert.rejects(shell("api"), {
      message:
        "staging: notes-staging is not on its hosts, got no container of it; release it with npm run pulumi -- up --stack staging",
    });
    await assert.rejects(shell("api", "ci"), {
      message: '--stack: expected a stack with hosts, got "ci"; take staging, production or host-<name>',
    });
  });
});
