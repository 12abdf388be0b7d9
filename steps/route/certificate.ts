import type { SecureSite, Target } from "../../components/contract/target.ts";
import { until } from "../../components/input/until.ts";
import { request } from "../machine/http.ts";
import type { Machine } from "../machine/machine.ts";

/** The time for a site's first certificate of a gateway, in seconds; a public authority usually answers within ten. */
const certificateSeconds = 60;

/** Waits until the gateway has a certificate for a site that is new to it. Returns the problem when it gets none. */
export async function awaitCertificate(
  machine: Machine,
  target: Target,
  { domain }: SecureSite,
): Promise<string | undefined> {
  const failure = await until(
    () =>
      request(machine, target, { path: "/", method: "HEAD" }).then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      ),
    (found) => found === undefined,
    { deadline: Date.now() + certificateSeconds * 1000, interval: 500 },
  );
  if (failure === undefined) return undefined;
  return `no certificate for ${domain} within ${certificateSeconds} s: ${failure}; let the domain's DNS point to the host and open its ports 80 and 443`;
}
