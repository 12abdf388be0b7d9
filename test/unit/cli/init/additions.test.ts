import assert from "node:assert/strict";
import {
  completedIgnore,
  completedPackage,
  otherMain,
  otherType,
  unreadable,
} from "../../../../cli/init/additions.ts";

const facts = { name: "shop", version: "1.2.3", holdsPrograms: false };
const complete = (present: object | undefined, change: Partial<typeof facts> = {}) => {
  const text = present && JSON.stringify(present, null, 2);
  const { text: after, notes } = completedPackage(text, { ...facts, ...change });
  return { after: JSON.parse(after) as Record<string, unknown>, notes };
};
const scripts = {
  start: "towpath start",
  stop: "towpath stop",
  destroy: "towpath destroy",
  ci: "towpath ci",
  pulumi: "towpath pulumi",
  towpath: "towpath",
};
const module = { type: "module", main: "index.ts" };

describe("a project's package.json", () => {
  it("is new when there is none", () => {
    assert.deepEqual(complete(undefined).after, {
      ...{ name: "shop-towpath", private: true, ...module, scripts },
      dependencies: { towpath: "1.2.3" },
    });
  });

  it("gets what it lacks, and keeps everything that it has", () => {
    const own = {
      name: "x",
      scripts: { start: "node .", lint: "eslint" },
      dependencies: { towpath: "file:../t.tgz" },
    };
    const { after, notes } = complete(own);
    assert.deepEqual(after, { ...own, ...module, scripts: { ...scripts, ...own.scripts } });
    assert.deepEqual(notes, ['package.json: its script start stays "node ."; use npx towpath start']);
  });

  it("is left unchanged when it lacks nothing", () => {
    const text = `${JSON.stringify({ ...module, scripts, devDependencies: { towpath: "1" } })}\n\n`;
    assert.deepEqual(completedPackage(text, facts), { text, notes: [] });
  });

  it("keeps its indentation", () => {
    assert.match(
      completedPackage('{\n\t"name": "x"\n}\n', facts).text,
      /^\{\n\t"name": "x",\n\t"type": "module",\n/,
    );
  });

  it("is left alone when it is another program's", () => {
    const refused = (present: object, message: string, change = {}): void => {
      assert.throws(() => complete(present, change), { name: "Problem", message });
    };
    refused({ type: "commonjs" }, otherType("commonjs"));
    refused({}, otherType(undefined), { holdsPrograms: true });
    refused({ main: "server.js" }, otherMain("server.js"));
    complete({ type: "module" }, { holdsPrograms: true });
    assert.throws(() => completedPackage("{", facts), { name: "Problem", message: unreadable });
    assert.equal(
      otherType(undefined),
      'package.json: a project of Towpath has the type "module", got none, and programs that are no modules beside it; run init in a folder of its own, for example infra',
    );
    assert.equal(
      otherType("commonjs"),
      'package.json: a project of Towpath has the type "module", got "commonjs"; remove it, or run init in a folder of its own, for example infra',
    );
    assert.equal(
      otherMain("server.js"),
      'package.json: a project of Towpath has the main "index.ts", got "server.js"; remove it, or run init in a folder of its own, for example infra',
    );
  });
});

describe("an ignore file", () => {
  it("gets the lines that it lacks at its end", () => {
    const lines = [".towpath/", "node_modules/"];
    assert.equal(completedIgnore(undefined, lines), ".towpath/\nnode_modules/\n");
    assert.equal(completedIgnore("dist", lines), "dist\n.towpath/\nnode_modules/\n");
    assert.equal(completedIgnore("/node_modules\n# mine\n", lines), "/node_modules\n# mine\n.towpath/\n");
    assert.equal(completedIgnore(".towpath\nnode_modules/", lines), ".towpath\nnode_modules/");
  });
});
