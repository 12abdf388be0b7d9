import { parseSettings } from "../../../components/settings/settings.ts";
import { refusalOf } from "../assert-refused.ts";
import * as good from "./good.ts";

const production = refusalOf(parseSettings, good.production);
const [, otherKey] = [good.hostKey, good.hostKey.replace(/x$/, "y")];

describe("production's approval", () => {
  it("requires at least one approval, and no more than there are signers", () => {
    production(
      "towpath:approval.required: expected how many signers have to approve, from 1 on, got 0; take 1 if in doubt",
      { approval: { required: 0 } },
    );
    production(
      "towpath:approval.required: expected at most as many approvals as there are signers, 1, got 2; add signers or ask for fewer",
      { approval: { required: 2 } },
    );
  });

  it("requires signers by name, each with a public key of their own", () => {
    production(
      'towpath:approval.signers: expected at least one signer by a name of your own, got {}; write { "alice": "ssh-ed25519 AAAA…" }',
      { approval: { required: 1, signers: { alice: undefined } } },
    );
    production(
      'towpath:approval.signers.al ice: expected a name of letters, digits, dots, hyphens and underscores, from a letter or digit on, got "al ice"; for example "alice"',
      { approval: { signers: { "al ice": otherKey } } },
    );
    production(
      "towpath:approval.signers: expected a key of their own for each signer, got one key for alice and bob; one person approves once",
      { approval: { required: 2, signers: { bob: `${good.hostKey} bob@example.com` } } },
    );
  });

  it("never shows a private key that was written there by mistake", () => {
    production(
      "towpath:approval.signers.bob: expected a public SSH key, got a text; take the line of a .pub file: ssh-ed25519 AAAA…",
      { approval: { signers: { bob: "-----BEGIN OPENSSH PRIVATE KEY-----\nabc" } } },
    );
  });

  it("accepts approvals as the command writes them", () => {
    const [approval] = good.production.approvals;
    production(
      'towpath:approvals[0].release: expected the id of a release, got "v1"; let npx towpath approve write it',
      { approvals: [{ ...approval, release: "v1" }] },
    );
    production(
      "towpath:approvals[0].signature: expected a signature of ssh-keygen, got a text; let npx towpath approve write it",
      { approvals: [{ ...approval, signature: "yes" }] },
    );
    const plan = { program: "0123456789ab", settings: "0123456789ab" };
    production(
      'towpath:approvals[0].plan.settings: expected what a plan was made from, got "mine"; let npx towpath approve write it',
      { approvals: [{ ...approval, plan: { ...plan, settings: "mine" } }] },
    );
    production(
      "towpath:approvals[0].plan.from.copies.api: expected what a plan was made from, got -1; let npx towpath approve write it",
      {
        approvals: [
          {
            ...approval,
            plan: {
              ...plan,
              from: { release: "0123456789ab", settings: "0123456789ab", copies: { api: -1 } },
            },
          },
        ],
      },
    );
  });
});
