import assert from "node:assert/strict";
import {
  connectionFiles,
  folderOf,
  connectionText,
  engineAddress,
  readConnection,
} from "../../../components/host/ssh-config.ts";

const machine = { user: "deploy", port: 22, hostKey: "ssh-ed25519 AAAA", key: { source: "agent" } } as const;

/** Returns the lines of every section, between the alias and what is special. */
const always = (alias: string): string =>
  [
    `  HostKeyAlias ${alias}`,
    "  UserKnownHostsFile .towpath/ssh/notes/known_hosts",
    "  GlobalKnownHostsFile none",
    "  StrictHostKeyChecking yes",
    "  UpdateHostKeys no",
    "  CheckHostIP no",
  ].join("\n");
const patience = "  BatchMode yes\n  ConnectTimeout 10\n  ServerAliveInterval 5\n  ServerAliveCountMax 3";

describe("the ssh configuration of a stack's hosts", () => {
  it("uses the agent's keys, one connection for everything, and the pinned host key only", () => {
    const files = connectionFiles(".towpath/ssh/notes", {
      app1: { settings: { ...machine, address: "app1.example.com" } },
    });
    assert.deepEqual(files, {
      config: [
        "Host app1",
        "  HostName app1.example.com",
        "  Port 22",
        "  User deploy",
        always("app1"),
        "  IdentityFile none",
        patience,
        "  ControlMaster auto",
        "  ControlPath .towpath/ssh/notes/app1.control",
        "  ControlPersist 600",
        "  StreamLocalBindUnlink yes",
        "",
      ].join("\n"),
      known_hosts: "app1 ssh-ed25519 AAAA\n",
    });
  });

  it("keeps the key of a host and that of its jump host apart, each for its own machine", () => {
    const jumpHost = { ...machine, address: "::1", port: 2222, user: "jump", hostKey: "ssh-rsa BBBB" };
    const files = connectionFiles(".towpath/ssh/notes", {
      app1: { settings: { ...machine, address: "10.0.0.1", jumpHost }, key: "one", jumpKey: "two\n\n" },
    });
    assert.deepEqual(files, {
      config: [
        "Host app1",
        "  HostName 10.0.0.1",
        "  Port 22",
        "  User deploy",
        always("app1"),
        "  IdentityFile .towpath/ssh/notes/app1.key",
        "  IdentitiesOnly yes",
        "  IdentityAgent none",
        patience,
        "  ProxyJump app1.jump",
        "  ControlMaster auto",
        "  ControlPath .towpath/ssh/notes/app1.control",
        "  ControlPersist 600",
        "  StreamLocalBindUnlink yes",
        "Host app1.jump",
        "  HostName ::1",
        "  Port 2222",
        "  User jump",
        always("app1.jump"),
        "  IdentityFile .towpath/ssh/notes/app1.jump.key",
        "  IdentitiesOnly yes",
        "  IdentityAgent none",
        patience,
        "  ControlPath none",
        "",
      ].join("\n"),
      known_hosts: "app1 ssh-ed25519 AAAA\napp1.jump ssh-rsa BBBB\n",
      "app1.key": "one\n",
      "app1.jump.key": "two\n",
    });
  });
});

describe("the path of a host's connection", () => {
  it("contains no folder of one machine", () => {
    const connection = { host: "app1", folder: folderOf("notes-staging") };
    assert.equal(engineAddress(connection), "unix://.towpath/ssh/notes-staging/app1.sock");
    assert.equal(connectionText(connection), ".towpath/ssh/notes-staging/app1");
    assert.deepEqual(readConnection(connectionText(connection)), connection);
  });
});
