/** Says that the Docker engine went away in the middle of the work. */
export function translateEngineGone(message: string): string | undefined {
  const gone =
    /cannot connect to the docker daemon|error during connect|docker\.sock: connect:|docker daemon is not running|error reading from server: EOF/i;
  if (!gone.test(message)) return undefined;
  const host = /\.towpath(?:\/|%2F)ssh(?:\/|%2F)[a-z0-9-]+(?:\/|%2F)([a-z0-9-]+)\.sock/i.exec(message)?.[1];
  if (host !== undefined) return hostLost(host);
  return (
    "docker: the engine stopped answering in the middle of the work; " +
    "start it and run the command again, which goes on where this run ended"
  );
}

/** Says that a host went away in the middle of the work. */
export function hostLost(host: string): string {
  return (
    `towpath:hosts.${host}: the connection was lost in the middle of the work; what serves there goes on. ` +
    "See how the host is with npx towpath host check, and run the command again, which goes on where this run ended"
  );
}
