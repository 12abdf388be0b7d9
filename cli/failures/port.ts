/** Says that another program holds the port. */
export function portInUse(port: number): string {
  return (
    `towpath:port: port ${port} is in use by another program; ` +
    `choose another with "npm run pulumi -- config set port ${port + 1} --stack local" or stop that program`
  );
}

/** The port that the engine could not give to a container, from its words; undefined when it says something else. */
export function translatePortInUse(message: string): string | undefined {
  if (!/port is already allocated|address already in use|ports are not available/.test(message))
    return undefined;
  const port = /(?:Bind for |exposing port TCP |listen tcp[46]? )[^ ]*:(\d+)/.exec(message)?.[1];
  return port === undefined ? undefined : portInUse(Number(port));
}
