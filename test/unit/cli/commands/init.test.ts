import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  badName,
  init,
  initializedInWords,
  noDockerfile,
  nobodyToAsk,
  type Initialized,
  type InitSettings,
} from "../../../../cli/commands/init.ts";
import { noneTakenOver } from "../../../../cli/init/compose/from-compose.ts";
import { noValue } from "../../../../cli/init/compose/interpolation.ts";
import { noFile, outside } from "../../../../cli/init/compose/reading.ts";
import { otherProject } from "../../../../cli/init/plan.ts";
import { githubOf, noGit, noRepository, readRepository } from "../../../../cli/init/repository.ts";
import { run } from "../../../../cli/process/run.ts";
import { parseApplication } from "../../../../components/application/parse.ts";
import { checkContexts } from "../../../../components/image/contexts.ts";
import { fakeRun } from "../fake-run.ts";
import { recordedProgress } from "../quiet.ts";

describe("towpath init", function () {
  this.timeout(20_000);

  let root: string;
  let progress: ReturnType<typeof recordedProgress>;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "towpath-init-")));
    progress = recordedProgress();
    execFileSync("git", ["init", "--quiet", root]);
    execFileSync("git", ["-C", root, "remote", "add", "origin", "git@github.com:acme/shop.git"]);
    write(
      "apps/api/Dockerfile",
      "FROM a\nCOPY . .\nEXPOSE 8000\nHEALTHCHECK CMD curl http://localhost:8000/health\n",
    );
    write("apps/api/main.py", 'environ["DATABASE_URL"]; environ["JWT_SECRET"]');
    write("apps/api/.env.example", "JWT_SECRET=x\n");
    mkdirSync(join(root, "infra"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const text = (path: string): string => readFileSync(join(root, path), "utf8");
  const start = (change: Partial<InitSettings> = {}, folder = "infra"): Promise<Initialized> =>
    init(progress, { yes: true, dryRun: false, ask: undefined, ...change }, join(root, folder));
  const states = ({ files }: Initialized): Record<string, string> =>
    Object.fromEntries(files.map(({ path, state }) => [path, state]));
  const all = (state: string) =>
    Object.fromEntries(
      [
        ...[
          "Pulumi.yaml",
          "Pulumi.local.yaml",
          "Pulumi.ci.yaml",
          "Pulumi.staging.yaml",
          "Pulumi.production.yaml",
        ],
        ...["application.ts", "index.ts", "tsconfig.json", "package.json", ".gitignore"],
      ].map((path) => [path, state]),
    );
  /** Answers questions by their first words, and remembers them. */
  function answers(given: Record<string, string>): {
    ask: (text: string) => Promise<string>;
    asked: string[];
  } {
    const asked: string[] = [];
    return {
      asked,
      ask: (question) => {
        asked.push(question);
        return Promise.resolve(
          Object.entries(given).find(([start]) => question.startsWith(start))?.[1] ?? "",
        );
      },
    };
  }

  it("writes a project that no build includes, and lists its files", async () => {
    const result = await start();
    assert.deepEqual(states(result), { ...all("new"), "../apps/api/.dockerignore": "new" });
    assert.equal(text("apps/api/.dockerignore"), "**/.env\n");
    assert.equal(result.application.name, "shop");
    assert.deepEqual(result.application.images, { api: { context: "../apps/api" } });
    assert.deepEqual(result.application.services.api?.needs, ["postgres"]);
    assert.deepEqual(result.application.services.api.secrets, ["JWT_SECRET"]);
    assert.match(text("infra/Pulumi.ci.yaml"), /repository: acme\/shop/);
    const said = progress.lines.join("\n");
    assert.ok(said.includes(text("infra/application.ts")));
    assert.match(said, /^new {2}Pulumi\.yaml$/m);
    assert.equal(initializedInWords(result), "next: npm install, then npm start");
  });

  it("changes nothing the second time", async () => {
    await start();
    const before = text("infra/package.json");
    const result = await start();
    assert.deepEqual(states(result), all("same"));
    assert.equal(result.written, false);
    assert.equal(initializedInWords(result), "nothing was written");
    assert.equal(text("infra/package.json"), before);
  });

  it("overwrites nothing, and reports what differs", async () => {
    await start();
    rmSync(join(root, "infra/Pulumi.ci.yaml"));
    write("infra/application.ts", "// mine\n");
    write("infra/.gitignore", "mine\n");
    const result = await start();
    assert.deepEqual(states(result), {
      ...all("same"),
      ...{ "application.ts": "kept", "Pulumi.ci.yaml": "new", ".gitignore": "changed" },
    });
    assert.ok(result.notes.includes("application.ts: is there and stays as it is"));
    assert.equal(text("infra/application.ts"), "// mine\n");
    assert.equal(text("infra/.gitignore"), "mine\n.towpath/\nnode_modules/\nreports/\n.env\n");
    assert.ok(existsSync(join(root, "infra/Pulumi.ci.yaml")));
  });

  it("keeps the name of a project that it completes, or takes the given one", async () => {
    await start({ name: "till" });
    rmSync(join(root, "infra/application.ts"));
    assert.equal((await start()).application.name, "till");
    await assert.rejects(start({ name: "Till" }), { message: badName("Till") });
    assert.equal(
      badName("Till"),
      '--name: expected a name of lower-case letters, digits and hyphens, from a letter on, at most 20 characters, got "Till"; for example "notes"',
    );
  });

  it("with --dry-run shows what it would write, and writes nothing", async () => {
    const result = await start({ yes: false, dryRun: true });
    assert.deepEqual([result.written, states(result)["application.ts"]], [false, "new"]);
    assert.equal(existsSync(join(root, "infra/Pulumi.yaml")), false);
    assert.equal(existsSync(join(root, "apps/api/.dockerignore")), false);
  });

  it("asks before it writes, and is refused when nobody can answer", async () => {
    await assert.rejects(start({ yes: false }), { message: nobodyToAsk });
    const no = answers({ Write: "n" });
    await assert.rejects(start({ yes: false, ask: no.ask }), { message: "nothing was written" });
    assert.deepEqual(no.asked, ["Write these files? [y/N]"]);
    assert.equal(existsSync(join(root, "infra/Pulumi.yaml")), false);
    const yes = answers({ Write: "y" });
    assert.equal((await start({ yes: false, ask: yes.ask })).written, true);
  });

  it("asks for what no Dockerfile contains, unless an option gives it", async () => {
    write("apps/web/Dockerfile", "FROM a\nEXPOSE 3000");
    write("apps/mailer/Dockerfile", "FROM a");
    const { ask, asked } = answers({
      "Which port does mailer listen on? (none) Expected": "25",
      "Which port does mailer": "x",
      "Which path does web answer": "/up",
      "Which paths go to api?": "/v1/* /health",
      Write: "yes",
    });
    const { application } = await start({ yes: false, ask });
    assert.deepEqual(asked, [
      "Which port does mailer listen on? (none)",
      "Which port does mailer listen on? (none) Expected a port:",
      "Which path does mailer answer on port 25 when it is ready? (none)",
      "Which path does web answer on port 3000 when it is ready? (none)",
      "Which paths go to api? (/api/*)",
      "Which paths go to mailer? (/mailer/*)",
      "Which paths go to web? (/*)",
      "Write these files? [y/N]",
    ]);
    const { api, web, mailer } = application.services;
    assert.deepEqual(api?.routes, ["/v1/*", "/health"]);
    assert.deepEqual(web?.health, { path: "/up" });
    assert.deepEqual([mailer?.port, mailer?.health, mailer?.routes], [25, undefined, ["/mailer/*"]]);
  });

  it("leaves contexts that the first start accepts, wherever the project is", async () => {
    write("Dockerfile", "FROM a\nCOPY . .");
    write(".env", "PASSWORD=x");
    write(".dockerignore", "dist");
    for (const folder of ["infra", ""]) {
      const { application } = await start({ name: "shop" }, folder);
      mkdirSync(join(root, folder, ".towpath"), { recursive: true });
      write(join(folder, ".towpath/passphrase"), "x");
      write("apps/api/.env", "x");
      checkContexts(parseApplication(application), join(root, folder));
    }
    assert.equal(text(".dockerignore"), "dist\n**/.env\n**/.git\ninfra\n**/.towpath\nnode_modules\n");
  });

  it("takes a compose file over, with the settings and values that it has, and a report of every key", async () => {
    write(
      "compose.yaml",
      'services:\n  web:\n    build: ./apps/api\n    environment: { API_TOKEN: "it\'s" }\n',
    );
    write("more.yaml", "services:\n  db: { image: 'postgres:16', ports: ['5433:5432'] }\n");
    const result = await start({ from: ["../compose.yaml", "../more.yaml"] });
    assert.deepEqual(result.application.images, { web: { context: "../apps/api" } });
    assert.deepEqual(result.application.postgres, { version: 16 });
    assert.deepEqual(states(result), { ...all("new"), ".env": "new", "../apps/api/.dockerignore": "new" });
    assert.equal(
      text("infra/Pulumi.local.yaml"),
      "config:\n  towpath:environment: local\n  towpath:ports:\n    postgres: 5433\n",
    );
    assert.equal(
      text("infra/.env"),
      "# Values of one person's own, for local alone. Git ignores this file.\nAPI_TOKEN=`it's`\n",
    );
    assert.equal(statSync(join(root, "infra/.env")).mode & 0o777, 0o600);
    assert.deepEqual(result.report?.at(-1), {
      ...{ file: "more.yaml", line: 2, key: "services.db.ports[0]", outcome: "taken over" },
      meaning: "towpath:ports of local: 5433 leads to postgres",
    });
    const said = progress.lines.join("\n");
    assert.match(
      said,
      /^compose\.yaml:3 +services\.web\.build\.context +taken over +the image's context apps\/api$/m,
    );
    assert.match(said, /^4 keys: 4 taken over, 0 not needed, 0 to do$/m);
    assert.ok(!JSON.stringify(result).includes("it's") && !said.includes("it's"));
  });

  it("writes nothing of a compose file with --dry-run, or of one that cannot be taken over", async () => {
    write("compose.yaml", "services:\n  data: { image: 'mongo:7' }\n");
    const {
      report = [],
      written,
      files,
    } = await start({ from: ["../compose.yaml"], yes: false, dryRun: true });
    assert.deepEqual([report.length, written, files], [1, false, []]);
    const refused = async (message: string, from = "../compose.yaml"): Promise<void> => {
      await assert.rejects(start({ from: [from] }), { name: "Problem", message });
    };
    await refused(noneTakenOver(["../compose.yaml"], report));
    assert.equal(
      noneTakenOver(["../compose.yaml"], report),
      [
        "../compose.yaml: expected a service that can be taken over, got none; see them with --dry-run",
        "compose.yaml:2: services.data.image: a release would start a second mongo:7 beside it, and only one may have its data open; run it beside Towpath, and say in a variable or a secret where it is",
      ].join("\n"),
    );
    await refused(noFile("gone.yaml"), "../gone.yaml");
    await refused(`--from: ${outside("../../compose.yaml")}`, "../../compose.yaml");
    symlinkSync("/etc/passwd", join(root, "link.yaml"));
    await refused(`link.yaml: ${outside("link.yaml")}`, "../link.yaml");
    write("compose.yaml", "services:\n  web: { build: ., image: '${TAG:?}' }\n");
    await refused(`compose.yaml:2: services.web.image: ${noValue("TAG", "")}`);
    assert.equal(existsSync(join(root, "infra/Pulumi.yaml")), false);
  });

  it("is refused in the folder of another program", async () => {
    write("infra/Pulumi.yaml", "name: other\nruntime: nodejs\n");
    await assert.rejects(start(), { message: otherProject("other") });
    assert.equal(
      otherProject("other"),
      'Pulumi.yaml: another Pulumi project is in this folder, got "other"; run init in a folder of its own, for example infra',
    );
    write("infra/Pulumi.yaml", "{");
    await assert.rejects(start(), { message: otherProject(undefined) });
  });

  it("is refused when there is nothing to build, or no repository", async () => {
    write("apps/api/Dockerfile", "# soon");
    await assert.rejects(start(), {
      message: noDockerfile(root, ["apps/api/Dockerfile: not taken over: it has no stage"]),
    });
    assert.match(
      noDockerfile(root, []),
      /: expected a Dockerfile for each service, got none in the repository; write one, and run init again$/,
    );
    rmSync(join(root, ".git"), { recursive: true });
    await assert.rejects(start(), {
      message: noRepository(join(root, "infra"), "fatal: not a git repository"),
    });
    assert.equal(
      noRepository("/shop", "fatal: not a git repository (or any of the parent directories): .git\n"),
      "/shop: expected a folder of a git repository, got none there or above; go to one of the application's repository, or run git init at its root",
    );
    assert.equal(
      noRepository("/shop", "fatal: detected dubious ownership in repository at '/shop'\nmore"),
      "/shop: expected a folder of a git repository, got \"fatal: detected dubious ownership in repository at '/shop'\"; go to one of the application's repository, or run git init at its root",
    );
    await assert.rejects(readRepository(root, fakeRun({}).run), { message: noGit });
  });

  it("writes nothing when a file cannot be completed", async () => {
    write("infra/package.json", "{");
    await assert.rejects(start(), /^Problem: package\.json: expected JSON/);
    assert.equal(existsSync(join(root, "infra/Pulumi.yaml")), false);
  });
});

