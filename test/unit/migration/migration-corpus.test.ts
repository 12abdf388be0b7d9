/**
 * The share of destructive steps that are found in a public benchmark, and the number of others mistaken for such.
 *
 * The files are not part of this repository: with `MIGRATION_CORPUS=<folder>` this test prints the score. Most of their
 * labels are about locks; these are those about loss.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { destructiveSteps } from "../../../components/migration/destructive-steps.ts";

const { MIGRATION_CORPUS: folder = "" } = process.env;

const aboutLoss = [
  ...["drop-table-cascade", "drop-column", "truncate-cascade"],
  ...["rename-column-breakage", "rename-table-breakage"],
  ...["replication-identity-break", "disable-trigger-all"],
];

/**
 * Reasons that the benchmark knows only as locks, but that are reported: what narrows may refuse the release that runs.
 */
const narrowing = /^adds (?:a|the) (?:constraint|unique index)|^makes the column/;

interface Labelled {
  readonly file: string;
  readonly loss: boolean;
  /** True when the benchmark calls it safe as it is. */
  readonly safe: boolean;
  readonly reasons: readonly string[];
}

async function labelled(file: string): Promise<Labelled> {
  const text = readFileSync(join(folder, file), "utf8");
  const label = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1] ?? "";
  const hazards = label("hazards").replace(/[[\]]/g, "").split(", ");
  return {
    file,
    loss: hazards.some((hazard) => aboutLoss.includes(hazard)),
    safe: label("verdict") === "safe",
    reasons: (await destructiveSteps(text)).map(({ reason }) => reason),
  };
}

if (folder !== "") {
  it("destructive steps are found in a public benchmark", async () => {
    const files = await Promise.all(
      readdirSync(folder)
        .filter((file) => file.endsWith(".sql"))
        .map(labelled),
    );
    const lossy = files.filter(({ loss }) => loss);
    const found = lossy.filter(({ reasons }) => reasons.length > 0);
    const others = files.filter(({ loss }) => !loss);
    const alarms = others.filter(({ reasons }) => reasons.some((reason) => !narrowing.test(reason)));
    const narrow = others.filter(
      ({ reasons }) => reasons.length > 0 && reasons.every((reason) => narrowing.test(reason)),
    );
    const list = (some: readonly Labelled[]): string =>
      some
        .map(({ file, safe, reasons }) => `\n        ${file}${safe ? " (safe)" : ""}: ${reasons.join("; ")}`)
        .join("");
    console.info(
      `      found ${found.length} of ${lossy.length} files that lose something` +
        `\n      told of ${alarms.length} of ${others.length} others:${list(alarms)}` +
        `\n      and of ${narrow.length} that only narrow what is allowed:${list(narrow)}`,
    );
    assert.deepEqual(
      lossy.filter(({ reasons }) => reasons.length === 0).map(({ file }) => file),
      [],
    );
    // Rows of a partition that is taken out are gone for the release that runs, however it is locked.
    assert.deepEqual(
      alarms.filter(({ safe }) => safe).map(({ file }) => file),
      ["s12-detach-partition-concurrently.sql"],
    );
  });
}
