/** The time to wait for an answer, in milliseconds: a longer one means that the network drops what we send. */
const patience = 3_000;

/** Tells whether an address answers at all within milliseconds, 3,000 by default: a refusal is an answer too. */
export async function reachable(url: string, within = patience): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(within) });
    return response.status < 500;
  } catch {
    return false;
  }
}
