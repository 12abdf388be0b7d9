import assert from "node:assert/strict";
import { once } from "node:events";
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

/** The sample's API under a host name of its own, too, with the page as its front page. */
const described = [
  ["  services: {\n", '  domains: ["api"],\n  services: {\n'],
  ['routes: ["/api/*"]', 'routes: ["/api/*", { domain: "api", path: "/*" }]'],
  ['routes: ["/*"]', 'routes: ["/*", { domain: "api", path: "/" }]'],
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

      const further = new Load(`https://${api}`, host().address);
      try {
        await further.reached(20);
        configure({ ...settings, variables: { SMTP_HOST: "smtp.example.com" } });
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
