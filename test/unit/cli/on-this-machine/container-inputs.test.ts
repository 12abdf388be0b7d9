import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readInputs } from "../../../../cli/on-this-machine/container.ts";
import { run } from "../../../../cli/process/run.ts";
import { secretsFolder } from "../../../../components/application/connections.ts";
import { FakeMachine } from "../fake-machine.ts";

describe("the inputs of a container", () => {
  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
  });
  afterEach(() => {
    machine.remove();
  });

  /** The engine has the container `api` of the image `sha256:1`, with these variables. */
  function engineWith(ofContainer: string[] | null, ofImage: string[] | null): void {
    const inspected = (Env: string[] | null) => JSON.stringify([{ Image: "sha256:1", Config: { Env } }]);
    machine.write("image", inspected(ofImage));
    machine.docker("inspect", inspected(ofContainer));
    machine.write(
      "answers/docker-inspect.sh",
      `[ "$2" = sha256:1 ] && cat "${machine.root}/image" && exit 0`,
    );
  }

  it("are its own variables and its image's, and its secrets, from the archive that Docker returns", async () => {
    const environment = ["PORT=8000", `JWT_SECRET_FILE=${secretsFolder}/JWT_SECRET`];
    engineWith(environment, ["PATH=/bin"]);
    machine.write("archive/secrets/JWT_SECRET", "one\ntwo");
    machine.write("archive/secrets/DATABASE_URL", "postgresql://x");
    mkdirSync(join(machine.root, "archive/secrets/empty"));
    machine.write("answers/docker-cp.sh", `exec tar -C "${machine.root}/archive" -cf - secrets`);
    assert.deepEqual(await readInputs(run, "api"), {
      environment,
      imageEnvironment: ["PATH=/bin"],
      secrets: { JWT_SECRET: "one\ntwo", DATABASE_URL: "postgresql://x" },
    });
    assert.deepEqual(machine.calls, [
      "docker inspect api",
      "docker inspect sha256:1",
      `docker cp api:${secretsFolder} -`,
    ]);
  });

  it("are read where a secret is at a path of choice, and may have no such folder", async () => {
    engineWith(["LICENSE_KEY_FILE=/etc/app/license.json"], null);
    machine.write("archive/secrets/LICENSE_KEY", "{}");
    machine.write("answers/docker-cp.sh", `exec tar -C "${machine.root}/archive" -cf - secrets`);
    assert.deepEqual((await readInputs(run, "api")).secrets, { LICENSE_KEY: "{}" });
    const missing = "Error response from daemon: Could not find the file /run/secrets in container api";
    machine.write("answers/docker-cp.sh", `echo "${missing}" >&2; exit 1`);
    assert.deepEqual((await readInputs(run, "api")).secrets, {});
  });

  it("may be none, and then no archive is requested", async () => {
    engineWith(null, null);
    assert.deepEqual(await readInputs(run, "api"), { environment: [], imageEnvironment: [], secrets: {} });
    assert.deepEqual(machine.calls, ["docker inspect api", "docker inspect sha256:1"]);
  });
});
