import assert from "node:assert/strict";
import { portsWarning, sharedGateway } from "../../../components/gateway/shared-gateway.ts";

describe("a gateway that several environments share", () => {
  const gateway = {
    containerName: "notes-host-app1-gateway",
    containerId: "0e5a",
    networkName: "notes-host-app1",
  };

  it("is found in the outputs of the host's stack", () => {
    assert.deepEqual(sharedGateway("host-app1", { gateway, namespace: "notes-host-app1" }), gateway);
  });

  it("publishes its ports anew for a network that is sorted before its own", () => {
    assert.equal(portsWarning("notes-pr-12", gateway), undefined);
    assert.equal(
      portsWarning("demo", gateway),
      "towpath:namespace: the gateway refuses connections for a moment when it joins or leaves a network that is sorted before its own, notes-host-app1, got demo; choose a name that is sorted after it, for an environment that is new",
    );
  });

  it("comes with the program that wakes previews, where the host has one", () => {
    const room = { memory: 1024 ** 3, previews: 6, whenFull: "sleep" as const, sleepAfter: 7200 };
    const awakening = {
      ...gateway,
      activator: { containerName: "notes-host-app1-activator", port: 8080, room },
    };
    assert.deepEqual(sharedGateway("host-app1", { gateway: awakening }), awakening);
  });

  it("is reported as missing when that stack does not exist, or has none yet", () => {
    const message =
      'towpath:gateway: expected a stack that has brought a gateway up, got "host-app1"; bring it up with npm run pulumi -- up --stack host-app1';
    assert.throws(() => sharedGateway("host-app1", undefined), { message });
    assert.throws(() => sharedGateway("host-app1", { namespace: "notes-host-app1" }), { message });
  });
});
