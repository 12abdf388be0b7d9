import assert from "node:assert/strict";
import fc from "fast-check";
import { recordOf } from "../../../components/plan/release-record.ts";

/** Images by name, as ids; a name that JSON cannot write is none. */
const images = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"),
  fc.string({ minLength: 1 }),
  { minKeys: 1 },
);

describe("a release record", () => {
  it("has the same id for the same images on every machine", () => {
    assert.deepEqual(recordOf({ api: "sha256:aa", web: "sha256:bb" }), {
      id: "01d2713d1e85",
      images: { api: "sha256:aa", web: "sha256:bb" },
    });
  });

  it("does not depend on the order of the images", () => {
    fc.assert(
      fc.property(images, (found) => {
        const reversed = Object.fromEntries(Object.entries(found).reverse());
        assert.equal(JSON.stringify(recordOf(reversed)), JSON.stringify(recordOf(found)));
      }),
    );
  });

  it("has another id when an image changes, is gone, or has another name", () => {
    fc.assert(
      fc.property(images, fc.nat(), (found, which) => {
        const names = Object.keys(found);
        const name = names[which % names.length] ?? "";
        const { [name]: id, ...rest } = found;
        const ids = [
          recordOf(found).id,
          recordOf(rest).id,
          recordOf({ ...found, [name]: `${String(id)}0` }).id,
          recordOf({ ...rest, [`${name}0`]: String(id) }).id,
        ];
        fc.pre(!(`${name}0` in found));
        assert.equal(new Set(ids).size, ids.length);
      }),
    );
  });

  it("has an id of 12 hexadecimal digits", () => {
    fc.assert(
      fc.property(images, (found) => {
        assert.match(recordOf(found).id, /^[0-9a-f]{12}$/);
      }),
    );
  });
});
