import assert from "node:assert/strict";
import { isPersons } from "../../../components/activator/program/persons.mjs";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const chrome =
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36";

/** Tells whether a request counts as a person's. */
function counts(agent: string | undefined, method = "GET", headers: Record<string, string> = {}): boolean {
  return isPersons({ method, headers: { ...(agent !== undefined && { "user-agent": agent }), ...headers } });
}

describe("a request to a preview", () => {
  it("is a person's when a browser sends it, whatever it sends", () => {
    for (const agent of [
      firefox,
      chrome,
      "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 Chrome/138.0.0.0 Mobile Safari/537.36",
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0 Safari/537.36",
    ])
      assert.ok(counts(agent), agent);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) assert.ok(counts(firefox, method), method);
  });

  it("is no person's when it comes from a crawler, a preview of a link, a monitor or a probe", () => {
    for (const agent of [
      "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
      "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36",
      "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
      "Twitterbot/1.0",
      "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
      "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
      "WhatsApp/2.23.20.0",
      "TelegramBot (like TwitterBot)",
      "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
      "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
      "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
      "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
      "kube-probe/1.31",
      "ELB-HealthChecker/2.0",
      "github-camo (876de43e)",
      "curl/8.5.0",
      "Wget/1.21.3",
      "Go-http-client/2.0",
      undefined,
    ])
      assert.ok(!counts(agent), agent);
  });

  it("is no person's when only its head is asked for, or nobody looks at the page yet", () => {
    assert.ok(!counts(firefox, "HEAD"));
    assert.ok(!counts(firefox, "OPTIONS"));
    assert.ok(!counts(chrome, "GET", { "sec-purpose": "prefetch;prerender" }));
    assert.ok(!counts(firefox, "GET", { "x-moz": "prefetch" }));
    assert.ok(!counts(chrome, "GET", { purpose: "preview" }));
  });
});
