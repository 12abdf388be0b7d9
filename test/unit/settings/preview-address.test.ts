import assert from "node:assert/strict";
import { withHiddenAddress } from "../../../components/settings/preview-address.ts";
import type { PreviewSettings } from "../../../components/settings/preview.ts";
import { parseSettings } from "../../../components/settings/settings.ts";
import * as good from "./good.ts";

describe("an address that cannot be guessed", () => {
  const secret = "0123456789abcdef";
  const domainOf = (more: object, value: string | undefined = secret): string => {
    const settings = parseSettings({ ...good.preview, ...more }) as PreviewSettings;
    return withHiddenAddress({ settings, secretValues: {}, credential: () => value }).settings.domain;
  };

  it("has letters that follow from the preview's name and the secret", () => {
    const address = domainOf({});
    assert.match(address, /^pr-12-[a-z2-7]{10}\.preview\.example\.com$/);
    assert.equal(domainOf({}), address);
    const others = [domainOf({ previewName: "pr-13" }), domainOf({}, `${secret}0`)];
    const lettersOf = (domain: string): string => domain.slice("pr-12-".length, "pr-12-".length + 10);
    assert.equal(new Set([address, ...others].map(lettersOf)).size, 3);
    assert.match(
      domainOf({ previewDomain: "notes-{preview}.example.com" }),
      /^notes-pr-12-[a-z2-7]{10}\.example\.com$/,
    );
  });

  it("is left to its name without a secret, which is then reported as missing", () => {
    const settings = parseSettings(good.preview) as PreviewSettings;
    const loaded = { settings, secretValues: {}, credential: () => undefined };
    assert.equal(withHiddenAddress(loaded), loaded);
    const { addressSecret, ...plain } = settings;
    assert.ok(addressSecret !== undefined);
    const open = { ...loaded, settings: plain, credential: () => secret };
    assert.equal(withHiddenAddress(open), open);
  });

  it("needs a secret that nobody finds by trying", () => {
    assert.throws(() => domainOf({}, "sesame"), {
      message:
        "towpath:addressSecret: expected a secret of at least 16 characters, got 6; make one with openssl rand -hex 16",
    });
  });
});
