import assert from "node:assert/strict";
import { stagesOf } from "../../../components/application/dockerfile.ts";

describe("the stages of a Dockerfile", () => {
  it("are those with names, even on continued lines", () => {
    const text = [
      "FROM a AS One",
      "# FROM b AS no",
      "FROM --platform=x \\",
      "  b \\",
      "  as two  ",
      "FROM c",
    ];
    assert.deepEqual(stagesOf(text.join("\n")), ["one", "two"]);
    assert.deepEqual(stagesOf("# escape=`\nFROM a `\nAS one"), ["one"]);
    assert.deepEqual(stagesOf("FROM a AS one \\"), ["one"]);
  });

  it("are not read from a here-document", () => {
    const text = [
      "FROM a AS one",
      'RUN <<-EOF cat >x <<"SECOND"',
      "FROM b AS no",
      "\tEOF",
      "FROM c AS neither",
      "SECOND",
      "FROM d AS two",
    ];
    assert.deepEqual(stagesOf(text.join("\n")), ["one", "two"]);
  });
});
