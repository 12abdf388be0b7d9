/** What is said of a restore that failed. That dumps are restored is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { outcomeOf, rolesSql } from "../../../components/backup/program/scratch.mjs";

const drill = { file: "a.dump", memory: 1024 ** 3, needed: 300_000_000 };
const another = "take another with npx towpath backup";

function said(exitCode: number, text = "", outOfMemory = false): string {
  const outcome = outcomeOf({ exitCode, outOfMemory, said: text }, drill);
  return "problem" in outcome ? `${outcome.problem}: ${outcome.remedy}` : JSON.stringify(outcome);
}

describe("a server in which a dump is restored", () => {
  it("prints what was there last", () => {
    const content = { schema: "sum", bytes: 1, roles: [], rows: { "public.notes": 2 } };
    assert.deepEqual(JSON.parse(said(0, `restored in 5\n${JSON.stringify(content)}\n`)), {
      seconds: 5,
      content,
    });
  });

  it("says what is wrong with the dump", () => {
    assert.equal(said(66), `a.dump is not there any more: ${another}`);
    assert.equal(said(65), `a.dump is damaged, got another checksum than was written down: ${another}`);
    assert.equal(
      said(
        1,
        `pg_restore: while PROCESSING TOC:\npg_restore: error: COPY failed for table "notes": ERROR:  invalid input\nCONTEXT:  COPY notes, line 1, column secret: "row"\n`,
      ),
      `a.dump could not be restored, got "pg_restore: error: COPY failed for table "notes": ERROR:  invalid input": mend that, or ${another}`,
    );
  });

  it("says what is wrong with its host", () => {
    assert.equal(
      said(73, "1000\n"),
      "restoring a.dump needs 300000000 bytes of the host's disk, got 1024000: free some",
    );
    assert.equal(
      said(1, "pg_restore: error: could not extend file: No space left on device\n"),
      "restoring a.dump filled the host's disk: free some",
    );
    assert.equal(
      said(1, "", true),
      "restoring a.dump needed more memory than its limit of 1 GiB: give the Docker engine more memory, of which it may use half, up to 1 GiB, or do the work in smaller parts",
    );
    assert.equal(
      said(137),
      "restoring a.dump was killed (exit code 137), as for want of memory, of which it has 1 GiB: if nobody ended it, give the Docker engine more memory, of which it may use half, up to 1 GiB, or do the work in smaller parts",
    );
    assert.equal(
      said(69, "FATAL:  unrecognized configuration parameter\n"),
      'a server for a.dump did not begin, got "FATAL:  unrecognized configuration parameter": mend that',
    );
  });

  it("has the roles of the other one, whatever their names", () => {
    const content = { schema: "", bytes: 0, roles: ["notes", 'odd"; DROP'], rows: {} };
    assert.equal(rolesSql(content, "notes"), 'CREATE ROLE "odd""; DROP";');
    assert.equal(rolesSql({ ...content, roles: ["notes"] }, "notes"), "");
  });
});
