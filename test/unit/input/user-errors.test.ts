import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../../../components/input/input-error.ts";
import { UserError } from "../../../components/input/user-error.ts";
import { laterUserErrors, userErrors } from "../../../components/input/user-errors.ts";

class HostLost extends UserError {}

describe("a user error", () => {
  it("reaches Pulumi without a stack trace, of whatever kind it is", async () => {
    for (const error of [new InputError(["first: wrong", "second: wrong"]), new HostLost("third: wrong")]) {
      const plain = new pulumi.RunError(error.message);
      assert.throws(() => {
        userErrors(() => {
          throw error;
        });
      }, plain);
      await assert.rejects(
        laterUserErrors(() => Promise.reject(error)),
        plain,
      );
    }
  });

  it("is recognised by the name of its kind", () => {
    assert.equal(new HostLost("third: wrong").name, "HostLost");
  });

  it("is not an error of the program itself", () => {
    const error = new TypeError("not a function");
    assert.throws(() => {
      userErrors(() => {
        throw error;
      });
    }, error);
  });
});
