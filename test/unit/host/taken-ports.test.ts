import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import {
  listeningScript,
  takenPorts,
  wantedPorts,
  type ListedContainer,
} from "../../../components/host/taken-ports.ts";
import { execaSync } from "execa";
import { notes } from "../application/notes.ts";
import { merged } from "../assert-refused.ts";

const application = parseApplication(
  merged(notes, { services: { worker: { ports: ["25:2525", "53:53/udp"] } } }),
);
const wanted = wantedPorts(application, "notes-production");

/** A container that publishes TCP port 25. */
function on25(namespace?: string, part = "worker"): ListedContainer {
  const labels = namespace === undefined ? {} : { "towpath.namespace": namespace, "towpath.part": part };
  return { Names: ["/mailer"], Labels: labels, Ports: [{ PublicPort: 25, Type: "tcp" }, { Type: "tcp" }] };
}

describe("ports of a host that services publish", () => {
  const said = (containers: readonly ListedContainer[], listening = ""): string[] =>
    takenPorts("app1", wanted, containers, listening);
  const listens = "tcp 00000000:0019\ntcp 0100007F:0050\nudp 3500007F:0035";

  it("are free, or the service's own", () => {
    assert.deepEqual(said([], "tcp 00000000:0016\nudp 00000000:0019"), []);
    assert.deepEqual(said([on25("notes-production")], "tcp 00000000:0019"), []);
  });

  it("are refused when a program of the host listens there", () => {
    assert.deepEqual(said([], listens), [
      `services.worker.ports[0]: something on app1 listens on port 25, got "25:2525"; see there what with sudo ss -lnpt 'sport = :25' and stop it, or choose another port`,
      `services.worker.ports[1]: something on app1 listens on port 53/udp, got "53:53/udp"; see there what with sudo ss -lnpu 'sport = :53' and stop it, or choose another port`,
    ]);
    const everywhere = `tcp6 ${"0".repeat(32)}:0019`;
    assert.equal(said([], everywhere).length, 1);
    assert.deepEqual(said([], "tcp6 00000000000000000000000001000000:0019"), []);
  });

  it("are refused when another container has them, with whose it is", () => {
    const problem = "services.worker.ports[0]: port 25 of app1 is published by";
    const elsewhere = 'got "25:2525"; choose another port, or another host';
    assert.deepEqual(said([on25("notes-staging")]), [`${problem} worker of notes-staging, ${elsewhere}`]);
    assert.deepEqual(said([on25()]), [`${problem} the container mailer, ${elsewhere}`]);
    assert.deepEqual(said([on25("notes-production", "smtp")]), [
      `${problem} smtp of notes-production, got "25:2525"; take it from there in a release before this one, or choose another port`,
    ]);
  });

  it("are asked for in the kernel's own tables", () => {
    const { stdout } = execaSync("sh", { input: listeningScript });
    for (const line of stdout.split("\n").filter((one) => one !== ""))
      assert.match(line, /^(?:tcp|udp)6? [0-9A-F]+:[0-9A-F]{4}$/);
  });
});
