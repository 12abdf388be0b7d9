/** What the docker client of a host says, read. That a real engine says it so: test/e2e/previews/sweep.test.ts. */
import assert from "node:assert/strict";
import { kindsOnHost, type PreviewHost } from "../../../../cli/sweep/on-host.ts";
import type { Kind, KindName } from "../../../../cli/sweep/thing.ts";
import { markOf } from "../../../../components/naming/run-mark.ts";
import { fakeRun, type Answers } from "../fake-run.ts";

const own = markOf({ who: "ci@runner", when: "2026-01-02 03:04", state: "s3://notes" });
const others = markOf({ who: "ci@runner", when: "2026-01-02 03:04", state: "s3://others" });

describe("what previews have on a host", () => {
  const noActivator = { "docker exec activator": { code: 1, stderr: "Error: No such container: activator" } };

  function on(answers: Answers): { kind: (name: KindName) => Kind; calls: string[]; sites: string[] } {
    const { run, calls } = fakeRun({ ...noActivator, ...answers });
    const sites: string[] = [];
    const host: PreviewHost = {
      ...{ name: "host-previews", run, application: "notes", state: "s3://notes", gateway: "gateway" },
      activator: "activator",
      images: "ghcr.io/octocat/notes",
      needed: () => Promise.resolve(new Set(["sha256:needed"])),
      removeSite(name) {
        sites.push(name);
        return Promise.resolve();
      },
    };
    const kinds = kindsOnHost(host);
    const kind = (name: KindName): Kind => kinds.find((one) => one.name === name) ?? assert.fail(name);
    return { kind, calls, sites };
  }

  it("is found by its labels, and its owner by the mark of the run that made it", async () => {
    const { kind, calls } = on({
      "docker ps": {
        stdout: [
          `1\tnotes-pr-12-redis\tnotes-pr-12\t${own}`,
          `2\tnotes-pr-13-redis\tnotes-pr-13\t${others}`,
          "3\tnotes-pr-12-admin-web-1a2b3c4\tnotes-pr-12-admin\t",
          "4\tnotes-staging-web\tnotes-staging\t",
          "",
        ].join("\n"),
      },
    });
    const containers = await kind("container").list();
    assert.deepEqual(
      containers.map(({ id, preview, pullRequest, owner }) => [id, preview, pullRequest, owner]),
      [
        ["1", "notes-pr-12", 12, "own"],
        ["2", "notes-pr-13", 13, "another"],
        ["3", "notes-pr-12-admin", 12, undefined],
      ],
    );
    assert.ok(
      calls[0]?.includes("--filter label=towpath.project=notes --filter label=towpath.environment=preview"),
    );
  });

  it("was last visited when the program says that wakes previews", async () => {
    const previews = [{ namespace: "notes-pr-12", active: Date.parse("2026-01-02T03:04:05Z") }];
    const { kind } = on({
      "docker ps": { stdout: `1\tone\tnotes-pr-12\t${own}\n2\ttwo\tnotes-pr-13\t${own}\n` },
      "docker exec activator node": { stdout: JSON.stringify({ previews }) },
    });
    const containers = await kind("container").list();
    assert.deepEqual(
      containers.map(({ active }) => active),
      ["2026-01-02T03:04:05.000Z", undefined],
    );
    const silent = on({
      "docker ps": {},
      "docker exec activator": { code: 1, stderr: "container activator is not running" },
    });
    await assert.rejects(silent.kind("container").list(), /activator is not running/);
  });

  it("does not guess a pull request from a name that may have been cut in its number", async () => {
    const { kind } = on({
      "docker network ls": {
        stdout: ["1\tone\tnotes-pr-12-0a1b2c3d\t", "2\ttwo\tnotes-preview-feature-x-0a1b2c3d\t"].join("\n"),
      },
    });
    const networks = await kind("network").list();
    assert.deepEqual(
      networks.map(({ preview, pullRequest }) => [preview, pullRequest]),
      [
        ["notes-pr-12-0a1b2c3d", undefined],
        ["notes-preview-feature-x-0a1b2c3d", undefined],
      ],
    );
  });

  it("loses its containers by their ids, with the volumes that have no name", async () => {
    const { kind, calls } = on({
      "docker rm": { code: 1, stderr: "Error: No such container: 2" },
      "docker rm --force --volumes 1": {},
      "docker rm --force --volumes 3": { code: 1, stderr: "device is busy" },
    });
    const containers = kind("container");
    const container = {
      kind: "container",
      name: "c",
      place: "host-previews",
      preview: "notes-pr-12",
    } as const;
    assert.equal(await containers.remove({ ...container, id: "1" }), true);
    assert.equal(await containers.remove({ ...container, id: "2" }), false);
    await assert.rejects(
      containers.remove({ ...container, id: "3" }),
      /^Problem: docker: "docker rm" failed, got "device is busy"/,
    );
    assert.deepEqual(
      calls,
      [1, 2, 3].map((id) => `docker rm --force --volumes ${id}`),
    );
  });

  it("loses no volume that was made again under the same name", async () => {
    let created = "2026-01-02T03:04:05Z";
    const { kind, calls } = on({
      "docker volume ls": { stdout: `data\tdata\tnotes-pr-12\t${own}\n` },
      "docker volume inspect": () => ({ stdout: `data\t${created}\n` }),
      "docker volume rm": {},
    });
    const volumes = kind("volume");
    const [volume = assert.fail()] = await volumes.list();
    assert.equal(volume.id, created);
    created = "2026-01-02T03:04:06Z";
    assert.equal(await volumes.remove(volume), false);
    assert.deepEqual(
      calls.filter((call) => call.startsWith("docker volume rm")),
      [],
    );
    created = volume.id;
    assert.equal(await volumes.remove(volume), true);
  });

  it("loses its network, once what previews share is no longer connected to it", async () => {
    const { kind, calls } = on({
      "docker network inspect": { stdout: "7\n8\n" },
      "docker network disconnect": {},
      "docker network disconnect --force 1 8": {
        code: 1,
        stderr: "container 8 is not connected to the network",
      },
      "docker network rm": {},
    });
    const network = {
      kind: "network",
      id: "1",
      name: "n",
      place: "host-previews",
      preview: "notes-pr-12",
    } as const;
    assert.equal(await kind("network").remove(network), true);
    assert.deepEqual(calls.slice(1), [
      "docker network disconnect --force 1 7",
      "docker network disconnect --force 1 8",
      "docker network rm 1",
    ]);
  });

  it("has sites, of which those serve nobody whose copies are gone", async () => {
    const { kind, sites } = on({
      "docker exec gateway": {
        stdout: "notes-pr-12\tr1\tnotes-pr-12-web-1\nnotes-pr-13\t\nnotes-staging\tr1\tweb\n",
      },
      "docker ps": { stdout: "notes-pr-12-web-1\n" },
    });
    const found = await kind("site").list();
    assert.deepEqual(
      found.map(({ name, id, idle }) => [name, id, idle]),
      [
        ["notes-pr-12", "r1", false],
        ["notes-pr-13", "", true],
      ],
    );
    assert.equal(await kind("site").remove(found[1] ?? assert.fail()), true);
    assert.deepEqual(sites, ["notes-pr-13"]);
  });

  it("has no sites where there is no gateway; one that does not answer is a problem", async () => {
    const gone = on({ "docker exec": { code: 1, stderr: "Error: No such container: gateway" } });
    assert.deepEqual(await gone.kind("site").list(), []);
    const stopped = on({
      "docker exec": { code: 1, stderr: "container gateway is not running" },
      "docker ps": {},
    });
    await assert.rejects(stopped.kind("site").list(), /container gateway is not running/);
  });

  it("has images, of which those are unused that no container and no state has", async () => {
    const image = (id: string, digest: string): string =>
      `${id}\tghcr.io/octocat/notes/api@${digest}\t2026-01-02 03:04:05 +0000 UTC`;
    const { kind, calls } = on({
      "docker image ls": {
        stdout: [
          image("sha256:1", "sha256:used"),
          image("sha256:2", "sha256:needed"),
          image("sha256:3", "sha256:left"),
          image("sha256:4", "<none>"),
        ].join("\n"),
      },
      "docker ps": { stdout: "7\n" },
      "docker container inspect": { stdout: "sha256:1\n" },
      "docker image rm": {},
    });
    const found = await kind("image").list();
    assert.deepEqual(
      found.map(({ id, idle, active }) => [id, idle, active]),
      [
        ["sha256:used", false, "2026-01-02T03:04:05.000Z"],
        ["sha256:needed", false, "2026-01-02T03:04:05.000Z"],
        ["sha256:left", true, "2026-01-02T03:04:05.000Z"],
      ],
    );
    assert.equal(await kind("image").remove(found[2] ?? assert.fail()), true);
    assert.equal(calls.at(-1), "docker image rm ghcr.io/octocat/notes/api@sha256:left");
  });
});
