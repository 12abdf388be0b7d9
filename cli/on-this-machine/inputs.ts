/** A server that the containers reach by its name, and this machine only through a tunnel. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The variables and secrets of a container, as the docker client shows them. */
export interface ContainerInputs {
  /** `NAME=value`, with the variables of its image. */
  readonly environment: readonly string[];
  readonly imageEnvironment: readonly string[];
  /** The contents of its secret files, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** The variables and secrets of a program on this machine in place of the container's. */
export interface ProgramInputs {
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** A container's variables and secrets; what its image brings, such as PATH, belongs to the container alone. */
export function inputsOf({ environment, imageEnvironment, secrets }: ContainerInputs): ProgramInputs {
  const own = environment.filter((line) => !imageEnvironment.includes(line));
  const variables = own.map((line): [string, string] => {
    const [name = "", ...value] = line.split("=");
    return [name, value.join("=")];
  });
  return { variables: Object.fromEntries(variables), secrets };
}

/** The servers among these that a variable or a secret leads to. */
export function used({ variables, secrets }: ProgramInputs, servers: readonly Address[]): Address[] {
  const values = [...Object.values(variables), ...Object.values(secrets)];
  return servers.filter((server) => values.some((value) => value.includes(text(server))));
}

/** The same variables and secrets, with the servers at the ports of this machine where their tunnels begin. */
export function throughTunnels(
  { variables, secrets }: ProgramInputs,
  tunnels: readonly { readonly server: Address; readonly port: number }[],
): ProgramInputs {
  const led = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        tunnels.reduce((led, { server, port }) => led.replaceAll(text(server), `127.0.0.1:${port}`), value),
      ]),
    );
  return { variables: led(variables), secrets: led(secrets) };
}

function text({ host, port }: Address): string {
  return `${host}:${port}`;
}
