import { createHmac } from "node:crypto";

import { InputError } from "../input/input-error.ts";
import { hiddenLetters, previewAddress } from "./domain.ts";
import type { LoadedSettings } from "./loaded-settings.ts";
import type { ReleasedSettings } from "./released-settings.ts";

/** The length that the secret of addresses has at least: who knows one address must not find it by trying. */
const leastSecret = 16;

/** Letters and digits that a host name may have, 32 of them: five bits each. */
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * Gives a preview an address that cannot be guessed, where its settings name the secret that it is derived from:
 * `pr-12-k3v9q2m7xa`, always the same for a name. A secret that is missing is reported with all else that is.
 *
 * @throws InputError when the secret is too short
 */
export function withHiddenAddress<Of extends ReleasedSettings>(
  loaded: LoadedSettings<Of>,
): LoadedSettings<Of> {
  const { settings, credential } = loaded;
  if (settings.environment !== "preview" || settings.addressSecret === undefined) return loaded;
  const secret = credential(settings.addressSecret);
  if (secret === undefined) return loaded;
  if (secret.length < leastSecret) {
    throw new InputError([
      `towpath:addressSecret: expected a secret of at least ${leastSecret} characters, got ${secret.length}; make one with openssl rand -hex 16`,
    ]);
  }
  const { previewDomain, previewName } = settings;
  const domain = previewAddress(previewDomain, `${previewName}-${lettersFor(previewName, secret)}`);
  return { ...loaded, settings: { ...settings, domain } };
}

function lettersFor(previewName: string, secret: string): string {
  const bytes = createHmac("sha256", secret).update(previewName).digest().subarray(0, hiddenLetters);
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}
