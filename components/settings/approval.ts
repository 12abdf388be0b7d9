import { z } from "zod";

import { expected, expectedUnshown } from "../input/input-checks.ts";

const requiredWords = expected("how many signers have to approve, from 1 on", "take 1 if in doubt");
const signersWords = expected(
  "at least one signer by a name of your own",
  'write { "alice": "ssh-ed25519 AAAA…" }',
);
const nameWords = expected(
  "a name of letters, digits, dots, hyphens and underscores, from a letter or digit on",
  'for example "alice"',
);
// People paste the private key here; it must not come back in a message.
const keyWords = expectedUnshown("a public SSH key", "take the line of a .pub file: ssh-ed25519 AAAA…");
const releaseWords = expected("the id of a release", "let npx towpath approve write it");
const planWords = expected("what a plan was made from", "let npx towpath approve write it");
const signatureWords = expectedUnshown("a signature of ssh-keygen", "let npx towpath approve write it");

const name = z.string(nameWords).regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, nameWords);
const key = z
  .string(keyWords)
  .regex(/^(?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}(?: [^\n]*)?$/, keyWords);

/** The schema of the approvals of a release. One key of two signers is refused: one person would count as two. */
export const approval = z
  .strictObject({
    required: z
      .int(requiredWords)
      .min(1, requiredWords)
      .describe("How many of the signers have to approve: 1 to the number of signers."),
    signers: z
      .record(name, key, signersWords)
      .refine((signers) => Object.keys(signers).length > 0, signersWords)
      .refine((signers) => sharedKey(signers) === undefined, {
        error: ({ input }) => {
          const names = sharedKey(input as Record<string, string>)?.join(" and ") ?? "";
          return `expected a key of their own for each signer, got one key for ${names}; one person approves once`;
        },
      })
      .describe(
        "Who may approve: their public SSH keys, by a name of your own, such as `alice: ssh-ed25519 AAAA…`.",
      ),
  })
  .refine(({ required, signers }) => required <= Math.max(1, Object.keys(signers).length), {
    path: ["required"],
    error: ({ input }) => {
      const { required, signers } = input as { required: number; signers: object };
      return `expected at most as many approvals as there are signers, ${Object.keys(signers).length}, got ${required}; add signers or ask for fewer`;
    },
  })
  .meta({
    id: "ApprovalSettings",
    description:
      "Who has to approve a release with a signature before production takes it: works on every plan of GitHub.",
  });

export type ApprovalSettings = z.output<typeof approval>;

const planHash = z.string(planWords).regex(/^[0-9a-f]{12}$/, planWords);

/** What a plan was made from when it was approved. */
const approvedPlan = z
  .strictObject({
    program: planHash.describe("The program and the versions of all packages."),
    settings: planHash.describe("The hash of the settings."),
    from: z
      .strictObject({
        release: z
          .string(releaseWords)
          .regex(/^[0-9a-f]{12}$/, releaseWords)
          .describe("The release that ran."),
        settings: planHash.describe("The hash of the settings that it ran with."),
        schema: z.string(planWords).exactOptional().describe("The revision of the schema."),
        copies: z
          .record(z.string(), z.int(planWords).min(0, planWords), planWords)
          .describe("The number of copies that ran, by service."),
      })
      .meta({ id: "ApprovedFrom", description: "What ran when a plan was approved." })
      .exactOptional()
      .describe("What ran then; left out where nothing did."),
  })
  .meta({
    id: "ApprovedPlan",
    description:
      "What a plan was made from when it was approved: it counts only while none of that is another.",
  });

export type ApprovedPlan = z.output<typeof approvedPlan>;

const given = z
  .strictObject({
    by: name.describe("The signer's name."),
    release: z
      .string(releaseWords)
      .regex(/^[0-9a-f]{12}$/, releaseWords)
      .describe("The id of the release that is approved."),
    plan: approvedPlan
      .exactOptional()
      .describe(
        "What the plan was made from; an approval without it, from before it was signed, does not count.",
      ),
    signature: z
      .string(signatureWords)
      .regex(
        /^-----BEGIN SSH SIGNATURE-----\n[A-Za-z0-9+/=\n]+\n-----END SSH SIGNATURE-----\n?$/,
        signatureWords,
      )
      .describe("The signature, as `ssh-keygen -Y sign -n towpath-approval` makes it."),
  })
  .meta({
    id: "Approval",
    description: "One person's approval of one release, written by `towpath approve`.",
  });

export type Approval = z.output<typeof given>;

/** The approvals that were given. */
export const approvals = z.array(given).default([]);

/** The names of signers with one and the same key; a key's comment does not count. */
function sharedKey(signers: Readonly<Record<string, string>>): string[] | undefined {
  const names = new Map<string, string[]>();
  for (const [signer, text] of Object.entries(signers)) {
    const blob = text.split(" ")[1] ?? "";
    names.set(blob, [...(names.get(blob) ?? []), signer]);
  }
  return [...names.values()].find((found) => found.length > 1);
}
