import { z } from "zod";

import { expected } from "../input/input-checks.ts";
import { domainName } from "./domain.ts";

const domainsWords = expected("a host name for each label", 'write { "api": "api.example.com" }');

/** The schema of the host names that are not made of the label and the domain. */
export const domains = z
  .record(z.string(), domainName("api.example.com"), domainsWords)
  .exactOptional()
  .describe(
    "The host names of the application's `domains`, by their labels: `{ api: api.example.org }`; those that are not named are `<label>.<domain>`.",
  );

const redirectsWords = expected(
  "the host name to send visitors to, by that which they ask for",
  'write { "www.example.com": "example.com" }',
);

const networkWords = expected(
  "a network as an address and the length of its prefix",
  'for example "10.0.0.0/8" or "2001:db8::/32"',
);
const networksWords = expected("at least one network", 'for example ["10.0.0.0/8"]');

/** The schema of the networks of proxies before the gateway. */
export const trustedProxies = z
  .array(z.union([z.cidrv4(), z.cidrv6()], networkWords), networksWords)
  .min(1, networksWords)
  .exactOptional()
  .describe(
    "The networks of proxies before the gateway, such as a load balancer's: what they say of a client's address and of HTTPS is passed on to services; left out, nobody's word is.",
  );

/** The schema of host names whose visitors are sent to another one. */
export const redirects = z
  .record(domainName("www.example.com"), domainName("example.com"), redirectsWords)
  .exactOptional()
  .describe(
    "Host names that send visitors to one of this environment's, for good, path and query kept: `{ www.example.com: example.com }`. Their DNS has to point to the host, too.",
  );
