/** Calls of the docker client for a host, with a fake one in its place; that a host answers is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerView } from "../../../components/host/docker-view.ts";
import { askDocker, pull } from "../../../components/host/host-engine.ts";
import { until } from "../../support/until.ts";
import { playing, typed } from "../steps/play.ts";

const connection = { host: "app1", folder: ".towpath/ssh/notes-production" };
const image = "docker.io/notes/api@sha256:new";

describe("a call of the docker client for a host", function () {
  this.timeout(20_000);

  it("goes to that host, whatever a person's own environment sets", async () => {
    process.env.DOCKER_CONTEXT = "elsewhere";
    try {
      const { result, calls } = await playing("echo 5", () => askDocker(connection, ["ps"]));
      assert.deepEqual(result, { succeeded: true, exitCode: 0, stdout: "5", stderr: "" });
      assert.deepEqual(calls[0]?.environment.match(/^DOCKER_(?:HOST|CONTEXT)=.*$/gm), [
        "DOCKER_HOST=unix://.towpath/ssh/notes-production/app1.sock",
      ]);
    } finally {
      delete process.env.DOCKER_CONTEXT;
    }
  });

  it("returns the client's message about a failure", async () => {
    const { result } = await playing('refuse "No such volume"', () => askDocker(connection, ["volume"]));
    assert.deepEqual(result, { succeeded: false, exitCode: 1, stdout: "", stderr: "No such volume" });
  });

  it("reports that there was no answer in time", async () => {
    const { result } = await playing("exec sleep 20", () => askDocker(connection, ["ps"], 0.3));
    assert.deepEqual(result, { succeeded: false, stdout: "", stderr: "no answer within 0.3 s" });
  });

  it("does not mistake a cut connection for the command's own failure", async () => {
    const { result } = await playing(
      'refuse "error during connect: Get http://docker/v1.41/containers/json: EOF"',
      () => askDocker(connection, ["ps"]).catch((error: unknown) => (error as Error).message),
    );
    assert.equal(
      result,
      "towpath:hosts.app1: the connection was lost while the plan was made, got no answer from its Docker engine; " +
        "nothing was changed, run the command again",
    );
  });
});

describe("a question that a script on a host asks", function () {
  this.timeout(20_000);

  const limits = { memory: 1024, pids: 8, remedy: "" };
  const asking = { image, script: "cat >/tmp/it; ask", input: "password=open-sesame", limits };
  const ask = (): ReturnType<ReturnType<typeof dockerView>["ask"]> => dockerView(connection).ask(asking);

  it("gets its secrets on standard input, and has no rights", async () => {
    const { result, calls } = await playing(`case "$1" in run) echo 15 ;; esac`, ask);
    assert.deepEqual(result, { printed: "15" });
    const [, asked] = calls;
    assert.equal(asked?.input.toString(), "password=open-sesame");
    assert.match(
      asked.args.join(" "),
      /^run --rm --interactive --name towpath-ask-[0-9a-f]{8} --cap-drop ALL --security-opt no-new-privileges --memory 1024 --memory-swap 1024 --pids-limit 8 --tmpfs \/tmp:exec,size=512 --entrypoint sh docker\.io\/notes\/api@sha256:new -c cat >\/tmp\/it; ask$/,
    );
  });

  it("reports why there is no answer, and leaves nothing that goes on", async () => {
    const { result, calls } = await playing(`case "$1" in run) refuse "no way there" ;; esac`, ask);
    assert.deepEqual(result, { problem: "no way there" });
    assert.match(typed(calls).at(-1) ?? "", /^rm --force towpath-ask-[0-9a-f]{8}$/);
    const without = await playing(`refuse "manifest unknown"`, ask);
    assert.deepEqual(without.result, { problem: "no image: manifest unknown" });
  });
});

describe("an image that a host needs", function () {
  this.timeout(20_000);

  it("is not pulled when it is there", async () => {
    const { result, calls } = await playing("", () => pull(connection, image, undefined));
    assert.equal(result, undefined);
    assert.deepEqual(typed(calls), [`image inspect --format - ${image}`]);
  });

  it("is pulled without signing in when there is no account, and the error is reported", async () => {
    const { result, calls } = await playing(
      `case "$1" in image) refuse "No such image" ;; *) refuse "manifest unknown" ;; esac`,
      () => pull(connection, image, undefined),
    );
    assert.equal(result, "manifest unknown");
    assert.equal(typed(calls)[1], `pull --quiet ${image}`);
  });

  it("is pulled with an account that the client asks for, with the password in no file or command line", async () => {
    const account = { address: "docker.io", user: "ship", password: 'open "sesame"' };
    const { result, calls } = await playing(
      `case "$1" in
      image) refuse "No such image" ;;
      *)
        helper="docker-credential-$(sed 's/.*: "\\(.*\\)".*/\\1/' "$DOCKER_CONFIG/config.json")"
        printf https://index.docker.io/v1/ | "$helper" get >&2
        refuse "$(printf ghcr.io | "$helper" get)"
        ;;
      esac`,
      () => pull(connection, image, account),
    );
    const [login, other] = result?.split("\n") ?? [];
    assert.deepEqual(JSON.parse(login ?? ""), {
      ServerURL: "https://index.docker.io/v1/",
      Username: "ship",
      Secret: 'open "sesame"',
    });
    assert.equal(other, "credentials not found in native keychain");
    assert.equal(typed(calls)[1], `pull --quiet ${image}`);
  });

  it("leaves no file with the password when its process is killed during the pull", async () => {
    const folder = mkdtempSync(join(tmpdir(), "towpath-killed-"));
    const script = `case "$1" in image) refuse "No such image" ;; *) exec sleep 60 ;; esac`;
    const program = `
      import { pull } from "./components/host/host-engine.ts";
      await pull(${JSON.stringify(connection)}, "${image}", { address: "ghcr.io", user: "ship", password: "open-sesame" });`;
    const { result } = await playing(script, async () => {
      const node = ["--input-type=module", "--eval", program];
      const child = execa(process.execPath, node, { env: { TMPDIR: folder }, reject: false, detached: true });
      const pulling = join(process.env.FAKE_DOCKER ?? "", "2.told/environment");
      try {
        await until("the pull", 10, () => (existsSync(pulling) ? true : undefined));
        child.kill("SIGKILL");
        await child;
        const own = /^DOCKER_CONFIG=(.*)$/m.exec(readFileSync(pulling, "utf8"))?.[1];
        return [folder, ...(own === undefined ? [] : [own])].flatMap(textsBelow);
      } finally {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
        rmSync(folder, { recursive: true });
      }
    });
    const secrets = ["open-sesame", Buffer.from("ship:open-sesame").toString("base64")];
    assert.ok(result.length > 0);
    assert.deepEqual(
      result.filter((text) => secrets.some((secret) => text.includes(secret))),
      [],
    );
  });
});

/** Returns the contents of the files in a folder and below it. */
function textsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}
