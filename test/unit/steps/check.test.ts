/**
 * A check as the program that the checks' stack runs, with a fake `docker` that plays what an engine would say.
 *
 * It cannot prove what a container leaves and an engine copies: test/e2e does.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckResult } from "../../../components/ci/result.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";
import type { CheckInput } from "../../../components/contract/check.ts";

/** Made by the first check that runs. */
const reports = join(tmpdir(), `towpath-checks-${process.pid}`);

const input: Omit<CheckInput, "name"> = {
  image: "sha256:0123456789ab",
  network: "notes-ci",
  command: ["pytest", "-q"],
  environment: { TOWPATH_ENVIRONMENT: "ci" },
  variables: {},
  files: {},
  labels: { "towpath.part": "check" },
  timeoutSeconds: 20,
  artifacts: [],
  reports,
};

const create = "create --network notes-ci --env TOWPATH_ENVIRONMENT=ci --label towpath.part=check";
const run = [
  `${create} sha256:0123456789ab pytest -q`,
  "start new",
  "wait new",
  "logs new",
  "rm --force --volumes new",
];

/** The check of that name while `docker` plays these answers; what they leave out goes well. */
function checking(name: string, answers: string, change: Partial<CheckInput> = {}): Scene {
  return {
    program: "check",
    input: { ...input, ...change, name },
    script: `case "$*" in ${answers}
      create*) echo new ;;
      wait*) echo 0 ;;
      "logs new") printf 'collected 3 items\\n3 passed\\n' ;;
      "logs --tail 20 new") echo "1 failed, 2 passed" ;;
    esac`,
  };
}

function resultOf(name: string): Omit<CheckResult, "seconds"> {
  const { seconds, ...result } = JSON.parse(read(name, "result.json")) as CheckResult;
  assert.ok(seconds >= 0);
  return result;
}

function read(name: string, file: string): string {
  return readFileSync(join(reports, name, file), "utf8");
}

/** A check that leaves this report, and has to reach 80 %. */
function covering(name: string, report: string): Scene {
  return checking(name, `"cp new:/"*) printf '%s' '${report}' >"$3" ;;`, {
    artifacts: ["/app/coverage.xml"],
    coverage: { file: "/app/coverage.xml", threshold: 80 },
  });
}

