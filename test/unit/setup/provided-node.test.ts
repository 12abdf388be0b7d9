import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withoutProvidedNode } from "../../../setup/own-path.mjs";
import { provideNode } from "../../../setup/provided-node.mjs";

describe("a Node that is provided", () => {
  let folder: string;
  let calls: { folder: string; args: readonly string[]; environment: NodeJS.ProcessEnv }[];
  let said: string[];
  const cache = (...path: string[]): string => join(folder, "cache/towpath/nodes", ...path);
  const program = (): string => cache("node-here-24.1.0", "node");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-node-"));
    calls = [];
    said = [];
    const packages = {
      "": {},
      "node_modules/node-elsewhere": { version: "24.0.0", os: "darwin", cpu: ["arm64"] },
      "node_modules/node-here": { version: "24.1.0", os: ["linux"], cpu: "x64" },
    };
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Provides it with this npm, by default one that installs a shell script. */
  function provide(
    npm: (node: string) => boolean = writes("#!/bin/sh\n"),
    settings: { platform?: string; arch?: string; environment?: NodeJS.ProcessEnv } = {},
  ): ReturnType<typeof provideNode> {
    const { platform = "linux", arch = "x64", environment = {} } = settings;
    return provideNode(folder, {
      run(part, args, given) {
        calls.push({ folder: part, args, environment: given });
        assert.ok(existsSync(join(part, "package.json")) && existsSync(join(part, "package-lock.json")));
        const bin = join(part, "node_modules/node-here/bin");
        mkdirSync(bin, { recursive: true });
        return { succeeded: npm(join(bin, "node")), output: "npm error 404" };
      },
      say: (line) => said.push(line),
      environment: { ...environment, XDG_CACHE_HOME: join(folder, "cache") },
      machine: { version: "20.20.2", platform, arch },
    });
  }

  const writes = (text: string) => (node: string) => {
    writeFileSync(node, text, { mode: 0o755 });
    return true;
  };
  const refused = (found: ReturnType<typeof provideNode>, why: string, said: string): void => {
    assert.deepEqual(found, { why, said });
    assert.deepEqual(existsSync(cache()) ? readdirSync(cache()) : [], [], "something is left");
  };

  it("is the locked one for the machine, installed once and alone in its folder", () => {
    assert.deepEqual(provide(), { program: program() });
    assert.deepEqual(provide(), { program: program() });
    assert.deepEqual(readdirSync(cache()), ["node-here-24.1.0"]);
    assert.deepEqual(readdirSync(cache("node-here-24.1.0")), ["node"]);
    const args = "ci --ignore-scripts --include=optional --no-audit --no-fund --loglevel=error";
    assert.deepEqual(
      calls.map(({ args }) => args.join(" ")),
      [args],
    );
    assert.equal(said.length, 2);
    assert.equal(said[0], "installing Node 24.1.0 for Towpath (this machine's is 20.20.2) …");
    assert.match(said[1] ?? "", /^installing Node .* … done in \d+ s$/);
  });

  it("is installed without the settings of an npm that called it, and with those that a person made", () => {
    const environment = {
      npm_config_local_prefix: "/elsewhere",
      npm_config_workspace: "infra",
      npm_config_omit: "optional",
      npm_package_name: "other",
      npm_config_registry: "https://registry.example.com",
      PATH: "/usr/bin",
    };
    provide(undefined, { environment });
    const { npm_config_registry, PATH } = environment;
    assert.deepEqual(calls[0]?.environment, {
      ...{ npm_config_registry, PATH },
      XDG_CACHE_HOME: join(folder, "cache"),
    });
  });

  it("is that of another process that was faster", () => {
    const faster = (node: string): boolean => {
      mkdirSync(cache("node-here-24.1.0"));
      writeFileSync(program(), "#!/bin/sh\n", { mode: 0o755 });
      return writes("#!/bin/sh\n")(node);
    };
    assert.deepEqual(provide(faster), { program: program() });
    assert.deepEqual(readdirSync(cache()), ["node-here-24.1.0"]);
  });

  it("removes what a killed run left, once nobody can be using it", () => {
    for (const name of ["part-old", "part-new"]) mkdirSync(cache(name), { recursive: true });
    const before = new Date(Date.now() - 2 * 3600_000);
    utimesSync(cache("part-old"), before, before);
    provide();
    assert.deepEqual(readdirSync(cache()).sort(), ["node-here-24.1.0", "part-new"]);
  });

  it("is reported as missing when the lock names none", () => {
    refused(provide(undefined, { platform: "sunos" }), "there is none to provide for sunos on x64", "");
    assert.deepEqual(calls, []);
  });

  for (const [what, succeeded] of [
    ["fails", false],
    ["leaves out what it could not fetch", true],
  ] as const) {
    it(`is reported as missing when npm ${what}`, () => {
      refused(
        provide(() => succeeded),
        "npm could not install another one (its own words are above)",
        "npm error 404",
      );
    });
  }

  it("is reported as missing when the installed one does not run", () => {
    refused(
      provide(writes("#!/bin/sh\necho no libatomic.so.1 >&2; exit 127\n")),
      "the one that npm installed does not run here (the reason is above)",
      "no libatomic.so.1",
    );
  });

  it("is reported as missing when nothing can be kept", () => {
    writeFileSync(join(folder, "cache"), "");
    assert.deepEqual(provide(), {
      why: "no other one could be kept (the reason is above)",
      said: `ENOTDIR: not a directory, mkdir '${cache()}'`,
    });
  });

  it("is not on the PATH of a person's own programs", () => {
    const own = { PATH: "/usr/bin:/bin", HOME: "/root" };
    const given = { ...own, TOWPATH_NODE_FOLDER: "/cache/node", PATH: "/cache/node:/usr/bin:/bin" };
    assert.deepEqual(withoutProvidedNode(given), own);
    assert.deepEqual(withoutProvidedNode(own), own);
  });
});