describe("the repository that towpath init reads", () => {
  it("has the files that git has or would add, and those that name variables", async () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), "towpath-repository-")));
    try {
      const write = (path: string, text: string): void => {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      };
      execFileSync("git", ["init", "--quiet", root]);
      for (const path of [
        "node_modules/a/Dockerfile",
        "a/node_modules/Dockerfile",
        "dist/Dockerfile",
        "ü x/Dockerfile",
      ])
        write(path, "FROM a");
      write(".gitignore", "dist\n");
      write(".env.example", "API_KEY=x\n");
      write("a/x.py", "API_KEY DATABASE_URL_FILE MY_API_KEY API_KEY_FILE\nS3_CLIENT REDIS_URL");
      write("a/x.yml", "REDIS_HOST");
      write("README.md", "DATABASE_URL");
      const { folder, paths, mentions, github } = await readRepository(join(root, "a"), run);
      assert.deepEqual([folder, github], ["a", undefined]);
      assert.deepEqual([...paths].sort(), [
        ".env.example",
        ".gitignore",
        "README.md",
        "a/x.py",
        "a/x.yml",
        "ü x/Dockerfile",
      ]);
      assert.deepEqual(
        [...mentions].map(([path, names]) => [path, [...names]]),
        [["a/x.py", ["API_KEY", "API_KEY_FILE", "REDIS_URL"]]],
      );
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("is on GitHub if its remote is", () => {
    for (const remote of [
      "git@github.com:acme/shop.git",
      "https://github.com/acme/shop",
      "https://token:x@github.com/acme/shop.git/",
      "ssh://git@github.com:22/acme/shop.git",
      "github.com:acme/shop",
    ])
      assert.equal(githubOf(remote), "acme/shop", remote);
    for (const remote of [
      "",
      "git@gitlab.com:acme/shop.git",
      "/srv/github.com/acme/shop",
      "https://notgithub.com/a/b",
    ])
      assert.equal(githubOf(remote), undefined, remote);
  });
});