describe("a check", function () {
  this.timeout(60_000);
  after(() => {
    rmSync(reports, { recursive: true, force: true });
  });

  scene("runs in a container of its own, and keeps all of its output", checking("good", ""), (played) => {
    assert.deepEqual(receiptOf(played), { check: "good" });
    assert.deepEqual(typed(played.calls), run);
    assert.equal(read("good", "output.log"), "collected 3 items\n3 passed\n");
    assert.deepEqual(resultOf("good"), { outcome: "passed" });
  });

  scene(
    "fails by its exit code, with its last log lines, and still leaves its reports",
    checking("bad", `wait*) echo 2 ;; "cp new:/"*) echo '<suite/>' >"$3" ;;`, {
      artifacts: ["/app/junit.xml"],
    }),
    (played) => {
      const problem = 'checks.bad: "pytest -q" has to end with 0, got exit code 2';
      const log = "  | 1 failed, 2 passed";
      assert.deepEqual(failureOf(played), [`${problem}; its last log lines:`, log]);
      assert.deepEqual(resultOf("bad"), { outcome: "failed", problem, log });
      assert.equal(read("bad", "junit.xml"), "<suite/>\n");
      assert.equal(typed(played.calls).at(-1), "rm --force --volumes new");
    },
  );

  scene(
    "is stopped when its time is up",
    checking("slow", "wait*) exec sleep 20 ;;", { timeoutSeconds: 0.3 }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'checks.slow: "pytest -q" did not end within 0.3 s and was stopped; mend what hangs, or raise timeoutSeconds; its last log lines:',
        "  | 1 failed, 2 passed",
      ]);
      assert.ok(typed(played.calls).includes("stop --time 0 new"));
    },
  );

  scene(
    "has to leave the artifacts that it declares",
    checking(
      "forgetful",
      `"cp new:/app/a "*) echo a >"$3" ;;
      "cp new:/app/b "*) refuse "Error response from daemon: Could not find the file /app/b in container new" ;;
      "cp new:/app/c "*) refuse "Error: No such container:path: new:/app/c" ;;`,
      { artifacts: ["/app/a", "/app/b", "/app/c"] },
    ),
    (played) => {
      const problem =
        'checks.forgetful.artifacts: the check ended with 0 and did not leave "/app/b", "/app/c"; ' +
        "write it there, or remove it from the check's artifacts and coverage";
      const log = "  | 1 failed, 2 passed";
      assert.deepEqual(failureOf(played), [`${problem}; its last log lines:`, log]);
      assert.deepEqual(resultOf("forgetful"), { outcome: "failed", problem, log });
      assert.equal(read("forgetful", "a"), "a\n");
    },
  );

  scene(
    "leaves none of its secrets in the text among its artifacts, and other files unchanged",
    checking(
      "telling",
      String.raw`"cp new:/app/junit.xml "*) echo '<failure>no login at postgres://notes:p%40ss-word@db/notes</failure>' >"$3" ;;
      "cp new:/app/site "*)
        mkdir -p "$3/below"
        printf 'caf\351 p@ss-word\r\n' >"$3/below/page.html"
        chmod 400 "$3/below/page.html"
        printf 'p@ss-word\0' >"$3/trace.bin"
        printf 'caf\303\251 nothing' >"$3/plain.css"
        ln -s /etc/hostname "$3/link.txt"
        mkdir "$3.beside"
        printf 'p@ss-word' >"$3.beside/page.html"
        ln -s ../site.beside "$3/folder"
        ;;`,
      {
        files: { DATABASE_URL: "postgres://notes:p%40ss-word@db/notes" },
        artifacts: ["/app/junit.xml", "/app/site"],
      },
    ),
    (played) => {
      receiptOf(played);
      assert.equal(read("telling", "junit.xml"), "<failure>no login at ***</failure>\n");
      const site = join(reports, "telling", "site");
      const bytes = (file: string): string => readFileSync(join(site, file), "latin1");
      assert.equal(bytes("below/page.html"), "caf\u00e9 ***\r\n");
      assert.equal(bytes("trace.bin"), "p@ss-word\0");
      assert.equal(readFileSync(join(site, "plain.css"), "utf8"), "caf\u00e9 nothing");
      assert.equal(readlinkSync(join(site, "link.txt")), "/etc/hostname");
      assert.equal(bytes("folder/page.html"), "p@ss-word", "a link was followed out of the artifact");
    },
  );

  scene(
    "is not blamed when the engine refuses the container",
    checking("unlucky", `"cp new:/"*) refuse "write /reports: permission denied" ;;`, {
      artifacts: ["/app/a"],
    }),
    (played) => {
      const problem = "docker cp: write /reports: permission denied";
      assert.deepEqual(failureOf(played), [problem]);
      assert.deepEqual(resultOf("unlucky"), { outcome: "failed", problem });
      assert.equal(typed(played.calls).at(-1), "rm --force --volumes new");
    },
  );

  scene(
    "first gets an empty database of its own, if it is to have one",
    checking("data", "", {
      database: {
        server: { container: "notes-ci-postgres", administrator: "postgres" },
        name: "notes-ci-data",
        owner: "notes",
      },
    }),
    (played) => {
      receiptOf(played);
      const psql = "psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname postgres";
      assert.deepEqual(typed(played.calls), [`exec -i notes-ci-postgres ${psql}`, ...run]);
      assert.equal(played.calls[0]?.input.toString(), 'CREATE DATABASE "notes-ci-data" OWNER "notes";\n');
    },
  );

  scene(
    "does not begin when there is no database for it",
    checking("homeless", `exec*) refuse 'ERROR:  role "notes" does not exist' 3 ;;`, {
      database: { server: { container: "db", administrator: "postgres" }, name: "n", owner: "notes" },
    }),
    (played) => {
      const problem = 'docker exec: ERROR:  role "notes" does not exist';
      assert.deepEqual(failureOf(played), [problem]);
      assert.deepEqual(resultOf("homeless"), { outcome: "failed", problem });
      assert.equal(played.calls.length, 1);
      assert.ok(!existsSync(join(reports, "homeless", "output.log")));
    },
  );

  describe("that has to reach a coverage", () => {
    scene(
      "reports the coverage when it is reached",
      covering("covered", `<coverage lines-covered="8" lines-valid="10" line-rate="0.8"></coverage>`),
      (played) => {
        assert.deepEqual(receiptOf(played), { check: "covered", coverage: 80 });
        assert.deepEqual(resultOf("covered"), { outcome: "passed", coverage: 80 });
      },
    );

    scene(
      "fails when the coverage is too low, however near",
      covering("bare", `<coverage lines-covered="7999" lines-valid="10000" line-rate="0.8"></coverage>`),
      (played) => {
        const problem =
          "checks.bare.coverage: expected at least 80 % of the lines to be covered, got 79.9 %; test more, or lower the threshold";
        assert.deepEqual(failureOf(played), [problem]);
        assert.deepEqual(resultOf("bare"), { outcome: "failed", problem });
      },
    );

    scene("requires a report that can be read", covering("odd", `{"totals":{"percent":91}}`), (played) => {
      assert.deepEqual(failureOf(played), [
        String.raw`checks.odd.coverage.file: expected a report in the form of Cobertura, got "{\"totals\":{\"percent\":91}}"; write one, for example with pytest --cov-report=xml`,
      ]);
    });
  });
});
