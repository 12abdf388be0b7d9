/** A job as the program that the command line runs, with a fake `docker` that plays what an engine would say. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunJobInput } from "../../../components/contract/run-job.ts";
import type { Inspected } from "../../../components/host/program/like.mjs";
import { likeArguments } from "../../../steps/machine/docker-like.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

/** A copy of a service where users are. */
const copy: Inspected = {
  Image: "sha256:0123456789ab",
  Config: {
    Env: ["PATH=/usr/bin", "LOG_LEVEL=info", "SMTP_PASSWORD=open-sesame", "TOWPATH_RELEASE=0123456789ab"],
    User: "10001:10001",
    WorkingDir: "/app",
    Entrypoint: null,
  },
  HostConfig: {
    ReadonlyRootfs: true,
    Init: null,
    Tmpfs: { "/tmp": "", "/cache": "" },
    ShmSize: 67108864,
    Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 1024 }],
    ExtraHosts: ["legacy.internal:10.0.0.7"],
    CapAdd: ["CAP_CHOWN"],
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges:true"],
    Memory: 268435456,
    NanoCpus: 500000000,
    PidsLimit: 64,
  },
  NetworkSettings: { Networks: { "notes-staging": {} } },
  Mounts: [
    { Type: "volume", Name: "notes-secrets", Source: "/var/lib", Destination: "/run/secrets", RW: false },
    { Type: "bind", Source: "/src/notes", Destination: "/app/notes", RW: true },
    { Type: "tmpfs", Source: "", Destination: "/cache", RW: true },
  ],
};

describe("a job", function () {
  this.timeout(60_000);

  const folder = mkdtempSync(join(tmpdir(), "towpath-job-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const input: RunJobInput = {
    job: "seed",
    like: "notes-staging-api-1a2b3c4",
    name: "notes-staging-job-seed",
    command: ["python", "-m", "notes.seed"],
    timeoutSeconds: 20,
    labels: { "towpath.namespace": "notes-staging", "towpath.part": "job-seed" },
    plainVariables: ["LOG_LEVEL"],
    logFile: join(folder, "job-seed.log"),
  };

  /** The job while `docker` plays these answers; what they leave out goes well. */
  function running(answers: string): Scene {
    const script = `case "$*" in ${answers}
      "container inspect ${input.like}") echo '${JSON.stringify([copy])}' ;;
      "image inspect"*) echo '["PATH=/usr/bin"]' ;;
      info*) echo 8589934592 ;;
      create*) echo new ;;
      wait*) echo 0 ;;
      logs*) echo "info: 3 notes with open-sesame" ;;
    esac`;
    return { program: "run-job", input, script };
  }

  scene("runs like a copy of its service, with no secret among the arguments", running(""), (played) => {
    assert.deepEqual(receiptOf(played), { log: "  | info: 3 notes with ***" });
    assert.equal(readFileSync(input.logFile, "utf8"), "info: 3 notes with ***\n");
    const calls = typed(played.calls);
    assert.deepEqual(
      calls.filter((call) => /^(ps|create|cp - |start|wait|rm)/.test(call)),
      [
        "ps --all --quiet --filter label=towpath.namespace=notes-staging --filter label=towpath.part=job-seed",
        "create --name notes-staging-job-seed --env LOG_LEVEL --env SMTP_PASSWORD --env TOWPATH_RELEASE " +
          `${likeArguments(copy).join(" ")} ` +
          "--memory 268435456 --memory-swap 268435456 --pids-limit 64 --tmpfs /tmp:exec,size=134217728 " +
          "--label towpath.namespace=notes-staging --label towpath.part=job-seed sha256:0123456789ab python -m notes.seed",
        "start new",
        "wait new",
        "rm --force --volumes new",
      ],
    );
    const created = played.calls.find(({ args }) => args[0] === "create");
    assert.match(created?.environment ?? "", /^SMTP_PASSWORD=open-sesame$/m);
  });

  scene("says its last log lines when it fails", running("wait*) echo 1 ;;"), (played) => {
    assert.deepEqual(failureOf(played), [
      `jobs.seed: "python -m notes.seed" ended with exit code 1; its last log lines, of all in ${input.logFile}:`,
      "  | info: 3 notes with ***",
    ]);
  });

  scene("does not run twice at once", running("ps*) echo old ;; wait*) sleep 1 ;;"), (played) => {
    assert.deepEqual(failureOf(played), [
      "jobs.seed: it runs already, and a job runs once at a time; wait until it is done",
    ]);
  });

  scene(
    "does not run twice at once when both have looked before",
    running(
      'create*) echo "Error response from daemon: Conflict. The container name \\"/notes-staging-job-seed\\" is already in use by container \\"0123\\"." >&2; exit 1 ;;',
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "jobs.seed: it runs already, and a job runs once at a time; wait until it is done",
      ]);
    },
  );

  it("has the rights, folders and limits of the copy", () => {
    assert.deepEqual(likeArguments(copy), [
      ...["--network", "notes-staging", "--no-healthcheck", "--user", "10001:10001", "--workdir", "/app"],
      ...["--read-only", "--shm-size", "67108864", "--cpus", "0.5", "--tmpfs", "/cache"],
      ...["--ulimit", "nofile=1024:1024", "--add-host", "legacy.internal:10.0.0.7"],
      ...["--cap-drop", "ALL", "--cap-add", "CAP_CHOWN", "--security-opt", "no-new-privileges:true"],
      ...["--mount", "type=volume,source=notes-secrets,target=/run/secrets,readonly"],
      ...["--mount", "type=bind,source=/src/notes,target=/app/notes"],
    ]);
    const { Config, HostConfig } = copy;
    const other = {
      ...copy,
      Config: { ...Config, Entrypoint: ["/entry.sh", "--plain"], User: "", WorkingDir: "" },
      HostConfig: {
        ...{ ReadonlyRootfs: false, Init: true },
        ...{ ShmSize: HostConfig.ShmSize, Memory: 0, NanoCpus: 0 },
      },
      NetworkSettings: { Networks: { "notes-local": {} } },
      Mounts: [],
    };
    assert.deepEqual(likeArguments(other), [
      ...["--network", "notes-local", "--no-healthcheck", "--entrypoint", "/entry.sh", "--init"],
      ...["--shm-size", "67108864"],
    ]);
  });
});
