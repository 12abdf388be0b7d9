/** The addresses on which a gateway of this machine listens; that it answers there is in test/e2e/local. */
import assert from "node:assert/strict";
import { listensOnIpv6, type Machine } from "../../../components/gateway/local-ipv6.ts";

const machine: Machine = { platform: "linux", dockerHost: undefined, addresses: ["127.0.0.1", "::1"] };
const none = (): Promise<undefined> => Promise.resolve(undefined);

describe("a gateway of this machine", () => {
  it("listens on IPv6 when the machine has it and the engine is its own", async () => {
    const listens = (change: Partial<Machine>): Promise<boolean> =>
      listensOnIpv6(none, { ...machine, ...change });
    assert.equal(await listens({}), true);
    assert.equal(await listens({ dockerHost: "unix:///var/run/docker.sock" }), true);
    assert.equal(await listens({ dockerHost: "unix:///run/user/1000/docker.sock" }), false);
    assert.equal(await listens({ platform: "darwin" }), false);
    assert.equal(await listens({ addresses: ["127.0.0.1"] }), false);
  });

  it("keeps the addresses on which it listens", async () => {
    const being = (ports: string): Promise<boolean> => listensOnIpv6(() => Promise.resolve(ports), machine);
    const ipv4 = '{"8080/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]}';
    assert.equal(await being(`${ipv4}\n`), false);
    assert.equal(await being(ipv4.replace("}]", '},{"HostIp":"::1","HostPort":"8080"}]')), true);
  });
});
