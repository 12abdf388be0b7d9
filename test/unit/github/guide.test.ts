import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { offers, planNames } from "../../../components/github/plans.ts";

describe("docs/github.md", () => {
  const page = readFileSync(new URL("../../../docs/github.md", import.meta.url), "utf8");

  it("describes what GitHub's plans offer as the program knows it", () => {
    const rows = [...page.matchAll(/^\|(.*)\|$/gm)].map(([, row = ""]) =>
      row.split("|").map((cell) => cell.trim()),
    );
    const start = rows.findIndex(([first]) => first === "what");
    assert.deepEqual(
      rows.slice(start + 2),
      offers.map(({ words, privateOn, instead }) => [
        words,
        ...planNames.map((plan) => (privateOn.includes(plan) ? "yes" : "no")),
        instead.replace(/\btowpath:\w+\b/g, "`$&`"),
      ]),
    );
  });
});
