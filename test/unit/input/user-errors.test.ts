import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../../../components/input/input-error.ts";
import { UserError } from "../../../components/input/user-error.ts";
import { laterUserErrors, userErrors } from "../../../components/input/user-errors.ts";

class HostLost extends UserError {}

describe("an error for a person to put right", () => {
  it("is told to Pulumi without a stack trace, of whatever kind it is", async () => {
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

  it("is told apart by its kind's name", () => {
    assert.equal(new HostLost("third: wrong").name, "HostLost");
  });

  it("is not what the program itself does wrong", () => {
    const error = new TypeError("not a function");
    assert.throws(() => {
      userErrors(() => {
        throw error;
      });
    }, error);
  });
});
