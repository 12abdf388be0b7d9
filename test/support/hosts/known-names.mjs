/**
 * Loaded into a program by `NODE_OPTIONS=--import`: the domains of test hosts, which are in no DNS, have the addresses that
 * `TEST_HOST_NAMES` tells.
 */
import dns from "node:dns";

/** @type {unknown} */
const given = JSON.parse(process.env.TEST_HOST_NAMES ?? "{}");
const known = /** @type {Readonly<Record<string, string>>} */ (given);
const lookup = dns.lookup;

/**
 * @param {string} name
 * @param {import("node:dns").LookupOptions} options
 * @param {(error: Error | null, found: unknown, family?: number) => void} callback
 */
function lookUp(name, options, callback) {
  const address = known[name];
  if (address === undefined) lookup(name, options, callback);
  else if (options.all === true) callback(null, [{ address, family: 4 }]);
  else callback(null, address, 4);
}

Object.assign(dns, { lookup: lookUp });
