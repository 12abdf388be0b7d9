/** A service of which never two copies run, and a look at whether that is so. */
import { execa } from "execa";
import { connect } from "node:net";
import type { TestHost } from "../../support/hosts/test-host.ts";

/** Answers its release at a TCP port, takes two seconds to end, and does not start where ECHO says `broken`. */
const program = [
  "import os, signal, socketserver, sys, time",
  "if os.environ.get('ECHO') == 'broken': sys.exit('echo is broken')",
  "class Answer(socketserver.BaseRequestHandler):",
  "    def handle(self): self.request.sendall(os.environ['TOWPATH_RELEASE'].encode())",
  "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(2), os._exit(0)))",
  "socketserver.TCPServer(('', 2525), Answer).serve_forever()",
].join("\n");
const answers = "import socket; socket.create_connection(('127.0.0.1', 2525), 2)";

/** The port of the host that leads to it. */
const echoPort = 2526;

/** What answers at that port of the host; undefined when nobody does. */
export function echoOf(host: TestHost): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect({ host: host.address, port: echoPort, timeout: 5000 });
    socket.on("data", (text) => (said += text.toString()));
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(said === "" ? undefined : said);
    });
  });
}

/** Adds the service to the sample application. */
export const withEcho = [
  "    worker: {\n",
  `    echo: {
      image: "api",
      command: ["python", "-c", ${JSON.stringify(program)}],
      health: { command: ["python", "-c", ${JSON.stringify(answers)}] },
      ports: ["${echoPort}:2525"],
    },
    worker: {\n`,
] as const;

/** Follows the starts and ends of a service's copies, as the host's engine tells them. */
export class CopyEvents {
  private readonly following;
  private told = "";

  constructor(host: TestHost, part: string) {
    this.following = execa(
      "docker",
      [
        ...["exec", host.name, "timeout", "900", "docker", "events", "--since", "0s"],
        ...["--filter", `label=towpath.part=${part}`],
        ...["start", "kill", "die"].flatMap((event) => ["--filter", `event=${event}`]),
        ...["--format", "{{.Action}} {{.Actor.Attributes.name}}"],
      ],
      { stdin: "ignore", reject: false, buffer: false },
    );
    this.following.stdout.on("data", (text: Buffer) => (this.told += text.toString()));
  }

  /** What happened until now, in its order: `die notes-staging-echo-1a2b3c4`. */
  get all(): readonly string[] {
    return this.told.split("\n").filter((line) => line !== "");
  }

  /** The greatest number of copies that ran at once, of `running` at the start. */
  most(running: number): number {
    let [now, most] = [running, running];
    for (const event of this.all) {
      now += event.startsWith("start ") ? 1 : event.startsWith("die ") ? -1 : 0;
      most = Math.max(most, now);
    }
    return most;
  }

  stop(): void {
    this.following.kill();
  }
}
