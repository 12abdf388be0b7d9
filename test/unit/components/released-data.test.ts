/** The resources of backing services where users' data is, in so far as they differ from those of `local`. */
import { byName, deployed, type Registration } from "./engine.ts";
import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { Backups } from "../../../components/data/backups.ts";
import { BackingServices } from "../../../components/data/backing-services.ts";
import { DockerHost } from "../../../components/host/docker-host.ts";
import { namesOf } from "../../../components/naming/names.ts";
import { kinds } from "../../../components/settings/kinds.ts";
import { notes } from "../application/notes.ts";

const parts = ["postgres", "redis", "object-storage"];

describe("users' data", () => {
  let resources: Record<string, Registration>;

  before(async () => {
    const { registrations } = await deployed(() => {
      const names = namesOf("notes-production");
      const host = new DockerHost("host", { networkName: "notes-production" });
      const labels = (part: string): Record<string, string> => ({ "towpath.part": part });
      new Backups("data-backups", { names, host, labels: labels("backups") });
      return new BackingServices("data", {
        application: parseApplication({ ...notes, volumes: ["uploads"] }),
        names,
        imageMirror: "docker.io",
        gateTimeoutSeconds: 60,
        kind: kinds.production,
        host,
        labels,
      });
    });
    resources = byName(registrations);
  });

  it("is in volumes that no plan deletes, and that stay when the engine forgets them", () => {
    for (const part of [...parts, "backups"]) {
      const volume = resources[`data-${part}-volume`];
      assert.equal(volume?.inputs.name, `notes-production-${part}`);
      assert.deepEqual([volume.options.protect, volume.options.retainOnDelete], [true, true], part);
    }
    const shared = resources["data-uploads-volume"];
    assert.deepEqual(
      [shared?.inputs.name, shared?.options.protect, shared?.options.retainOnDelete],
      ["notes-production-volume-uploads", true, true],
    );
    assert.deepEqual(shared?.options.ignoreChanges, ["labels"]);
  });

  it("is served with few rights, by servers that may be replaced", () => {
    for (const part of parts) {
      const { inputs, options } = resources[`data-${part}-container`] ?? assert.fail(part);
      assert.equal(options.protect, false);
      const { capabilities, securityOpts, logDriver, logOpts } = inputs;
      assert.deepEqual(
        { capabilities, securityOpts, logDriver, logOpts },
        {
          capabilities: {
            drops: ["ALL"],
            adds: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_SETGID", "CAP_SETUID"],
          },
          securityOpts: ["no-new-privileges:true"],
          logDriver: "json-file",
          logOpts: { "max-size": "10m", "max-file": "5" },
        },
        part,
      );
    }
  });
});
