import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/application.ts";
import { healthPaths, routeChecks } from "../../../components/gateway/route-checks.ts";
import { application as notes } from "../../../application.ts";

const application = parseApplication(notes);
const health = { path: "/api/health", status: 200, json: { status: "healthy" } };
const page = { path: "/", status: 200 };

describe("what users have to get after the switch", () => {
  it("is what the smoke checks say", () => {
    assert.deepEqual(routeChecks(application, { maintenance: false, canary: false }), [health, page]);
  });

  it("is 503 in maintenance, but for the health paths", () => {
    assert.deepEqual(routeChecks(application, { maintenance: true, canary: false }), [
      health,
      { path: "/", status: 503 },
    ]);
  });

  it("is asked for of both releases while there is a canary", () => {
    const checks = routeChecks(application, { maintenance: false, canary: true });
    assert.deepEqual(
      checks.map(({ path, headers }) => [headers?.cookie, path]),
      [
        ["towpath=0", "/api/health"],
        ["towpath=0", "/"],
        ["towpath=g", "/api/health"],
        ["towpath=g", "/"],
      ],
    );
  });
});

describe("the health paths", () => {
  it("are those of the services with a route, and no front page", () => {
    assert.deepEqual(healthPaths(application), ["/api/health"]);
  });

  it("leave out what the gateway answers nobody", () => {
    const inside = parseApplication({
      ...notes,
      smoke: [],
      services: {
        ...notes.services,
        api: { ...notes.services.api, image: "api", health: { path: "/internal" }, routes: ["/api/*"] },
        web: { image: "web", port: 8080, health: { path: "/" } },
      },
    });
    assert.deepEqual(healthPaths(inside), []);
  });
});
