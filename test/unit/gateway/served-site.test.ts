import assert from "node:assert/strict";
import {
  hostRunMark,
  routeDifference,
  routeId,
  siteAnswer,
  siteQuestion,
} from "../../../components/gateway/served-site.ts";
import { agreement, leftRoute } from "../../../components/release/route-agreement.ts";

const served = siteAnswer("text\0release\n\0loaded\0api-1\0api-1\0web-1");
const left = { serves: routeId({ text: "text", release: "release" }), since: "2026-01-02T03:04:05.000Z" };

describe("the site that a gateway serves", () => {
  it("is read from its answer", () => {
    assert.deepEqual(served, {
      ...{ text: "text", release: "release", loaded: true },
      copies: ["api-1", "web-1"],
    });
    assert.equal(siteAnswer("text\0release\n\0")?.loaded, false);
    assert.equal(siteAnswer(""), undefined);
    assert.equal(siteAnswer("text\0"), undefined);
  });

  it("is compared with what the last complete run left, and the difference is put into words", () => {
    assert.equal(routeDifference(left.serves, served), undefined);
    assert.equal(routeDifference(left.serves, undefined), "the gateway has no route");
    assert.equal(
      routeDifference(left.serves, served && { ...served, release: "another" }),
      "the gateway serves another route than the last complete run left",
    );
    assert.equal(
      routeDifference(left.serves, served && { ...served, loaded: false }),
      "the gateway has not loaded the route that the last complete run left",
    );
  });

  it("may differ while services run on this machine", () => {
    const text = `${hostRunMark}: api\ntext`;
    assert.equal(routeDifference(left.serves, served && { ...served, text }), undefined);
  });
});

describe("the time from which state and gateway agree", () => {
  const site = { gateway: "gateway", name: "notes-staging" };
  const now = new Date("2026-02-03T04:05:06Z");

  it("stays while they do, and costs one question", async () => {
    const asked: [string, readonly string[]][] = [];
    const found = await agreement(left, site, (gateway, command) => {
      asked.push([gateway, command]);
      return Promise.resolve("text\0release\n\0loaded");
    });
    assert.deepEqual(found, { since: left.since });
    assert.deepEqual(asked, [["gateway", siteQuestion(site)]]);
  });

  it("is now, with a warning, when the gateway serves something else", async () => {
    assert.deepEqual(await agreement(left, site, () => Promise.resolve("text\0other\n\0loaded"), now), {
      since: "2026-02-03T04:05:06.000Z",
      warning: "route: the gateway serves another route than the last complete run left; up switches again",
    });
  });

  it("stays when the gateway cannot be asked", async () => {
    assert.deepEqual(await agreement(left, site, () => Promise.resolve(undefined), now), {
      since: left.since,
    });
  });

  it("is now, without a question, when no run has left a route", async () => {
    const ask = (): never => assert.fail("asked");
    assert.deepEqual(await agreement(undefined, site, ask, now), { since: "2026-02-03T04:05:06.000Z" });
  });

  it("is read from the stack's outputs", () => {
    assert.deepEqual(leftRoute({ route: left, url: "x" }), left);
    assert.equal(leftRoute({ url: "x" }), undefined);
    assert.equal(leftRoute(undefined), undefined);
  });
});
