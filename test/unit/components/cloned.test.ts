/** The template on a host, and the clones of it. That a clone is one, the e2e tests prove. */
import { byName, deployed, valueOf, type Registration } from "./engine.ts";
import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { BackingServices } from "../../../components/data/backing-services.ts";
import { templateServer, type TemplateServer } from "../../../components/data/template-server.ts";
import { HostEnvironment } from "../../../components/environment/host-environment.ts";
import { loadSettings } from "../../../components/environment/load-settings.ts";
import { DockerHost } from "../../../components/host/docker-host.ts";
import { namesOf } from "../../../components/naming/names.ts";
import { kinds } from "../../../components/settings/kinds.ts";
import { notes } from "../application/notes.ts";
import { messageOf } from "../assert-refused.ts";
import { host } from "../settings/good.ts";
import { password } from "./plugins.ts";
import { Hidden } from "./hidden.ts";
import { connection } from "./released.ts";

const template: TemplateServer = {
  containerName: "notes-host-previews-postgres-15",
  containerId: "0e5a",
  administrator: "notes_host_previews",
  version: 15,
};

function inputOf(resources: Readonly<Record<string, Registration>>, name: string): unknown {
  return (resources[name]?.inputs.stdin as Hidden | undefined)?.value;
}

describe("a clone of a template", () => {
  let resources: Record<string, Registration>;
  let services: BackingServices;

  before(async () => {
    const { registrations, result } = await deployed(() => {
      const names = namesOf("notes-pr-12");
      return new BackingServices("data", {
        application: parseApplication(notes),
        ...{ names, template, imageMirror: "docker.io", gateTimeoutSeconds: 60, kind: kinds.preview },
        host: new DockerHost("host", { networkName: "notes-pr-12" }),
        labels: (part) => ({ "towpath.part": part }),
      });
    });
    resources = byName(registrations);
    services = result;
  });

  it("is made on the template's server, which comes into the environment's own network", () => {
    assert.equal(resources["data-postgres-container"], undefined);
    assert.deepEqual(inputOf(resources, "data-postgres-clone"), {
      server: { container: template.containerName, administrator: template.administrator },
      ...{ clone: "notes_pr_12", network: "notes-pr-12", alias: "notes-pr-12-clone" },
      ...{ labels: { "towpath.part": "postgres" }, containerId: "0e5a" },
      password: password("data-postgres-password-value", 32),
    });
  });

  it("is dropped with the environment, also when its making was killed", () => {
    const dropped = resources["data-postgres-drop"] ?? assert.fail("it stays");
    assert.deepEqual(
      [dropped.inputs.create, dropped.inputs.delete],
      ["true", "node steps/run.mjs drop-clone"],
    );
    assert.ok(resources["data-postgres-clone"]?.dependencies.includes(dropped.urn));
  });

  it("is reached by a name that no server of its own has", async () => {
    const url = await valueOf(services.secretValues.DATABASE_URL ?? assert.fail("no URL"));
    assert.match(url, /^postgresql:\/\/notes_pr_12:[^@]+@notes-pr-12-clone:5432\/notes_pr_12$/);
    assert.equal(
      await valueOf(services.databases?.container ?? assert.fail("no server")),
      template.containerName,
    );
  });
});

describe("the template of a host", () => {
  it("is on a server that keeps its data, and another version is another server", async () => {
    const { registrations, result } = await deployed(
      () => {
        const { settings } = loadSettings("notes");
        if (settings.environment !== "host") throw new Error("not a host");
        return new HostEnvironment(settings.namespace, {
          ...{ applicationName: "notes", settings, connection, hasIpv6: true },
        });
      },
      {
        stack: "host-previews",
        configuration: {
          "towpath:host": JSON.stringify(host.host),
          "towpath:template": JSON.stringify(host.template),
        },
      },
    );
    const resources = byName(registrations);
    const server = resources["notes-host-previews-template-container"]?.inputs;
    assert.deepEqual(
      [server?.name, server?.command],
      [template.containerName, ["postgres", "-c", "max_connections=500"]],
    );
    assert.equal(resources["notes-host-previews-template-volume"]?.inputs.name, template.containerName);
    const volumes = server?.volumes as readonly { containerPath: string }[] | undefined;
    assert.equal(volumes?.[0]?.containerPath, "/var/lib/postgresql/data");
    const found = await valueOf(result.template ?? assert.fail("no template"));
    assert.deepEqual({ ...found, containerId: "" }, { ...template, containerId: "" });
  });

  it("is found in the outputs of the host's stack", () => {
    assert.deepEqual(templateServer("host-previews", { template }, 15), template);
    const newer = { ...template, version: 18 };
    assert.deepEqual(templateServer("host-previews", { template: newer }, 15), newer);
  });

  it("is reported when there is none, or it is older than the application's", () => {
    assert.equal(
      messageOf(() => templateServer("host-previews", {}, 15)),
      'towpath:data: expected a stack that has brought a template up, got "host-previews"; set towpath:template there, and bring it up with npm run pulumi -- up --stack host-previews',
    );
    assert.equal(
      messageOf(() => templateServer("host-previews", { template }, 16)),
      'towpath:data: expected a template of PostgreSQL 16 at least, as the application has it, got one of 15 in host-previews; set towpath:template.version there, or write { "kind": "empty" }',
    );
    assert.equal(
      messageOf(() => templateServer("host-previews", { template }, undefined)),
      'towpath:data: expected an application with postgres, got none; write { "kind": "empty" }',
    );
  });
});
