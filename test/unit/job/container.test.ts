/** What a job's container is asked to be, and what is read of it. That the engine does it is proved in test/e2e. */
import assert from "node:assert/strict";
import { extract } from "tar-stream";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Inspected } from "../../../components/host/program/like.mjs";
import { containerLike } from "../../../components/job/program/like-copy.mjs";
import { keptLines, textIn } from "../../../components/job/program/printed.mjs";
import { archiveOf, textsIn } from "../../../components/job/program/tar.mjs";

const copy: Inspected = {
  Image: "sha256:0123",
  Config: {
    Env: ["LOG_LEVEL=info", "TOWPATH_RELEASE=0123"],
    User: "10001:10001",
    WorkingDir: "/app",
    Entrypoint: ["/entry", "--"],
    StopSignal: "SIGINT",
  },
  HostConfig: {
    ReadonlyRootfs: true,
    Init: null,
    Tmpfs: { "/tmp": "", "/cache": "" },
    ShmSize: 67108864,
    Ulimits: null,
    ExtraHosts: ["legacy.internal:10.0.0.7"],
    CapAdd: null,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges:true"],
    Memory: 268435456,
    NanoCpus: 2e9,
    PidsLimit: 256,
  },
  NetworkSettings: { Networks: { "notes-staging": {} } },
  Mounts: [
    { Type: "volume", Name: "uploads", Source: "/v", Destination: "/app/uploads", RW: true },
    { Type: "volume", Name: "secrets-1a", Source: "/v", Destination: "/run/secrets", RW: false },
    { Type: "bind", Source: "/v/KEY", Destination: "/etc/key", RW: false },
    { Type: "tmpfs", Source: "", Destination: "/tmp", RW: true },
  ],
};

describe("the container of a job with a schedule", () => {
  it("is like the copy that users get, with its own command, and its own volume for secrets", () => {
    const labels = { "towpath.part": "job-cleanup" };
    assert.deepEqual(containerLike(copy, { command: ["clean", "up"], labels }), {
      Image: "sha256:0123",
      Entrypoint: ["/entry"],
      Cmd: ["--", "clean", "up"],
      Env: ["LOG_LEVEL=info", "TOWPATH_RELEASE=0123"],
      User: "10001:10001",
      WorkingDir: "/app",
      StopSignal: "SIGINT",
      Healthcheck: { Test: ["NONE"] },
      Labels: labels,
      HostConfig: {
        NetworkMode: "notes-staging",
        ReadonlyRootfs: true,
        Init: null,
        ShmSize: 67108864,
        Ulimits: null,
        ExtraHosts: ["legacy.internal:10.0.0.7"],
        CapAdd: null,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
        LogConfig: undefined,
        NanoCpus: 2e9,
        Memory: 268435456,
        MemorySwap: 268435456,
        PidsLimit: 256,
        Tmpfs: { "/cache": "", "/tmp": "exec,size=134217728" },
        Mounts: [
          { Type: "volume", Source: "uploads", Target: "/app/uploads", ReadOnly: false },
          { Type: "volume", Target: "/run/secrets" },
          { Type: "bind", Source: "/v/KEY", Target: "/etc/key", ReadOnly: true },
        ],
      },
    });
  });

  it("has its secrets by an archive, which other programs read, too", async () => {
    const long = `run/secrets/${"A".repeat(100)}`;
    const texts = { "run/secrets/KEY": "ä\n", [long]: "x".repeat(1000), empty: "" };
    const archive = archiveOf(texts);
    assert.deepEqual(textsIn(archive), { KEY: "ä\n", [long.slice(12)]: "x".repeat(1000), empty: "" });
    const read: Record<string, string> = {};
    for await (const entry of Readable.from([archive]).pipe(extract())) {
      assert.equal(entry.header.mode, 0o444);
      read[entry.header.name] = await text(entry);
    }
    assert.deepEqual(read, texts);
  });

  it("is told of by the last lines that it printed, on both streams", () => {
    const frame = (stream: number, said: string): Buffer => {
      const header = Buffer.alloc(8);
      header[0] = stream;
      header.writeUInt32BE(Buffer.byteLength(said), 4);
      return Buffer.concat([header, Buffer.from(said)]);
    };
    const said = textIn(Buffer.concat([frame(1, "one\r\n"), frame(2, "zwö\n"), frame(1, "")]));
    assert.equal(said, "one\nzwö\n");
    assert.deepEqual(keptLines(said), ["one", "zwö"]);
    assert.deepEqual(keptLines("\n"), []);
    assert.deepEqual(
      keptLines(Array.from({ length: 30 }, (_, line) => String(line)).join("\n")).slice(0, 1),
      ["10"],
    );
    assert.equal(keptLines("x".repeat(9000))[0]?.length, 501);
  });
});
