/** Making the template anew from the command line. That it is one is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { stringify } from "yaml";
import {
  refreshedInWords,
  refreshTemplate,
  type RefreshedTemplate,
} from "../../../../cli/commands/template.ts";
import * as good from "../../settings/good.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

const server = {
  containerName: "notes-host-previews-postgres-15",
  containerId: "0e5a",
  administrator: "notes_host_previews",
  version: 15,
};

describe("a refresh of the template", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  let machine: FakeMachine;
  let staging: PlayedHost;
  let engine: Server;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    machine.write("setup/bootstrap.mjs", "");
    staging = await PlayedHost.start(machine);
    engine = createServer((_request, response) => response.end("OK"));
    mkdirSync(join(machine.root, ".towpath/ssh/notes-host-previews"), { recursive: true });
    const socket = join(machine.root, ".towpath/ssh/notes-host-previews/host.sock");
    await new Promise<void>((resolve) => engine.listen(socket, resolve));
    machine.write("mask.sql", "UPDATE users SET email = id;\n");
    settings({ version: 15, mask: "mask.sql", personal: ["users.email"] });
    state({ template: server });
    machine.step(`console.log('{"bytes":10485760,"compared":1,"seconds":2.5}');`);
  });
  afterEach(async () => {
    process.chdir(folder);
    await staging.stop();
    await new Promise((resolve) => engine.close(resolve));
    machine.remove();
  });

  function settings(template: object | undefined): void {
    const address = { address: "10.0.0.2", user: "deploy", hostKey: good.hostKey };
    const config = { "towpath:host": address, ...(template && { "towpath:template": template }) };
    machine.write("Pulumi.host-previews.yaml", stringify({ config }));
  }
  /** Plays the state of the host's stack. */
  function state(outputs: object): void {
    const resources = [{ urn: "", type: "pulumi:pulumi:Stack", outputs }];
    machine.pulumi("stack", [{ deployment: { resources } }]);
    process.env.PULUMI_BACKEND_URL = "s3://state";
  }
  function refresh(stack: string | undefined = "host-previews"): Promise<RefreshedTemplate> {
    return refreshTemplate(stack, recordedProgress(), machine.project);
  }
  /** As a workflow asks each night, which knows no stack. */
  function refreshAny(): Promise<RefreshedTemplate> {
    return refreshTemplate(undefined, recordedProgress(), machine.project);
  }

  it("runs the program on the previews' host, which reads staging's database on staging's", async () => {
    const done = await refresh();
    assert.equal(
      refreshedInWords(done),
      "host-previews: the template is a masked copy of staging's database, 10 MiB, in 2.5 s; columns with personal data in which no value was left: 1",
    );
    assert.deepEqual(JSON.parse(readFileSync(join(machine.root, "step.json"), "utf8")), {
      program: "refresh-template",
      host: ".towpath/ssh/notes-host-previews/host",
      input: {
        server: { container: server.containerName, administrator: server.administrator },
        source: {
          stack: "staging",
          engine: "unix://.towpath/ssh/notes-staging/app1.sock",
          container: "notes-staging-postgres",
          administrator: "notes_staging",
          database: "notes_staging",
        },
        mask: { file: "mask.sql", sql: "UPDATE users SET email = id;\n" },
        personal: ["users.email"],
        waitSeconds: 10,
      },
    });
  });

  it("takes the host that previews name, and leaves one without a template alone", async () => {
    const { previewDomain, registry, host, gateway } = good.preview;
    const shared = { previewDomain, registry: { ...registry, login: undefined }, host, gateway };
    const config = Object.entries(shared).map(([name, value]) => [`towpath:${name}`, value as unknown]);
    machine.write("Pulumi.preview.yaml", stringify({ config: Object.fromEntries(config) as object }));
    assert.equal((await refreshAny()).template?.compared, 1);
    settings(undefined);
    assert.equal(
      refreshedInWords(await refreshAny()),
      "host-previews: it has no template, and nothing was copied",
    );
  });

  it("shows the program's message when it fails", async () => {
    machine.write("steps/run.mjs", `console.log("towpath:template.mask: no"); process.exitCode = 1;`);
    await assert.rejects(refresh(), { name: "Problem", message: "towpath:template.mask: no" });
  });

  it("is refused without a mask, a template, or its server", async () => {
    settings({ version: 15, mask: "none.sql", personal: [] });
    await assert.rejects(refresh(), {
      message:
        'towpath:template.mask: expected a file with SQL, got "none.sql", which is not there; write it, or correct its name',
    });
    const message = (stack: string) =>
      `template: expected the stack of a host with towpath:template, got "${stack}"; set it in the Pulumi.<stack>.yaml of a host-<name>`;
    settings(undefined);
    for (const stack of ["host-previews", "staging"])
      await assert.rejects(refresh(stack), { name: "Problem", message: message(stack) });
    settings({ version: 15, mask: "mask.sql", personal: [] });
    state({});
    await assert.rejects(refresh(), {
      message:
        "template: expected the template's server to be there, got none in host-previews; bring it up with npm run pulumi -- up --stack host-previews",
    });
  });
});
