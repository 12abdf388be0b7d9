/** Calls of the docker client for a host, with a fake one in its place; that a host answers is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { askDocker, pull } from "../../../components/host/host-engine.ts";
import { playing, typed } from "../steps/play.ts";

const connection = { host: "app1", folder: ".towpath/ssh/notes-production" };
const image = "docker.io/notes/api@sha256:new";

describe("a call of the docker client for a host", function () {
  this.timeout(20_000);

  it("goes to that host, whatever a person's own environment says", async () => {
    process.env.DOCKER_CONTEXT = "elsewhere";
    try {
      const { result, calls } = await playing("echo 5", () => askDocker(connection, ["ps"]));
      assert.deepEqual(result, { succeeded: true, stdout: "5", stderr: "" });
      assert.deepEqual(calls[0]?.environment.match(/^DOCKER_(?:HOST|CONTEXT)=.*$/gm), [
        "DOCKER_HOST=unix://.towpath/ssh/notes-production/app1.sock",
      ]);
    } finally {
      delete process.env.DOCKER_CONTEXT;
    }
  });

  it("gives back what the client says of a failure", async () => {
    const { result } = await playing('refuse "No such volume"', () => askDocker(connection, ["volume"]));
    assert.deepEqual(result, { succeeded: false, stdout: "", stderr: "No such volume" });
  });

  it("says that there was no answer in time", async () => {
    const { result } = await playing("exec sleep 20", () => askDocker(connection, ["ps"], 0.3));
    assert.deepEqual(result, { succeeded: false, stdout: "", stderr: "no answer within 0.3 s" });
  });

  it("does not take a cut connection for the command's own failure", async () => {
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

describe("an image that a host needs", function () {
  this.timeout(20_000);

  it("is not pulled when it is there", async () => {
    const { result, calls } = await playing("", () => pull(connection, image, undefined));
    assert.equal(result, undefined);
    assert.deepEqual(typed(calls), [`image inspect --format - ${image}`]);
  });

  it("is pulled without signing in where nobody is named, and it is said why it cannot be", async () => {
    const { result, calls } = await playing(
      `case "$1" in image) refuse "No such image" ;; *) refuse "manifest unknown" ;; esac`,
      () => pull(connection, image, undefined),
    );
    assert.equal(result, "manifest unknown");
    assert.equal(typed(calls)[1], `pull --quiet ${image}`);
  });

  it("is pulled from Docker Hub by the name that the client knows it by, from a file of one's own", async () => {
    const account = { address: "docker.io", user: "ship", password: "open-sesame" };
    const { result } = await playing(
      `case "$1" in image) refuse "No such image" ;; *) refuse "$(ls -l "$2/config.json" | cut -c 1-10) $(cat "$2/config.json")" ;; esac`,
      () => pull(connection, image, account),
    );
    const auth = Buffer.from("ship:open-sesame").toString("base64");
    assert.equal(result, `-rw------- {"auths":{"https://index.docker.io/v1/":{"auth":"${auth}"}}}`);
  });
});
