import assert from "node:assert/strict";
import { buildImages } from "../../../toolchain/images/build.mjs";
import { Container, assertUser, docker, eventually, once, removeAll, volume, prefix } from "./containers.ts";
import { send } from "./storage.ts";

describe("the mirror's Redis image", () => {
  const image = `${prefix}/library/redis:7`;

  before(() => buildImages({ images: ["redis"], prefix }));
  afterEach(removeAll);

  it("asks for its password, and does not run as root", async () => {
    const server = await Container.start(image, [], ["--requirepass", "secret"]);
    assert.equal(await eventually(() => server.shell("redis-cli --no-auth-warning -a secret ping")), "PONG");
    assert.match(await server.shell("redis-cli ping"), /NOAUTH Authentication required/);
    await assertUser(server, 999);
  });

  it("answers other containers without a password when none is set", async () => {
    const server = await Container.start(image);
    const address = await server.address();
    assert.equal(await eventually(() => once(image, `redis-cli -h ${address} set a 1`)), "OK");
  });

  it("leaves the password to a configuration file that sets one", async () => {
    const start =
      "printf 'protected-mode yes\\n' > /data/redis.conf; exec docker-entrypoint.sh /data/redis.conf --save ''";
    const server = await Container.start(image, [], ["sh", "-c", start]);
    assert.equal(
      await eventually(() => server.shell("redis-cli config get protected-mode")),
      "protected-mode\nyes",
    );
  });

  it("keeps its data when it is stopped, which takes seconds and succeeds", async () => {
    const options = ["--volume", `${await volume()}:/data`];
    const first = await Container.start(image, options, ["redis-server", "--appendonly", "yes"]);
    await eventually(() => first.shell("redis-cli set note kept"));
    const { seconds, exitCode } = await first.stop();
    assert.equal(exitCode, 0);
    assert.ok(seconds < 10, `stopped after ${seconds} s`);
    const second = await Container.start(image, options, ["redis-server", "--appendonly", "yes"]);
    assert.equal(await eventually(() => second.shell("redis-cli get note")), "kept");
  });

  it("runs other commands unchanged", async () => {
    assert.match(await docker("run", "--rm", image, "redis-server", "--version"), /^Redis server v=7\.0\./);
    assert.equal(await docker("run", "--rm", image, "id", "-u"), "0");
  });
});

describe("the mirror's Caddy image", () => {
  const image = `${prefix}/library/caddy:2.11.9`;

  before(() => buildImages({ images: ["caddy"], prefix }));
  afterEach(removeAll);

  /** Writes the file as a gateway's owner would, then asks for it. */
  function serve(server: Container, text: string): Promise<string> {
    return server.shell(
      `printf ':80 {\\n${text}\\n}\\n' > /etc/caddy/Caddyfile && caddy reload --config /etc/caddy/Caddyfile 2>&1`,
    );
  }

  it("serves its own page from the start, on the published port", async () => {
    const server = await Container.start(image, ["--publish", "127.0.0.1::80"]);
    const address = await docker("port", server.name, "80/tcp");
    const page = await eventually(async () =>
      (await fetch(`http://${address}/`, { signal: AbortSignal.timeout(5000) })).text(),
    );
    assert.match(page, /Caddy works/);
    assert.equal(await server.shell("caddy version"), "v2.11.9");
  });

  it("loads a valid file, and keeps its configuration when a file is not valid", async () => {
    const server = await Container.start(image);
    await eventually(() => server.shell("wget -q -O - http://localhost/"));
    await serve(server, "respond first");
    assert.equal(await server.shell("wget -q -O - http://localhost/"), "first");
    await assert.rejects(
      serve(server, "respond {"),
      /adapting config using caddyfile: .* at \/etc\/caddy\/Caddyfile:2/,
    );
    assert.equal(await server.shell("wget -q -O - http://localhost/"), "first");
  });

  it("opens port 80 as a user other than root", async () => {
    const options = ["--user", "1000", "--sysctl", "net.ipv4.ip_unprivileged_port_start=1024"];
    const places = ["--tmpfs", "/data:mode=1777", "--tmpfs", "/config:mode=1777"];
    const server = await Container.start(image, [...options, ...places]);
    await eventually(() => server.shell("wget -q -O - http://localhost/"));
    await assertUser(server, 1000);
  });

  it("has the tools that health checks use on Alpine", async () => {
    const server = await Container.start(image);
    await eventually(() => server.shell("nc -z localhost 80"));
    await assert.rejects(server.shell("nc -z -w 2 localhost 81"));
    await server.shell("wget --spider -q http://127.0.0.1:80/");
    await assert.rejects(server.shell("wget --spider -q http://127.0.0.1:80/nowhere"));
  });

  it("stops within seconds", async () => {
    const server = await Container.start(image);
    await eventually(() => server.shell("nc -z localhost 80"));
    const { seconds, exitCode } = await server.stop();
    assert.equal(exitCode, 0);
    assert.ok(seconds < 10, `stopped after ${seconds} s`);
  });
});

describe("the mirror's Versity Gateway image", () => {
  const image = `${prefix}/versity/versitygw:v1.8.0`;
  const environment = ["--env", "ROOT_ACCESS_KEY=towpath", "--env", "ROOT_SECRET_KEY=towpath-secret"];

  before(() => buildImages({ images: ["versitygw"], prefix }));
  afterEach(removeAll);

  it("creates a bucket and keeps an object in it, configured by variables", async () => {
    const place = await volume();
    const posix = [
      "--env",
      "VGW_BACKEND=posix",
      "--env",
      "VGW_BACKEND_ARG=/data",
      "--volume",
      `${place}:/data`,
    ];
    const first = await Container.start(image, [...environment, ...posix, "--publish", "127.0.0.1::7070"]);
    const files = await account(first);
    await eventually(() => send(files, "GET", "/"));
    assert.equal((await send(files, "PUT", "/files")).status, 200);
    assert.equal((await send(files, "PUT", "/files/note.txt", "kept")).status, 200);
    assert.equal((await send({ ...files, secret: "wrong" }, "GET", "/files/note.txt")).status, 403);
    const { seconds } = await first.stop();
    assert.ok(seconds < 10, `stopped after ${seconds} s`);

    const second = await Container.start(image, [...environment, ...posix, "--publish", "127.0.0.1::7070"]);
    const again = await account(second);
    const object = await eventually(() => send(again, "GET", "/files/note.txt"));
    assert.equal(await object.text(), "kept");
  });

  it("accepts a command line", async () => {
    const server = await Container.start(
      image,
      [...environment, "--tmpfs", "/data"],
      ["--health", "/health", "posix", "/data"],
    );
    assert.equal(await eventually(() => server.shell("wget -q -O - http://localhost:7070/health")), "OK");
    assert.match(await server.shell("versitygw --version"), /v1\.8\.0/);
  });

  it("reports that it does not know what to do", async () => {
    const server = await Container.start(image);
    assert.equal(await server.ended(), 1);
    assert.match(await server.logs(), /VGW_BACKEND is unset/);
  });

  async function account(server: Container) {
    const address = await docker("port", server.name, "7070/tcp");
    return { endpoint: `http://${address}`, key: "towpath", secret: "towpath-secret", region: "us-east-1" };
  }
});
