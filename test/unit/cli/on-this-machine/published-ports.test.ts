import assert from "node:assert/strict";
import {
  choosePublishedPorts,
  type PublishedPortsChoice,
} from "../../../../cli/on-this-machine/published-ports.ts";

describe("the ports of services and backing services (001-161, 002-715)", () => {
  const choice: PublishedPortsChoice = {
    namespace: "notes-local",
    wanted: { postgres: 5433, api: 8001 },
    before: {},
    gatewayPort: 8080,
    published: [],
    running: new Set(),
    isFree: () => Promise.resolve(true),
    reserve: () => true,
  };
  const ports = { postgres: 5433, api: 8001 };
  const isFree = (port: number): Promise<boolean> => Promise.resolve(port !== 5433);

  it("are those that the settings ask for", async () => {
    assert.deepEqual(await choosePublishedPorts(choice), { ports, said: [] });
  });

  it("are others where another environment or program has them, which is said", async () => {
    const published = [{ namespace: "notes-other", part: "postgres", ports: [5433, 5434] }];
    assert.deepEqual(await choosePublishedPorts({ ...choice, published }), {
      ports: { postgres: 5435, api: 8001 },
      said: ["towpath:ports.postgres: 5433 is taken by postgres of notes-other; postgres gets 5435"],
    });
    assert.deepEqual(await choosePublishedPorts({ ...choice, isFree }), {
      ports: { postgres: 5434, api: 8001 },
      said: ["towpath:ports.postgres: 5433 is taken by another program; postgres gets 5434"],
    });
    assert.deepEqual(await choosePublishedPorts({ ...choice, reserve: (port) => port !== 8001 }), {
      ports: { postgres: 5433, api: 8002 },
      said: ["towpath:ports.api: 8001 is taken by another start; api gets 8002"],
    });
    assert.deepEqual(await choosePublishedPorts({ ...choice, gatewayPort: 8001 }), {
      ports: { postgres: 5433, api: 8002 },
      said: ["towpath:ports.api: 8001 is taken by this environment's gateway; api gets 8002"],
    });
  });

  it("stay those that its own running containers hold", async () => {
    const published = [
      { namespace: "notes-local", part: "postgres", ports: [5433] },
      { namespace: "notes-local", part: "gateway", ports: [8001, 8080], gatewayPort: 8080 },
    ];
    const running = new Set(["postgres", "gateway"]);
    const held = { ...choice, published, running, isFree: () => Promise.resolve(false) };
    assert.deepEqual(await choosePublishedPorts(held), { ports, said: [] });
  });

  it("stay others as long as the settings ask for the same, and say nothing again", async () => {
    const before = { postgres: { port: 5440, wanted: 5433 } };
    assert.deepEqual(await choosePublishedPorts({ ...choice, before }), {
      ports: { postgres: 5440, api: 8001 },
      said: [],
    });
    const wanted = { postgres: 5500 };
    assert.deepEqual((await choosePublishedPorts({ ...choice, before, wanted })).ports, wanted);
  });

  it("are others again where a program took one while its container was stopped", async () => {
    const published = [{ namespace: "notes-local", part: "postgres", ports: [5433] }];
    assert.deepEqual((await choosePublishedPorts({ ...choice, published, isFree })).said, [
      "towpath:ports.postgres: 5433 is taken by another program; postgres gets 5434",
    ]);
  });

  it("are never those that something else here asks for or has", async () => {
    const wanted = { postgres: 5433, redis: 5434 };
    assert.deepEqual((await choosePublishedPorts({ ...choice, wanted, isFree })).ports, {
      postgres: 5435,
      redis: 5434,
    });
    const published = [{ namespace: "notes-local", part: "redis", ports: [5433] }];
    assert.deepEqual((await choosePublishedPorts({ ...choice, wanted, published })).said, [
      "towpath:ports.postgres: 5433 is taken by redis of notes-local; postgres gets 5435",
    ]);
  });

  it("are reported as missing when all are taken", async () => {
    await assert.rejects(
      choosePublishedPorts({ ...choice, wanted: { redis: 65_535 }, isFree: () => Promise.resolve(false) }),
      {
        name: "Problem",
        message:
          "towpath:ports.redis: every port from 65535 on is taken, got none that is free; choose a lower one, or stop what you do not need",
      },
    );
  });
});
