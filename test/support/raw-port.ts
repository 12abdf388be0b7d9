import { once } from "node:events";
import { connect } from "node:net";

/** The time that a server may take to answer, in milliseconds. */
const patience = 5_000;

/** What PostgreSQL is asked first: whether it has TLS. */
const tlsQuestion = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Sends bytes to a port of 127.0.0.1 and returns the first that come back. */
export async function askPort(port: number, said: Buffer | string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    const answered = once(socket, "data", { signal: AbortSignal.timeout(patience) });
    socket.write(said);
    const [answer] = (await answered) as [Buffer];
    return answer.toString();
  } finally {
    socket.destroy();
  }
}

/** Tells whether PostgreSQL, without TLS, is behind a port of 127.0.0.1. */
export async function isPostgres(port: number): Promise<boolean> {
  return (await askPort(port, tlsQuestion)) === "N";
}
