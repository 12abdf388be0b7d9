/** Calls of the docker client, with a fake one in its place. */
import assert from "node:assert/strict";
import { dockerMachine } from "../../../steps/machine/docker-machine.ts";
import { docker } from "../../../steps/machine/docker.ts";
import { playing } from "./play.ts";

async function failureOf(script: string, timeoutSeconds?: number): Promise<string> {
  const { result } = await playing(script, () =>
    docker(["start", "api"], timeoutSeconds === undefined ? {} : { timeoutSeconds }).then(
      () => "it succeeded",
      (error: unknown) => (error as Error).message,
    ),
  );
  return result;
}

describe("a call of the docker client", function () {
  this.timeout(30_000);

  it("returns the client's output, and passes its input on", async () => {
    const { result, calls } = await playing("echo done", () =>
      docker(["cp", "-", "api:/"], { input: "text" }),
    );
    assert.equal(result, "done");
    assert.equal(calls[0]?.input.toString(), "text");
  });

  it("fails with the client's own error", async () => {
    assert.equal(
      await failureOf(`refuse "Error response from daemon: No such container: api"`),
      "docker start: Error response from daemon: No such container: api",
    );
  });

  it("reports how the client ended when it printed no error", async () => {
    assert.equal(
      await failureOf("exit 3"),
      "docker start: Command failed with exit code 3: docker start api",
    );
  });

  it("reports that there was no answer in time", async () => {
    assert.equal(
      await failureOf("exec sleep 10", 0.2),
      "docker start: no answer within 0.2 s; is the Docker engine well?",
    );
  });

  it("reads a container's state", async () => {
    const { result } = await playing("state exited 137 4", () => dockerMachine.state("api"));
    assert.deepEqual(result, {
      runs: false,
      hasEnded: true,
      exitCode: 137,
      restarts: 4,
      createdAt: new Date("2026-01-02T03:04:05.123Z"),
    });
  });

  it("marks the last log lines, as many as requested", async () => {
    const { result, calls } = await playing(String.raw`printf 'one\ntwo\n'`, () =>
      dockerMachine.log("api", 5),
    );
    assert.equal(result, "  | one\n  | two");
    assert.deepEqual(calls[0]?.args, ["logs", "--tail", "5", "api"]);
  });
});
