import assert from "node:assert/strict";
import fc from "fast-check";
import { blankOut } from "../../../components/input/blank-out.mjs";

const secret = fc.string({ minLength: 6, maxLength: 40 }).filter((text) => text.trim().length >= 6);
/** Text that no secret or encoding of one is a part of by chance. */
const around = fc.constantFrom("", "user ", "\n", "=", '"');

describe("blanking out secrets", () => {
  it("leaves nothing of a value, however a program writes it", () => {
    const ways: ((value: string) => string)[] = [
      (value) => value,
      (value) => encodeURIComponent(Buffer.from(value).toString()),
      (value) =>
        encodeURIComponent(Buffer.from(value).toString()).replace(/%../g, (hex) => hex.toLowerCase()),
      (value) => new URLSearchParams({ v: value }).toString().slice(2),
      (value) => JSON.stringify(value).slice(1, -1),
      (value) => Buffer.from(value).toString("base64"),
      (value) => Buffer.from(value).toString("base64url"),
    ];
    fc.assert(
      fc.property(secret, around, around, fc.constantFrom(...ways), (value, before, after, write) => {
        const written = write(value);
        const shown = blankOut(`${before}${written}${after}`, [value]);
        assert.ok(!shown.includes(written.trim()), shown);
        assert.ok(shown.includes("***"), shown);
      }),
    );
  });

  it("covers the password of a URL, as it is written and decoded", () => {
    fc.assert(
      fc.property(secret, (password) => {
        const plain = Buffer.from(password).toString();
        const url = `postgresql://notes:${encodeURIComponent(plain)}@postgres:5432/notes`;
        const text = [
          url,
          plain,
          encodeURIComponent(plain),
          Buffer.from(`notes:${plain}`).toString("base64"),
        ];
        for (const line of text) assert.equal(blankOut(line.trim(), [url]), "***");
      }),
    );
  });

  it("leaves text without a value unchanged", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(blankOut(text, ["~not in the text~".repeat(20), "", "abc"]), text);
      }),
    );
  });

  it("covers each line of a multi-line value, and the longest value first", () => {
    const key = "-----BEGIN KEY-----\r\nMIIEvQIBADANBg\r\n{\r\n-----END KEY-----\n";
    assert.equal(
      blankOut("  | MIIEvQIBADANBg\n{ hunter2hunter2 hunter2 }", [key, "hunter2", "hunter2hunter2"]),
      "  | ***\n{ *** *** }",
    );
  });
});
