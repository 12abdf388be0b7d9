/**
 * A database on a server that is there already: what is asked of it before a release, and what is made for it.
 *
 * That a server answers so, is locked and dumped, is proved in test/e2e/hosts.
 */
import { byName } from "./engine.ts";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parseApplication } from "../../../components/application/parse.ts";
import { postgresAddress } from "../../../components/application/postgres-url.ts";
import type { ExternalDatabase } from "../../../components/data/external-postgres.ts";
import { externalPostgresProblem } from "../../../components/data/ask-external-postgres.ts";
import {
  checkExternalDatabase,
  externalDatabase,
} from "../../../components/environment/external-database.ts";
import type { AskingScript, HostView } from "../../../components/host/host-view.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import type { StagingSettings } from "../../../components/settings/staging.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { staging } from "../settings/good.ts";
import { Hidden, shown } from "./hidden.ts";
import { orderOf } from "./order.ts";
import { released } from "./released.ts";

const url = "postgresql://app:p%40ssword@db.example.com/live?sslmode=require";
const address = postgresAddress(url);
const settings = parseSettings(merged(staging, { postgres: { external: { url: "DB" } } })) as StagingSettings;

/** A host where a script prints this, or fails with it; `asked` takes what it was asked. */
function answering(
  answer: Awaited<ReturnType<HostView["ask"]>>,
  asked: AskingScript[] = [],
): Pick<HostView, "ask"> {
  return {
    ask: (script) => {
      asked.push(script);
      return Promise.resolve(answer);
    },
  };
}

async function problemWith(answer: Awaited<ReturnType<HostView["ask"]>>): Promise<string | undefined> {
  assert.ok(typeof address !== "string");
  const asked = { address, secret: "DB", described: { version: 15 as const }, host: "app1" };
  const limits = { memory: 1024, pids: 8, remedy: "" };
  return externalPostgresProblem(asked, answering(answer), { imageMirror: "docker.io", limits });
}

describe("an external database, before anything is made (000-49b, 002-716)", () => {
  it("is found by the URL in its secret, whose value no message shows (001-112)", async () => {
    const find = (value: string, lacking: string[] = []): Promise<ExternalDatabase | undefined> =>
      externalDatabase({ settings, secretValues: { DB: pulumi.secret(value) } }, lacking);
    const found = await find(url);
    assert.deepEqual([found?.secret, found?.address], ["DB", address]);
    assert.equal(await externalDatabase({ settings: parseSettings(staging), secretValues: {} }), undefined);
    await assert.rejects(find("mysql://notes:hunter2@db/notes"), {
      name: "InputError",
      message:
        'towpath:postgres.external.url: expected the URL of a PostgreSQL database in the secret DB, got a URL that begins with "mysql://"; write postgresql://user:password@host:5432/database, and each letter of a password that is none of a-z, 0-9, "-", "." and "_" as % and its code',
    });
    // A plan without the value still has something to go by.
    assert.equal((await find("missing", ["DB"]))?.address.host, "unknown");
  });

  it("is asked by the clients of its version, which are told the password on standard input", async () => {
    const asked: AskingScript[] = [];
    const external = {
      secret: "DB",
      url: pulumi.secret(url),
      address: address as ExternalDatabase["address"],
    };
    const view = answering({ printed: "150004\n7\n8\n7\n9\n7\n8\n" }, asked);
    await checkExternalDatabase(parseApplication(notes), external, { settings, view, host: "app1" });
    const [{ image, input, script } = assert.fail()] = asked;
    assert.equal(image, "docker.io/library/postgres:15");
    assert.match(input, /^\[external\]\nhost=db\.example\.com\n[^]*^password=p@ssword$/m);
    assert.doesNotMatch(script, /ssword=|p@ssword/);
  });

  it("is refused when it does not answer, with the server's words and without the password", async () => {
    const problem =
      'psql: error: connection to server at "db.example.com" (10.0.0.7), port 5432 failed: FATAL:  password authentication failed for user "app"\np@ssword';
    assert.equal(
      await problemWith({ problem }),
      'towpath:postgres.external.url: the database live on db.example.com:5432 does not answer app1, got "connection to server at "db.example.com" (10.0.0.7), port 5432 failed: FATAL: password authentication failed for user "app"; ***"; correct the secret DB, or have the server let app1 in',
    );
    assert.match((await problemWith({ printed: "" })) ?? "", /does not answer app1, got ""/);
  });

  it("is refused when it is of another version, older or newer", async () => {
    for (const [number, version] of [
      ["140012", 14],
      ["160001", 16],
    ] as const) {
      assert.equal(
        await problemWith({ printed: `${number}\n7\n8\n7\n9\n7\n8\n` }),
        `postgres.version: the external database live on db.example.com:5432 is PostgreSQL ${version}, got 15 in application.ts; describe ${version}, whose own programs dump it, or use a server of version 15`,
      );
    }
  });

  it("is refused behind a pooler that shares sessions: they would lose the lock", async () => {
    const refusal =
      "towpath:postgres.external.url: expected a session of its own for each connection to live on db.example.com:5432, got a pooler that shares them between transactions; the lock of migrations does not last there: put the address of the server itself, or of a pooler in session mode, into the secret DB";
    assert.equal(await problemWith({ printed: "150004\n7\n7\n7\n7\n7\n7\n" }), refusal);
    assert.equal(await problemWith({ printed: "150004\n7\n8\n9\n7\n8\n9\n" }), refusal);
    assert.equal(await problemWith({ printed: "150004\n7\n8\n7\n9\n7\n8\n" }), undefined);
  });
});

describe("an external database, in a release", function () {
  this.timeout(60_000);

  it("takes the place of a server: clients that know the way from a file, and the URL as it is", async () => {
    const { registrations, result } = await released({
      settings: { postgres: { external: { url: "DB" } } },
      externalPostgres: { secret: "DB", url, address: address as ExternalDatabase["address"] },
    });
    const resources = byName(registrations);
    assert.deepEqual(
      registrations.filter(({ name }) => /postgres-(?:volume|container|password)/.test(name)),
      [],
    );
    const client = resources["notes-staging-postgres-client"]?.inputs ?? {};
    assert.deepEqual(
      [client.name, client.image, client.entrypoints, client.command, client.user, client.init, client.ports],
      [
        "notes-staging-postgres-client",
        "docker.io/library/postgres:15",
        ["sleep"],
        ["infinity"],
        "postgres",
        true,
        undefined,
      ],
    );
    assert.deepEqual(client.envs, ["PGSERVICE=external", "PGSERVICEFILE=/run/secrets/POSTGRES_SERVICE"]);
    assert.deepEqual(Object.keys(client.tmpfs as object), ["/var/lib/postgresql/data"]);
    const { stdin } = resources["notes-staging-release-migration-run"]?.inputs ?? {};
    const input = shown(stdin instanceof Hidden ? stdin.value : stdin) as {
      care: { lock: object };
      files: Record<string, string>;
    };
    assert.deepEqual(input.care.lock, {
      ...{ container: "notes-staging-postgres-client", administrator: "app", database: "live" },
      ...{ waitSeconds: 60, external: true },
    });
    assert.equal(input.files.DATABASE_URL, url);
    const before = orderOf(registrations)["notes-staging-release-migration-run"];
    assert.ok(before?.includes("notes-staging-postgres-gate-poll"), before?.join());
    assert.deepEqual(Object.keys(result.secrets), ["DB", "JWT_SECRET"]);
  });
});
