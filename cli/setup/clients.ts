import { Problem } from "../problem.ts";
import type { Run } from "../run.ts";
import type { Requirement } from "./requirement.ts";

/** The programs that reach hosts over SSH, and how each is installed. */
const clients = {
  ssh: ["-V", "install OpenSSH's client, on Debian and Ubuntu with apt-get install openssh-client"],
  docker: [
    "--version",
    "install Docker's client, see https://docs.docker.com/engine/install/; no engine has to run here",
  ],
} as const;

/** What a stack whose hosts are elsewhere needs of this machine besides Pulumi: programs, and no engine. */
export function clientRequirements(run: Run): Requirement[] {
  return (Object.keys(clients) as (keyof typeof clients)[]).map((name) => ({
    title: `${name} client`,
    check: async () => {
      const { failure } = await run(name, [clients[name][0]], { timeout: 10_000 });
      if (failure === "ENOENT") throw new Problem(clientMissing(name));
      return true;
    },
    provide: () => Promise.resolve(),
  }));
}

/** Says that a program is missing that reaches hosts. */
export function clientMissing(name: keyof typeof clients): string {
  return `${name}: the ${name} client is needed to reach hosts, got no program of that name on PATH; ${clients[name][1]}`;
}
