import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { buildImages } from "../../../toolchain/images/build.mjs";
import { docker, once, removeAll, run, prefix } from "./containers.ts";

const python = `${prefix}/library/python:3.11-slim-bookworm`;
const node = `${prefix}/library/node:20-bookworm-slim`;

/** Packages without any that they need: nothing is resolved. */
const click = "click==8.1.8 --hash=sha256:63c132bbbed01578a06712a2d1f497bb62d9c1c0d329b7903a866228027263b2";
const isNumber = "is-number@7.0.0";

describe("the mirror's Python and Node images", () => {
  before(() => buildImages({ images: ["python", "node"], prefix }));
  afterEach(removeAll);

  it("include a Python image in which pip installs into the system's Python and into a venv", async () => {
    const script = [
      "set -e",
      `echo '${click}' > /tmp/requirements.txt`,
      "pip install --quiet --no-deps --require-hashes --root-user-action=ignore -r /tmp/requirements.txt",
      "python -c 'import click, sys; print(sys.version_info[:2], click.__file__)'",
      "ls -d /usr/local/lib/python3.11/site-packages/click",
      "python3 -m venv /opt/venv",
      "/opt/venv/bin/pip install --quiet --no-deps --require-hashes -r /tmp/requirements.txt",
      "/opt/venv/bin/python -c 'import click; print(click.__file__)'",
    ].join("\n");
    assert.deepEqual((await once(python, script)).split("\n"), [
      "(3, 11) /usr/local/lib/python3.11/dist-packages/click/__init__.py",
      "/usr/local/lib/python3.11/site-packages/click",
      "/opt/venv/lib/python3.11/site-packages/click/__init__.py",
    ]);
  });

  it("include a Python image that starts Python by default, and has the names of the official one", async () => {
    assert.equal(
      (await execa("docker", ["run", "--rm", "--interactive", python], { input: "print(6 * 7)" })).stdout,
      "42",
    );
    assert.equal(
      await once(python, "which python python3 pip"),
      "/usr/local/bin/python\n/usr/local/bin/python3\n/usr/local/bin/pip",
    );
  });

  it("include a Node image in which npm installs as the user node", async () => {
    const script = `cd && npm install --no-fund --no-audit --loglevel=error ${isNumber} >/dev/null && node -p 'require("is-number")(42)' && id`;
    assert.equal(
      await once(node, script, ["--user", "node"]),
      "true\nuid=1000(node) gid=1000(node) groups=1000(node)",
    );
  });

  it("include a Node image that passes arguments that are no command to node", async () => {
    assert.match(await docker("run", "--rm", node, "--version"), /^v20\./);
    assert.equal(await docker("run", "--rm", node, "-p", "6 * 7"), "42");
    assert.equal(await docker("run", "--rm", node, "npm", "--version"), "10.8.2");
  });

  it("let apt, pip and npm reach their archives while an application's image is built", async () => {
    const folder = mkdtempSync(join(tmpdir(), "towpath-build-"));
    const tag = `${run}.internal/built`;
    writeFileSync(
      join(folder, "Dockerfile"),
      `ARG IMAGE_MIRROR=docker.io
FROM \${IMAGE_MIRROR}/library/node:20-bookworm-slim AS web
RUN npm install --global --no-fund --no-audit --loglevel=error ${isNumber}
FROM \${IMAGE_MIRROR}/library/python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
RUN echo '${click}' > requirements.txt \\
 && pip install --quiet --no-cache-dir --no-deps --require-hashes --root-user-action=ignore -r requirements.txt
COPY --from=web /usr/local/lib/node_modules/is-number /is-number
`,
    );
    try {
      await docker(
        "build",
        "--quiet",
        "--force-rm",
        "--build-arg",
        `IMAGE_MIRROR=${prefix}`,
        "--tag",
        tag,
        folder,
      );
      assert.equal(
        await once(tag, "tini --version && python -c 'import click' && ls /is-number/package.json"),
        "tini version 0.19.0\n/is-number/package.json",
      );
    } finally {
      rmSync(folder, { recursive: true });
      await execa("docker", ["image", "rm", tag], { reject: false });
    }
  });
});
