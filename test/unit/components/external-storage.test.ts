/**
 * An S3 storage that is there already: what is asked of it before a release, and what is made for it.
 *
 * That a storage answers so is proved in test/e2e/hosts.
 */
import { byName } from "./engine.ts";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { parseApplication } from "../../../components/application/parse.ts";
import { storageAddress, type StorageAddress } from "../../../components/application/storage-url.ts";
import type { ExternalStorage } from "../../../components/data/external-storage.ts";
import {
  checkStorage,
  externalStorageOf,
  type StorageRelease,
} from "../../../components/environment/external-storage.ts";
import type { AskingScript, HostView } from "../../../components/host/host-view.ts";
import { checkAgreement } from "../../../components/settings/agreement.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import type { StagingSettings } from "../../../components/settings/staging.ts";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";
import { staging } from "../settings/good.ts";
import { hidden } from "./hidden.ts";
import { released } from "./released.ts";

type Answer = Awaited<ReturnType<HostView["ask"]>>;

const url = "http://AKIA1:s%2Fcret@s3.example.com?region=eu-central-1";
const address = storageAddress(url) as StorageAddress;
const application = parseApplication(notes);
const answered = (status: string, body = ""): Answer => ({ printed: `HTTP/1.1 ${status}\r\n\r\n${body}` });

function settingsWith(objectStorage: unknown): StagingSettings {
  return parseSettings(merged(staging, { objectStorage })) as StagingSettings;
}

/** Checks a release of these buckets on a host where the script gives this answer. Returns what was asked. */
async function checked(
  answer: Answer,
  change: Partial<StorageRelease> = {},
  there: StorageAddress = address,
): Promise<AskingScript[]> {
  const asked: AskingScript[] = [];
  const view: Pick<HostView, "ask"> = {
    ask: (script) => {
      asked.push(script);
      return Promise.resolve(answer);
    },
  };
  const external = {
    secret: "S3_URL",
    url: pulumi.secret(url),
    address: there,
    buckets: { files: "acme-files" },
  };
  const settings = parseSettings(merged(staging, { maintenance: false })) as StagingSettings;
  const release = { application, external, last: undefined, ...change };
  await checkStorage(release, { settings, view, host: "app1" });
  return asked;
}

/** Lets a storage answer everything so, at an address that counts as encrypted. */
async function withStorage(
  status: number,
  body: string,
  use: (address: StorageAddress, asked: readonly string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(status).end(body);
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const endpoint = `http://localhost:${port}`;
    await use({ ...address, endpoint, host: "localhost", port, encrypted: true }, asked);
  } finally {
    server.close();
  }
}

