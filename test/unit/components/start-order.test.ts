import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { startAfter } from "../../../components/host/start-order.ts";

describe("copies that start one after the other", () => {
  it("hold a value back until the previous copy has started", async () => {
    let start: (id: string) => void = () => undefined;
    const before = pulumi.output(new Promise<string>((resolve) => (start = resolve)));
    const seen: string[] = [];
    const held = new Promise<void>((resolve) => {
      startAfter(pulumi.output("image"), before).apply((value) => {
        seen.push(value);
        resolve();
      });
    });
    before.apply(() => seen.push("started"));

    await new Promise(setImmediate);
    assert.deepEqual(seen, []);
    start("id");
    await held;
    assert.deepEqual(seen, ["started", "image"]);
  });

  it("hold nothing back from the first copy", () => {
    const image = pulumi.output("image");
    assert.equal(startAfter(image, undefined), image);
  });
});
