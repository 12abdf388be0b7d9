/** The questions to a host's engine before anything is made; that it answers so is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { postgresVersionOf, printingOn } from "../../../components/migration/look-at-data.ts";
import { printedBy } from "../../../components/host/isolated-run.ts";
import { dockerView } from "../../../components/host/docker-view.ts";
import { limitsFromSettings } from "../../../components/host/run-limits.ts";
import { playing, typed } from "../steps/play.ts";

const connection = { host: "app1", folder: ".towpath/ssh/notes-production" };
const image = "registry.example/notes/api@sha256:new";
const limits = limitsFromSettings({ memory: 256 * 1024 ** 2, pids: 64 });
const limited = "--memory 268435456 --memory-swap 268435456 --pids-limit 64 --tmpfs /tmp:exec,size=134217728";
const account = { address: "registry.example", user: "ship", password: "open-sesame" };

describe("the output of an image's command on a host", function () {
  this.timeout(20_000);

  const print = (answers: string, who: typeof account | undefined = account) =>
    playing(`case "$*" in ${answers} esac`, () =>
      printingOn(dockerView(connection, who), limits)(image, ["list", "0004"], { LOG_LEVEL: "info" }),
    );

  it("comes from a container that reaches nothing and keeps nothing", async () => {
    const { result, calls } = await print("run*) echo 0005 ;;");
    assert.deepEqual(result, { printed: "0005" });
    const [inspect, run] = typed(calls);
    assert.equal(inspect, `image inspect --format - ${image}`);
    assert.match(
      run ?? "",
      /^run --rm --name towpath-look-[0-9a-f]{8} --network none --cap-drop ALL --security-opt no-new-privileges --memory .* --env LOG_LEVEL=info --entrypoint list registry\.example\/notes\/api@sha256:new 0004$/,
    );
    assert.ok(run?.includes(` ${limited} `), run);
    assert.match(
      calls[0]?.environment ?? "",
      /^DOCKER_HOST=unix:\/\/\.towpath\/ssh\/notes-production\/app1\.sock$/m,
    );
  });

  it("requires the image, which is pulled with an account whose password is not shown", async () => {
    const { result, calls } = await print(
      `"image inspect"*) refuse "No such image" ;;
      pull*) [ -f "$DOCKER_CONFIG/config.json" ] || refuse "no login" ;; run*) echo 0005 ;;`,
    );
    assert.deepEqual(result, { printed: "0005" });
    assert.equal(typed(calls)[1], `pull --quiet ${image}`);
    assert.doesNotMatch(typed(calls).join("\n"), /sesame/);
  });

  it("is replaced by a problem when there is no image, or its command fails", async () => {
    const absent = await print(`"image inspect"*) refuse "No such image" ;; pull*) refuse "denied" ;;`);
    assert.deepEqual(absent.result, { problem: "no image: denied" });
    const failing = await print(`run*) printf 'a trace\\nno such revision\\n' >&2; exit 1 ;;`, undefined);
    assert.deepEqual(failing.result, { problem: '"list 0004" failing with: no such revision' });
    assert.match(typed(failing.calls).at(-1) ?? "", /^rm --force towpath-look-/);
  });

  it("comes through the image's entrypoint only when the command does not run without it", async () => {
    const { result, calls } = await print(
      `*--entrypoint*) refuse "exec: list: executable file not found in \\$PATH" 127 ;; run*) echo 0005 ;;`,
      undefined,
    );
    assert.deepEqual(result, { printed: "0005" });
    assert.match(typed(calls).at(-1) ?? "", /registry\.example\/notes\/api@sha256:new list 0004$/);
  });

  it("reports the command's own error, not that of an entrypoint that waited for a database", async () => {
    const { result } = await print(
      `*--entrypoint*) refuse "no such revision" ;; run*) refuse "db is not there" ;;`,
      undefined,
    );
    assert.deepEqual(result, { problem: '"list 0004" failing with: no such revision' });
    const other = await print(
      `*--entrypoint*) refuse "exec: list: executable file not found" 127 ;; run*) refuse "db is not there" ;;`,
      undefined,
    );
    assert.deepEqual(other.result, { problem: '"list 0004" failing with: db is not there' });
  });

  it("is replaced by a problem when the command does not end, and it is not run again", async () => {
    let times = 0;
    const hanging = await printedBy({ image, command: ["list"], environment: {}, limits }, () => {
      times++;
      return Promise.resolve({ succeeded: false, stdout: "", stderr: "no answer within 60 s" });
    });
    assert.deepEqual(hanging, { problem: '"list" failing with: no answer within 60 s' });
    assert.equal(times, 1);
  });
});

describe("the version of PostgreSQL that made a volume", function () {
  this.timeout(20_000);

  const version = async (answers: string, recorded = 15): Promise<number | undefined> =>
    (
      await playing(`case "$*" in ${answers} esac`, () =>
        postgresVersionOf(dockerView(connection), "notes-production-postgres", {
          ...{ recorded, limits },
          imageMirror: "docker.io",
        }),
      )
    ).result;

  it("is the one in the volume", async () => {
    assert.equal(await version("run*) echo 16 ;;"), 16);
  });

  it("is in a folder of its own from 18 on, and found there after a move by hand, too", async () => {
    const absent = `refuse "cat: can't open it: No such file or directory"`;
    const made = (folder: string, number: number): string =>
      folder === ""
        ? `*18/docker/PG_VERSION*) ${absent} ;; run*) echo ${number} ;;`
        : `*18/docker/PG_VERSION*) echo ${number} ;; run*) ${absent} ;;`;
    assert.equal(await version(made("18/docker", 18), 18), 18);
    assert.equal(await version(made("18/docker", 18), 17), 18);
    assert.equal(await version(made("", 17), 18), 17);
    assert.equal(await version(made("", 17), 17), 17);
  });

  it("is unknown for a volume that does not exist or is empty", async () => {
    assert.equal(await version(`"volume inspect"*) refuse "no such volume" ;;`), undefined);
    assert.equal(
      await version(`run*) refuse "cat: can't open '/data/PG_VERSION': No such file or directory" ;;`),
      undefined,
    );
  });

  it("is the recorded one when the volume cannot be read", async () => {
    assert.equal(await version(`run*) refuse "cannot pull" 125 ;;`), 15);
  });
});