describe("an external object storage, before anything is made (000-39)", () => {
  it("is found by the URL in its secret, whose value no message shows, with its buckets' names", async () => {
    const find = (
      value: string,
      buckets: Record<string, string> = {},
      lacking: string[] = [],
    ): Promise<ExternalStorage | undefined> =>
      externalStorageOf(
        application,
        {
          settings: settingsWith({ external: { url: "S3_URL" }, buckets }),
          secretValues: { S3_URL: pulumi.secret(value) },
        },
        lacking,
      );
    const found = await find(url);
    assert.deepEqual(
      [found?.secret, found?.address, found?.buckets],
      ["S3_URL", address, { files: "notes-staging-files" }],
    );
    assert.deepEqual((await find(url, { files: "acme-files" }))?.buckets, { files: "acme-files" });
    assert.equal(
      await externalStorageOf(application, { settings: parseSettings(staging), secretValues: {} }),
      undefined,
    );
    await assert.rejects(find("s3://key:hunter2@x"), {
      name: "InputError",
      message:
        'towpath:objectStorage.external.url: expected the URL of an S3 storage in the secret S3_URL, got a URL that begins with "s3://"; write https://access-key:secret-key@s3.example.com?region=eu-central-1, and each letter of a key that is none of a-z, 0-9, "-", "." and "_" as % and its code',
    });
    // A plan without the value still has something to go by.
    assert.equal((await find("missing", {}, ["S3_URL"]))?.address.host, "unknown");
  });

  it("has only buckets of the application's, which has some", () => {
    const problems = (described: unknown, objectStorage: unknown): void => {
      checkAgreement(parseApplication(described), settingsWith(objectStorage), {
        configuration: ["JWT_SECRET", "S3_URL"],
        variables: { REGISTRY_TOKEN: "token" },
      });
    };
    const external = { url: "S3_URL" };
    assert.throws(() => {
      problems(notes, { external, buckets: { file: "acme-files" } });
    }, /^InputError: towpath:objectStorage\.buckets\.file: the application has no such bucket; did you mean "files"$/m);
    assert.throws(() => {
      settingsWith({ external, buckets: { files: "Acme_Files" } });
    }, /towpath:objectStorage\.buckets\.files: expected the name of a bucket, of 3 to 63 small letters, digits, dots and hyphens, got "Acme_Files"; write it as it is called there/);
  });

  it("is asked for each bucket, signed, with all of it on standard input", async () => {
    const [asked] = await checked(answered("200 OK"));
    assert.ok(asked);
    assert.equal(asked.image, "docker.io/library/caddy:2.11.9");
    const [host, port, encrypted, request, ...headers] = asked.input.split(/\r?\n/);
    assert.deepEqual([host, port, encrypted], ["s3.example.com", "80", "no"]);
    assert.equal(request, "GET /acme-files?list-type=2&max-keys=1 HTTP/1.1");
    assert.ok(headers.includes("Host: s3.example.com"), headers.join("; "));
    assert.match(
      headers.join("\n"),
      /^Authorization: AWS4-HMAC-SHA256 Credential=AKIA1\/\d{8}\/eu-central-1\/s3\/aws4_request/m,
    );
    assert.doesNotMatch(asked.script + asked.input, /s\/cret|s%2Fcret/);
  });

  it("is asked by the host whether it is there, and from here for its buckets, where it is encrypted", async () => {
    const connected = { printed: "connected\n" };
    await withStorage(200, "", async (encrypted, asked) => {
      const [fromHost] = await checked(connected, {}, encrypted);
      assert.equal(fromHost?.input, `localhost\n${encrypted.port}\nyes\n`);
      assert.match(
        asked[0] ?? "",
        /^GET \/acme-files\?list-type=2&max-keys=1 AWS4-HMAC-SHA256 Credential=AKIA1\//,
      );
    });
    await withStorage(403, "<Error><Code>AccessDenied</Code></Error>", async (encrypted) => {
      await assert.rejects(checked(connected, {}, encrypted), /got 403 AccessDenied; make it, name another/);
      await assert.rejects(checked({ printed: "" }, {}, encrypted), /got "no answer within 5 s"; correct/);
    });
    // Only the host has to reach it.
    await checked(connected, {}, { ...address, encrypted: true, endpoint: "https://localhost:1" });
  });

  it("is not asked where this plan has no value, or the application has no buckets", async () => {
    assert.deepEqual(await checked({ problem: "x" }, { lacking: ["S3_URL"] }), []);
    assert.deepEqual(await checked({ problem: "x" }, { application: { buckets: [] } }), []);
  });

  it("is refused when it does not answer, or has no such bucket for these keys", async () => {
    const unreached = (said: string): object => ({
      name: "InputError",
      message: `towpath:objectStorage.external.url: the object storage http://s3.example.com does not answer app1, got "${said}"; correct the secret S3_URL, or have the server let app1 in`,
    });
    await assert.rejects(checked({ printed: "\n" }), unreached("no answer within 5 s"));
    await assert.rejects(
      checked({ printed: "nc: can't connect to remote host (10.0.0.1): Connection refused\n" }),
      unreached("nc: can't connect to remote host (10.0.0.1): Connection refused"),
    );
    await assert.rejects(checked({ problem: "no image: not found" }), unreached("no image: not found"));
    const refused = (got: string): object => ({
      name: "InputError",
      message: `towpath:objectStorage.buckets.files: the bucket "acme-files" of http://s3.example.com has to be there and may be listed with the keys in the secret S3_URL, got ${got}; make it, name another, or give the keys the right`,
    });
    const body = "<Error><Code>NoSuchBucket</Code><Message>x</Message></Error>";
    await assert.rejects(checked(answered("404 Not Found", body)), refused("404 NoSuchBucket"));
    await assert.rejects(checked(answered("403 Forbidden")), refused("403"));
  });

  it("may not take the place of the one with users' data, nor give way to an empty one", async () => {
    const description = { services: {}, buckets: ["files"] };
    const good = answered("200 OK");
    await assert.rejects(checked(good, { last: { description } }), {
      message:
        "towpath:objectStorage.external: users' data is in Towpath's own object storage, got an external one; remove external, or move the data in maintenance: see \"Other buckets\" in docs/external-services.md",
    });
    const last = { description, external: ["objectStorage"] as const };
    await assert.rejects(checked(good, { last, external: undefined }), {
      message:
        'towpath:objectStorage.external: users\' data is in an external object storage, got none, and an empty one would take its place; put external back, or move the data in maintenance: see "Other buckets" in docs/external-services.md',
    });
    await checked(good, { last });
    await checked(good, { last: { description: { services: {} } } });
  });
});

describe("an external object storage, in a release", function () {
  this.timeout(60_000);

  it("takes the place of a server and its volume, and services get its address, its keys and its buckets", async () => {
    const { registrations, result } = await released({
      settings: { objectStorage: { external: { url: "S3_URL" } } },
      externalStorage: { secret: "S3_URL", url, address, buckets: { files: "acme-files" } },
    });
    assert.deepEqual(
      registrations.filter(({ name }) => name.includes("object-storage")).map(({ name }) => name),
      [],
    );
    const { uploads, envs } = byName(registrations)["notes-staging-api"]?.inputs as {
      uploads: { file: string }[];
      envs: string[];
    };
    assert.deepEqual(
      uploads.filter(({ file }) => file.includes("/S3_")),
      [
        { file: "/run/secrets/S3_ACCESS_KEY_ID", content: hidden("AKIA1"), permissions: "0444" },
        { file: "/run/secrets/S3_SECRET_ACCESS_KEY", content: hidden("s/cret"), permissions: "0444" },
      ],
    );
    assert.deepEqual(envs.filter((one) => /^S3_(ENDPOINT|REGION|BUCKET)/.test(one)).sort(), [
      "S3_BUCKET_FILES=acme-files",
      "S3_ENDPOINT=http://s3.example.com",
      "S3_REGION=eu-central-1",
    ]);
    assert.ok(Object.keys(result.secrets).includes("S3_URL"));
  });
});
