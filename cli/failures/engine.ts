/** Says that the Docker engine went away in the middle of the work. */
export function translateEngineGone(message: string): string | undefined {
  const gone =
    /cannot connect to the docker daemon|error during connect|docker\.sock: connect:|docker daemon is not running|error reading from server: EOF/i;
  if (!gone.test(message)) return undefined;
  return (
    "docker: the engine stopped answering in the middle of the work; " +
    "start it and run the command again, which goes on where this run ended"
  );
}
