import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DockerHost } from "../../../components/host/docker-host.ts";
import { dockerView } from "../../../components/host/docker-view.ts";
import { dockerMachine } from "../../../steps/machine/docker-machine.ts";

describe("docs/machines.md", () => {
  const page = readFileSync(new URL("../../../docs/machines.md", import.meta.url), "utf8");

  /** The names in the first column of a section's table. */
  function methodsOf(section: string): string[] {
    const [, text = ""] = page.split(`\n## \`${section}\`\n`);
    const [own = ""] = text.split("\n## ");
    return [...own.matchAll(/^\| `(\w+)`/gm)].map(([, name = ""]) => name);
  }

  it("lists everything that is required of a machine, and nothing else", () => {
    assert.deepEqual(methodsOf("Machine"), Object.keys(dockerMachine));
    assert.deepEqual(methodsOf("HostView"), Object.keys(dockerView({ host: "app1", folder: "ssh" })));
    const ofHost = Object.getOwnPropertyNames(DockerHost.prototype);
    assert.deepEqual(methodsOf("Host"), [
      ...["connection", "networkName"],
      ...ofHost.filter((name) => !["constructor", "own"].includes(name)),
    ]);
  });
});
