import assert from "node:assert/strict";
import { compare, namesInExample, type Facts, type GithubPlace } from "../../../../cli/github/compare.ts";
import { comparisonInWords } from "../../../../cli/commands/env-check.ts";
import { parseApplication } from "../../../../components/application/parse.ts";
import { parseSettings } from "../../../../components/settings/settings.ts";
import { notes } from "../../application/notes.ts";
import { merged } from "../../assert-refused.ts";
import * as good from "../../settings/good.ts";

const application = parseApplication(notes);
const local = { stack: "local", settings: parseSettings(good.local), secretValues: [] };
const stagingWith = (source: object | undefined) =>
  parseSettings(merged(good.staging, { secrets: { JWT_SECRET: source } }));
const staging = {
  ...{ stack: "staging", settings: stagingWith(undefined), secretValues: ["JWT_SECRET"] },
};
const github: GithubPlace = {
  name: "GitHub staging",
  stack: "staging",
  expected: { secrets: ["JWT_SECRET", "SSH_KEY"], variables: { REGION: "north" } },
  there: { secrets: ["JWT_SECRET", "JWT_SECRET_PREVIOUS", "SSH_KEY"], variables: { REGION: "north" } },
};
const facts: Facts = {
  application,
  example: ["JWT_SECRET", "JWT_SECRET_PREVIOUS", "LOG_LEVEL", "MODE", "DATABASE_URL", "S3_BUCKET_FILES"],
  stacks: [local, staging],
  github: [github],
};

describe("the check of all environments", () => {
  it("finds nothing when all agree, and tells build-time names from run-time names", () => {
    const found = compare(facts);
    assert.deepEqual(found.differences, []);
    assert.equal(
      comparisonInWords(found),
      `name        what                 .env.example  local            staging  GitHub staging
JWT_SECRET  run-time secret      yes           from JWT_SECRET  yes      yes
LOG_LEVEL   run-time variable    yes           -                -        -
MODE        build-time variable  yes           -                -        -
SSH_KEY     workflow secret      -             -                yes      yes
REGION      workflow variable    -             -                yes      yes

all of them agree`,
    );
  });

  it("reports which place lacks what", () => {
    const there = { secrets: ["JWT_SECRET", "OLD_TOKEN"], variables: { REGION: "south", STAGE: "1" } };
    const found = compare({
      ...facts,
      example: ["LOG_LEVEL", "COLOUR"],
      stacks: [local, { ...staging, secretValues: [] }],
      github: [{ ...github, there }],
    });
    assert.deepEqual(found.differences, [
      ".env.example: lacks JWT_SECRET, a run-time secret of api; add a line for it",
      "staging: lacks a value for the secret JWT_SECRET; set it with npm run pulumi -- config set --stack staging --secret --path towpath:secretValues.JWT_SECRET",
      ".env.example: lacks MODE, a build-time variable of web; add a line for it",
      "GitHub staging: lacks SSH_KEY, a workflow secret; npm run pulumi -- up --stack staging sets it",
      "GitHub staging: has another value of the variable REGION than staging's settings; npm run pulumi -- up --stack staging sets it",
      "GitHub staging: has the secret OLD_TOKEN, which nothing declares; declare it, or remove it on GitHub",
      "GitHub staging: has the variable STAGE, which nothing declares; declare it, or remove it on GitHub",
      "application: nothing declares COLOUR, which .env.example lists; declare it in application.ts, or take it out",
    ]);
    assert.match(comparisonInWords(found), /^MODE +build-time variable +lacks +- +- +-$/m);
    assert.match(comparisonInWords(found), /^REGION +workflow variable +- +- +yes +differs$/m);
    assert.match(comparisonInWords(found), /^8 differences:$/m);
  });

  it("reports once that GitHub has no such environment", () => {
    const found = compare({ ...facts, github: [{ ...github, there: undefined }] });
    assert.deepEqual(found.differences, [
      "GitHub staging: there is no such environment yet; npm run pulumi -- up --stack staging makes it",
    ]);
  });

  it("leaves out .env.example when there is none", () => {
    assert.deepEqual(compare({ ...facts, example: undefined }).places, [
      "local",
      "staging",
      "GitHub staging",
    ]);
  });

  it("shows where a stack's value comes from", () => {
    const cell = (source: object): string | undefined => {
      const stacks = [{ ...staging, settings: stagingWith(source), secretValues: [] }];
      return compare({ ...facts, stacks }).rows[0]?.cells.staging;
    };
    const [rotate, path] = [undefined, undefined];
    assert.equal(cell({ source: "vault" }), "vault");
    assert.equal(cell({ source: "generated", path, rotate }), "generated");
    assert.equal(cell({ source: "environment", variable: "JWT", path, rotate }), "from JWT");
  });

  it("reads the names of .env.example", () => {
    const text =
      "# for local work\nJWT_SECRET=\nexport LOG_LEVEL=info # or debug\n#OLD=1\n\n MODE = x\nno name\n";
    assert.deepEqual(namesInExample(text), ["JWT_SECRET", "LOG_LEVEL", "MODE"]);
  });

  it("does not mistake a line of a key in .env.example for a name", () => {
    const key = "-----BEGIN KEY-----\nMIIEvQ\nabc==\n-----END KEY-----";
    const text = `A=1\nKEY="${key}"\nOTHER=${key}\nTEXT='one\nTWO=2'\nLAST="x"\n`;
    assert.deepEqual(namesInExample(text), ["A", "KEY", "OTHER", "TEXT", "LAST"]);
  });
});
