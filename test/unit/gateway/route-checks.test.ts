import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { forwardedHeaders } from "../../../components/gateway/forwarded.ts";
import {
  checksAfterwards,
  healthPaths,
  knowing,
  routeChecks,
  visitors,
} from "../../../components/gateway/route-checks.ts";
import { application as notes } from "../../../application.ts";

const application = parseApplication(notes);
const url = "https://notes.example.com";
const headers = { host: "notes.example.com" };
const health = { path: "/api/health", status: 200, json: { status: "healthy" }, headers };
const page = { path: "/", status: 200, headers };

describe("the answer that users have to get after the switch", () => {
  it("is the one in the smoke checks", () => {
    assert.deepEqual(routeChecks(application, { maintenance: false, canary: false, url }), [health, page]);
  });

  it("is 503 in maintenance, except for the health paths", () => {
    assert.deepEqual(routeChecks(application, { maintenance: true, canary: false, url }), [
      health,
      { path: "/", status: 503, headers },
    ]);
  });

  it("is asked for with the password where there is one", () => {
    const state = { maintenance: false, canary: false, url, password: "open sesame" };
    const authorization = "Basic cHJldmlldzpvcGVuIHNlc2FtZQ==";
    assert.deepEqual(
      routeChecks(application, state).map(({ headers }) => headers),
      [
        { ...headers, authorization },
        { ...headers, authorization },
      ],
    );
  });

  it("is checked for both releases while there is a canary", () => {
    const checks = routeChecks(application, { maintenance: false, canary: true, url });
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

describe("checks that do more than read", () => {
  const more = parseApplication({
    ...notes,
    smoke: [
      { path: "/api/health", headers: { Accept: "application/json", Origin: "${url}" } },
      { path: "/api/login", form: { user: "${domain}" }, save: { token: "token" } },
      { path: "/api/status", retries: 12 },
      { url: "https://errors.example/${version}" },
      { service: "api", command: ["true"] },
    ],
  });
  const facts = { environment: "staging", namespace: "n", domain: "notes.example.com", url, version: "1.2" };
  const state = { maintenance: false, canary: false, url };

  it("are asked once after the switch, in their order, and the others again and again", () => {
    const known = knowing(more, facts);
    assert.deepEqual(routeChecks(known, state), [
      { path: "/api/health", status: 200, headers: { Accept: "application/json", Origin: url, ...headers } },
    ]);
    assert.deepEqual(checksAfterwards(known, state), [
      { path: "/api/login", status: 200, form: { user: "notes.example.com" }, save: { token: "token" } },
      { path: "/api/status", status: 200, retries: 12 },
      { url: "https://errors.example/1.2", status: 200 },
    ]);
  });

  it("are left out in maintenance, which every other path answers", () => {
    const maintenance = { ...state, maintenance: true };
    assert.deepEqual(checksAfterwards(more, maintenance), []);
    assert.deepEqual(
      routeChecks(more, maintenance).map(({ path, status }) => [path, status]),
      [
        ["/api/health", 200],
        ["/api/login", 503],
        ["/api/status", 503],
      ],
    );
  });

  it("are asked by one visitor of each release during a canary", () => {
    assert.deepEqual(visitors({ ...state, canary: true, password: "open sesame" }), [
      { ...headers, authorization: "Basic cHJldmlldzpvcGVuIHNlc2FtZQ==", cookie: "towpath=0" },
      { ...headers, authorization: "Basic cHJldmlldzpvcGVuIHNlc2FtZQ==", cookie: "towpath=g" },
    ]);
  });
});

describe("a request that the gateway forwards", () => {
  it("has the host and the scheme that the user asked for", () => {
    assert.deepEqual(forwardedHeaders(url), {
      host: "notes.example.com",
      "x-forwarded-host": "notes.example.com",
      "x-forwarded-proto": "https",
    });
    assert.deepEqual(forwardedHeaders("http://localhost:8080"), {
      host: "localhost:8080",
      "x-forwarded-host": "localhost:8080",
      "x-forwarded-proto": "http",
    });
  });
});

describe("the health paths", () => {
  it("are those of the services with a route, and never the front page", () => {
    assert.deepEqual(healthPaths(application), ["/api/health"]);
  });

  it("have no query, because the gateway compares paths", () => {
    const asked = parseApplication({
      ...notes,
      services: {
        ...notes.services,
        api: { ...notes.services.api, image: "api", health: { path: "/api/health?deep=1" } },
      },
      smoke: [{ path: "/api/health?deep=1", status: 200 }],
    });
    assert.deepEqual(healthPaths(asked), ["/api/health"]);
    const [check] = routeChecks(asked, { maintenance: true, canary: false, url });
    assert.deepEqual(check, { path: "/api/health?deep=1", status: 200, headers });
  });

  it("exclude paths that the gateway does not serve", () => {
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
