/** What was agreed to is what runs: a plan of another state is refused. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  basisOf,
  checkSamePlan,
  planDigest,
  programIn,
  type PlanBasis,
} from "../../../components/plan/plan-basis.ts";
import { messageOf } from "../assert-refused.ts";
import { idOf, record } from "./records.ts";

const current = record("a", { schema: { after: "0004", applied: [] } });

describe("the basis of a plan", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-basis-"));
    file = join(folder, "plan.json");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function basis(copies = 12, more: Partial<PlanBasis> = {}): PlanBasis {
    const services = { api: { containers: Array.from({ length: copies }, (_, index) => `api-${index}`) } };
    const plan = { id: idOf("b"), settingsHash: "0123456789ab", current };
    return { ...basisOf(plan, { services }, "abcdef012345"), ...more };
  }
  function refusal(planned: PlanBasis, now: PlanBasis): string {
    writeFileSync(file, JSON.stringify({ facts: { basis: planned } }));
    return messageOf(() => {
      checkSamePlan(file, now);
    });
  }

  it("holds what is planned, and what runs", () => {
    assert.deepEqual(basis(2), {
      program: "abcdef012345",
      release: idOf("b"),
      settings: "0123456789ab",
      from: { release: idOf("a"), settings: "0123456789ab", schema: "0004", copies: { api: 2 } },
    });
    const first = { id: idOf("b"), settingsHash: "0123456789ab" };
    assert.equal(basisOf(first, {}, "abcdef012345").from, undefined);
  });

  it("lets the run of the same plan go on", () => {
    writeFileSync(file, JSON.stringify({ facts: { basis: basis() } }));
    checkSamePlan(file, basis());
  });

  it("refuses a plan for 12 copies when 31 run", () => {
    assert.equal(
      refusal(basis(12), basis(31)),
      `TOWPATH_PLAN: expected what ${JSON.stringify(file)} was made from, got another state: 12 copies of api ran, and 31 run now; plan again, and have that agreed to`,
    );
  });

  it("names everything that is another", () => {
    const other = {
      program: "other",
      release: idOf("c"),
      settings: "other",
      from: { release: idOf("b"), settings: "other", schema: "0005", copies: { web: 1 } },
    };
    const words = refusal(basis(1), other);
    assert.equal(
      words,
      `TOWPATH_PLAN: expected what ${JSON.stringify(file)} was made from, got another state: the program or a package is another; ` +
        `it plans release ${idOf("b")}, and this is ${idOf("c")}; the settings are others; ${idOf("a")} ran when it was made, and ${idOf("b")} runs now; ` +
        "the schema was at 0004, and is at 0005; 1 copies of api ran, and 0 run now; 0 copies of web ran, and 1 run now; " +
        "what runs was released with other settings; plan again, and have that agreed to",
    );
    const { from: _, ...first } = basis();
    assert.match(
      refusal(first, basis()),
      new RegExp(`nothing ran when it was made, and ${idOf("a")} runs now`),
    );
  });

  it("is not taken from a file that holds no plan", () => {
    for (const text of ["{}", "no JSON"]) {
      writeFileSync(file, text);
      assert.equal(
        messageOf(() => {
          checkSamePlan(file, basis());
        }),
        `TOWPATH_PLAN: expected the file of a plan, got ${JSON.stringify(file)}; write it with npx towpath plan --stack production --json > ${file}`,
      );
    }
  });

  it("has a digest that changes with each of its parts, and with the program", () => {
    writeFileSync(join(folder, "index.ts"), "one");
    const before = programIn(folder);
    writeFileSync(join(folder, "package-lock.json"), "other");
    const bases = [
      basis(),
      basis(13),
      basis(12, { settings: "x" }),
      basis(12, { program: programIn(folder) }),
    ];
    assert.notEqual(programIn(folder), before);
    assert.equal(new Set(bases.map(planDigest)).size, bases.length);
    assert.equal(planDigest(basis()), planDigest(basis()));
  });
});
