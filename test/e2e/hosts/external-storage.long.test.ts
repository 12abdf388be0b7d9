/** Staging with an S3 storage that is not Towpath's, and its bucket: a server that is there already. */
import assert from "node:assert/strict";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { until } from "../../support/until.ts";

/** Letters that have to be encoded in a URL, and quoted in a shell. */
const secretKey = "s/cr+t'=0123456789abcdef";
const port = 7171;

/** Writes a note with an attachment, as the front end does, and prints its id. */
const writing = `
import json, urllib.request as web
api = "http://127.0.0.1:8000/api/notes"
def post(url, kind, body):
    return json.load(web.urlopen(web.Request(url, body, {"content-type": kind}), timeout=10))
note = post(api, "application/json", json.dumps({"title": "kept elsewhere", "body": ""}).encode())["id"]
part = b'--b\\r\\ncontent-disposition: form-data; name="file"; filename="a.txt"\\r\\n\\r\\nfar away\\r\\n--b--\\r\\n'
post(f"{api}/{note}/attachment", "multipart/form-data; boundary=b", part)
print(note)
`;

describe("an external object storage", () => {
  let host: TestHost;
  let released: ReleasedProject;

  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host });
    const server = ["run", "--detach", "--name", "managed", "--publish", `${port}:7070`];
    const keys = ["--env", "ROOT_ACCESS_KEY=AKIA1", "--env", `ROOT_SECRET_KEY=${secretKey}`];
    const image = `${released.registry.imageMirror}/versity/versitygw:v1.8.0`;
    await host.docker(...server, ...keys, image, "--port", ":7070", "--health", "/health", "posix", "/tmp");
    const health = ["exec", "managed", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:7070/health"];
    await until("the storage", 60, () => host.docker(...health));
    await released.publish();
  });
  after(async () => {
    await released.remove();
    await handBack(host);
  });

  function configure(more: object = {}): void {
    released.configure("staging", {
      commit: released.commit,
      secrets: { JWT_SECRET: { source: "generated", length: 32 }, S3_URL: { source: "environment" } },
      objectStorage: { external: { url: "S3_URL" }, buckets: { files: "acme-files" }, ...more },
    });
  }

  function url(key = secretKey, at = port): NodeJS.ProcessEnv {
    return { S3_URL: `http://AKIA1:${encodeURIComponent(key)}@${host.address}:${at}` };
  }

  async function refused(environment: NodeJS.ProcessEnv): Promise<string> {
    const { code, stdout, stderr } = await released.up("staging", environment);
    assert.notEqual(code, 0, stdout);
    assertHidden(stdout + stderr);
    return stdout + stderr;
  }

  function assertHidden(text: string): void {
    assert.ok(!text.includes(secretKey) && !text.includes(encodeURIComponent(secretKey)), text);
  }

  it("is refused before anything is made when it cannot be used, without a word of its keys", async () => {
    configure();
    const before = await host.footprint();
    assert.match(
      await refused(url()),
      /towpath:objectStorage\.buckets\.files: the bucket "acme-files" of http:\/\/[\d.]+:7171 has to be there and may be listed with the keys in the secret S3_URL, got 404 NoSuchBucket; make it, name another, or give the keys the right/,
    );
    assert.match(await refused(url("another-one")), /got 403 SignatureDoesNotMatch; make it/);
    assert.match(
      await refused(url(secretKey, 7172)),
      /towpath:objectStorage\.external\.url: the object storage http:\/\/[\d.]+:7172 does not answer app1, got "(?:nc: [^"]*Connection refused|no answer within 5 s)"; correct the secret S3_URL, or have the server let app1 in/,
    );
    assert.deepEqual(await host.footprint(), before);
  });

  it("has what users of a first release write, and there is no server of its own (000-39)", async () => {
    await host.docker("exec", "managed", "mkdir", "-p", "/tmp/acme-files");
    configure();
    const { code, stdout, stderr } = await released.up("staging", url());
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /object storage: acme-files of http:\/\/[\d.]+:7171/);

    const [api = ""] = await host.docker("ps", "--quiet", "--filter", "label=towpath.part=api");
    const [note = ""] = await host.docker("exec", api, "python", "-c", writing);
    const read = await released.ask("staging", `/api/notes/${note}/attachment`);
    assert.deepEqual([read.status, read.body], [200, "far away"]);
    assert.match(
      (await host.docker("exec", "managed", "find", "/tmp/acme-files", "-type", "f")).join(),
      /\S/,
    );

    const { containers, volumes } = await host.footprint();
    for (const name of [...containers, ...volumes]) assert.doesNotMatch(name, /object-storage/);
    assert.deepEqual((await released.record("staging")).external, ["objectStorage"]);
    const state = await released.run(["pulumi", "stack", "export", "--stack", "staging"]);
    const inspected = await host.script(
      "docker ps --all --quiet --filter label=towpath.namespace | xargs docker inspect",
    );
    for (const text of [stdout, inspected, state.stdout]) assertHidden(text);
  });

  it("is not left for an empty one of its own while there are users", async () => {
    configure();
    await released.release("staging", url());
    released.configure("staging", { commit: released.commit });
    assert.match(
      await refused({}),
      /towpath:objectStorage\.external: users' data is in an external object storage, got none, and an empty one would take its place; put external back, or move the data in maintenance/,
    );
  });
});
