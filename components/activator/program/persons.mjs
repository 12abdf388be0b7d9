/**
 * A request to a preview, as the gateway describes it.
 *
 * @typedef {object} Visit
 * @property {string} method
 * @property {Readonly<Record<string, string | readonly string[] | undefined>>} headers by their names in lower case
 */

/**
 * What programs call themselves that ask without a person who waits: crawlers, the previews of links in chats and social
 * networks, monitors and health probes. Most say that they are a bot; the others are named as their makers' own pages do.
 * (Cubot makes telephones.)
 */
const program = new RegExp(
  [
    ...["(?<!cu)bot\\b", "bot[-_/;]", "crawl", "spider", "slurp", "scrap", "archiver", "preview", "unfurl"],
    ...["externalhit", "facebookcatalog", "whatsapp", "telegram", "skypeuripreview", "embedly", "iframely"],
    ...["camo", "pinterest/0", "vkshare", "feedfetcher", "google-read-aloud", "mediapartners"],
    ...["monitor", "uptime", "pingdom", "statuscake", "site24x7", "synthetics", "newrelic", "nagios"],
    ...["health", "probe", "lighthouse", "pagespeed", "scanner", "nmap", "zgrab"],
  ].join("|"),
  "i",
);

/** The headers by which a browser says that it asks for a page that nobody looks at yet. */
const inAdvance = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

/**
 * Tells whether a person waits for the answer: a browser asks for something that is shown now. Programs that send no
 * browser's name (curl, wget, probes, webhooks) are none.
 *
 * @param {Visit} visit
 */
export function isPersons({ method, headers }) {
  if (method === "HEAD" || method === "OPTIONS") return false;
  if (inAdvance.some((name) => /prefetch|prerender|preview/i.test(String(headers[name] ?? "")))) return false;
  const agent = String(headers["user-agent"] ?? "");
  return agent.startsWith("Mozilla/") && !program.test(agent);
}
