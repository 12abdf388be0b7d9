import { delimiter, join } from "node:path";
import { Problem } from "../problem.ts";
import { isProgram } from "./pulumi.ts";
import type { Requirement } from "./requirement.ts";

/** The programs that reach hosts over SSH, and how each is installed. */
const clients = {
  ssh: "install OpenSSH's client, on Debian and Ubuntu with apt-get install openssh-client",
  docker: "install Docker's client, see https://docs.docker.com/engine/install/; no engine has to run here",
} as const;

/** The requirements of a stack whose hosts are elsewhere, in addition to Pulumi: programs, and no engine. */
export function clientRequirements(path = process.env.PATH ?? ""): Requirement[] {
  return (Object.keys(clients) as (keyof typeof clients)[]).map((name) => ({
    title: `${name} client`,
    check: () =>
      isOn(path, name) ? Promise.resolve(true) : Promise.reject(new Problem(clientMissing(name))),
    provide: () => Promise.resolve(),
  }));
}

/** Tells whether a program is on the path. Looking is enough: starting both takes the time of a request. */
function isOn(path: string, name: string): boolean {
  return path
    .split(delimiter)
    .some((folder) => [name, `${name}.exe`].some((file) => isProgram(join(folder, file))));
}

/** Says that a program is missing that reaches hosts. */
export function clientMissing(name: keyof typeof clients): string {
  return `${name}: the ${name} client is needed to reach hosts, got no program of that name on PATH; ${clients[name]}`;
}
