import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { listPublished } from "../../../../cli/docker/published.ts";
import { choosePort, isFree, reservePort, type PortChoice } from "../../../../cli/on-this-machine/ports.ts";
import { run } from "../../../../cli/process/run.ts";
import { fakeRun } from "../fake-run.ts";

describe("the port of an environment", () => {
  const choice: PortChoice = {
    namespace: "notes-local",
    before: undefined,
    published: [],
    wanted: [],
    isFree: () => Promise.resolve(true),
    reserve: () => true,
  };
  const other = { namespace: "notes-other", part: "postgres", ports: [8080] };

  it("is the first free one", async () => {
    assert.equal(await choosePort(choice), 8080);
    assert.equal(await choosePort({ ...choice, published: [other] }), 8081);
    assert.equal(
      await choosePort({ ...choice, published: [other], isFree: (port) => Promise.resolve(port > 8081) }),
      8082,
    );
    assert.equal(await choosePort({ ...choice, published: [other], reserve: (port) => port !== 8081 }), 8082);
  });

  it("stays the one that it has, in the state or on the engine", async () => {
    assert.equal(await choosePort({ ...choice, before: 8085, published: [other] }), 8085);
    const own = { namespace: "notes-local", part: "gateway", ports: [5174, 8083], gatewayPort: 8083 };
    assert.equal(await choosePort({ ...choice, published: [other, own] }), 8083);
  });

  it("is none that the environment's settings ask for", async () => {
    assert.equal(await choosePort({ ...choice, wanted: [8080, 8081] }), 8082);
  });

  it("is not tested by listening when another run has just chosen it, because that run would find it taken", async () => {
    const tried: number[] = [];
    const isFree = (port: number): Promise<boolean> => {
      tried.push(port);
      return Promise.resolve(true);
    };
    assert.equal(await choosePort({ ...choice, isFree, reserve: (port) => port > 8080 }), 8081);
    assert.deepEqual(tried, [8081]);
  });

  it("is reported as missing when all are taken", async () => {
    await assert.rejects(choosePort({ ...choice, isFree: () => Promise.resolve(false) }), {
      name: "Problem",
      message:
        "towpath:port: every port from 8080 on is taken, got none that is free; stop what you do not need",
    });
  });

  it("is never another program's, on IPv4 or IPv6", async () => {
    const hosts = ["127.0.0.1", "::1"].filter((host) =>
      Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === host)),
    );
    for (const host of hosts) {
      const server = createServer().listen(0, host);
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      assert.equal(await isFree(port), false, host);
      server.close();
      await once(server, "close");
      assert.equal(await isFree(port), true, host);
    }
  });

  it("avoids those of all environments, even of stopped ones", async () => {
    const { run: docker, calls } = fakeRun({
      "docker ps": { stdout: "1\n2\n" },
      // As it ends when one was removed meanwhile.
      "docker container inspect": {
        code: 1,
        stdout:
          "notes-a\tgateway\t5174/tcp=5174 8080/tcp=8081 8080/tcp=8081 \n" +
          "notes-b\tredis\t\nnotes-b\tpostgres\t5432/tcp=5433 \n",
        stderr: "no such",
      },
    });
    assert.deepEqual(await listPublished(docker), [
      { namespace: "notes-a", part: "gateway", ports: [5174, 8081], gatewayPort: 8081 },
      { namespace: "notes-b", part: "postgres", ports: [5433] },
    ]);
    assert.equal(calls[0], "docker ps --all --quiet --filter label=towpath.namespace");
    assert.deepEqual(await listPublished(fakeRun({ "docker ps": {} }).run), []);
  });

  describe("that is reserved", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "towpath-ports-"));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it("belongs to one process until that process ends", async () => {
      const reserve = `import { reservePort } from "./cli/on-this-machine/ports.ts"; console.log(reservePort(8080, ${JSON.stringify(folder)}))`;
      const elsewhere = async (): Promise<string> =>
        (await run(process.execPath, ["--input-type=module", "-e", reserve])).stdout;
      assert.equal(await elsewhere(), "true\n");
      assert.equal(existsSync(join(folder, "8080")), false);
      assert.equal(reservePort(8080, folder), true);
      assert.equal(readFileSync(join(folder, "8080"), "utf8"), String(process.pid));
      assert.equal(await elsewhere(), "false\n");
    }).timeout(30_000);

    it("is free again when its process was killed", async () => {
      const { stdout } = await run("sh", ["-c", "echo $$"]);
      writeFileSync(join(folder, "8080"), stdout.trim());
      assert.equal(reservePort(8080, folder), true);
    });
  });
});
