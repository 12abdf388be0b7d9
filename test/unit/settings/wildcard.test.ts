import assert from "node:assert/strict";
import { missingCredentials } from "../../../components/settings/agreement.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import { refusalOf } from "../assert-refused.ts";
import * as good from "./good.ts";

const { wildcard: given, ...plain } = good.host;
const refuse = refusalOf(parseSettings, plain);

describe("the wildcard certificate of a shared host", () => {
  it("is one of the gateway's own authority, or given", () => {
    for (const wildcard of [given, { certificates: "internal", domain: "preview.example.com" }]) {
      const settings = parseSettings({ ...good.host, wildcard });
      assert.deepEqual("wildcard" in settings && settings.wildcard, wildcard);
    }
    refuse(
      'towpath:wildcard.certificates: expected the certificates internal or given, got a text; write { "certificates": "given", "domain": "preview.example.com", … } for one of a public authority',
      { wildcard: { certificates: "automatic", domain: "preview.example.com" } },
    );
    refuse(
      'towpath:wildcard.domain: expected a host name in lower case, without a scheme or path, got "*.example.com"; for example "preview.example.com"',
      { wildcard: { certificates: "internal", domain: "*.example.com" } },
    );
  });

  it("has values for what is given", () => {
    const settings = parseSettings(good.host);
    assert.deepEqual(missingCredentials(settings, { configuration: [], variables: {} }), [
      "towpath:wildcard.certificate: no value for it in the environment variable WILDCARD_CERTIFICATE; set the variable for this run",
      "towpath:secretValues.WILDCARD_KEY: no value for towpath:wildcard.key; set it with npm run pulumi -- config set --stack host --secret --path towpath:secretValues.WILDCARD_KEY",
    ]);
  });
});
