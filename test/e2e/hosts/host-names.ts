import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import tls from "node:tls";
import { ask, type Answer } from "../../support/hosts/ask.ts";
import type { ReleasedProject } from "../../support/hosts/released-project.ts";
import { Load, assertServed } from "../../support/load.ts";

/** Sets staging up, and perhaps production, each on top of the settings that it always has. */
type Configure = (
  more: Readonly<Record<string, unknown>>,
  ofProduction?: Readonly<Record<string, unknown>>,
) => void;

const api = "api.example.test";
const old = "old.example.test";

/**
 * The sample's API under a host name of its own, too, with the page as its front page; and routes on which the gateway does more
 * than to send requests on.
 */
const described = [
  ["  services: {\n", '  domains: ["api"],\n  services: {\n'],
  [
    'routes: ["/api/*"]',
    `routes: ["/api/*", { domain: "api", path: "/*" },
        { path: "/guarded/*", maxBodySize: "1KiB", basicAuth: { user: "admin", secret: "SMOKE_PASSWORD" } }]`,
  ],
  [
    'routes: ["/*"]',
    `routes: ["/*", { domain: "api", path: "/" },
        { path: "/facts/*", stripPrefix: true, headers: { "Cache-Control": "no-store" } }]`,
  ],
] as const;

/** The tests of further host names, with staging and production behind one gateway. */
export function hostNames(released: () => ReleasedProject, configure: Configure): void {
  const host = () => released().host("staging");
  const asked = (name: string, path: string): Promise<Answer> => ask(host().address, name, path);

  /** The names that a host name's certificate is for. */
  async function certificateOf(name: string): Promise<string | undefined> {
    const { address } = host();
    const socket = tls.connect({ host: address, port: 443, servername: name, rejectUnauthorized: false });
    try {
      await once(socket, "secureConnect", { signal: AbortSignal.timeout(10_000) });
      return socket.getPeerX509Certificate()?.subjectAltName;
    } finally {
      socket.destroy();
    }
  }

  const asProxy = (): Promise<Answer> =>
    released().ask("staging", "/api/health", { "x-forwarded-proto": "http" });

  /** The status of a request with so many bytes. */
  async function statusOf(path: string, bytes: number): Promise<number | undefined> {
    const name = released().domain("staging");
    const request = https.request({
      ...{ host: host().address, servername: name, path, method: "POST", agent: false },
      ...{ headers: { host: name, "content-length": bytes }, rejectUnauthorized: false },
    });
    request.on("error", () => undefined); // what is refused is not read to its end
    request.end(Buffer.alloc(bytes));
    const [response] = (await once(request, "response", { signal: AbortSignal.timeout(10_000) })) as [
      IncomingMessage,
    ];
    response.resume();
    return response.statusCode;
  }

  async function asRoutesSay(): Promise<void> {
    const facts = await released().ask("staging", "/facts/build-info.json");
    assert.deepEqual([facts.status, facts.headers["cache-control"]], [200, "no-store"]);
    assert.doesNotMatch(facts.body, /<html/);

    const filters = ["label=towpath.namespace=notes-staging", "label=towpath.part=api"];
    const [copy = ""] = await host().docker(
      ...["ps", "--quiet", ...filters.flatMap((one) => ["--filter", one])],
    );
    const password = await host().exec("docker", "exec", copy, "cat", "/run/secrets/SMOKE_PASSWORD");
    const asking = (user: string): Promise<Answer> => {
      const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
      return released().ask("staging", "/guarded/notes", { authorization });
    };
    const refused = await released().ask("staging", "/guarded/notes");
    assert.deepEqual(
      [refused.status, refused.headers["www-authenticate"]],
      [401, 'Basic realm="notes-staging/guarded/*"'],
    );
    assert.equal((await asking("nobody")).status, 401);
    assert.equal((await asking("admin")).status, 200);
    assert.equal(await statusOf("/guarded/notes", 2048), 413);
    assert.equal(await statusOf("/guarded/notes", 512), 401);
    assert.equal((await asProxy()).status, 200);
  }

  it("serves an application under several host names, sends visitors of others there, and takes them away again, without a lost request", async () => {
    const { source } = released().project;
    const edited = source.read("application.ts");
    const settings = { domains: { api }, redirects: { [old]: "staging.example.test" } };
    const load = new Load(`https://${released().domain("staging")}`, host().address);
    try {
      await load.reached(20);
      for (const [passage, replacement] of described) source.edit("application.ts", passage, replacement);
      configure(settings);
      await released().release("staging");
      // Loading a configuration closes connections that are not in use: clients open others.
      assert.deepEqual((await load.cut()).failures, {});

      assert.equal((await asked(api, "/api/health")).status, 200);
      assert.equal(await certificateOf(api), `DNS:${api}`);
      // Its routes are its own: the page has every address of the environment's name, and one of this.
      assert.match((await released().ask("staging", "/notes")).body, /<html/);
      assert.match((await asked(api, "/")).body, /<html/);
      assert.doesNotMatch((await asked(api, "/notes")).body, /<html/);
      const sent = await asked(old, "/notes?page=2");
      assert.deepEqual(
        [sent.status, sent.headers.location],
        [308, "https://staging.example.test/notes?page=2"],
      );
      assert.equal(await certificateOf(old), `DNS:${old}`);

      await asRoutesSay();

      const further = new Load(`https://${api}`, host().address);
      try {
        await further.reached(20);
        configure({ ...settings, trustedProxies: ["0.0.0.0/0"], variables: { SMTP_HOST: "a.example.com" } });
        await released().release("staging");
        // What a proxy says of HTTPS reaches the service, which refuses other requests.
        assert.equal((await asProxy()).status, 400);
        await further.reached(20);
        assert.deepEqual((await further.cut()).failures, {});
        configure({ ...settings, trustedProxies: ["0.0.0.0/0"], variables: { SMTP_HOST: "b.example.com" } });
        await released().release("staging");
        await further.reached(20);
        assertServed(await further.cut());
      } finally {
        await further.stop();
      }

      configure(settings, { redirects: { [api]: released().domain("production") } });
      const refused = await released().up("production");
      assert.equal(refused.code, 1, refused.stdout + refused.stderr);
      assert.match(
        refused.stdout + refused.stderr,
        /towpath:redirects\.api\.example\.test: notes-staging answers for this host name at the same gateway, got "api\.example\.test"; choose another, or take it away there first/,
      );

      source.write("application.ts", edited);
      configure({});
      await load.cut();
      await released().release("staging");
      assert.deepEqual((await load.cut()).failures, {});
      for (const name of [api, old]) await assert.rejects(certificateOf(name), /alert internal error/);
    } finally {
      await load.stop();
      source.write("application.ts", edited);
      configure({});
    }
  });
}
