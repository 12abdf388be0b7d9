import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signatureNamespace } from "../../components/plan/approval.ts";
import { Problem } from "../problem.ts";
import { lastLines, type Run } from "../process/run.ts";

/** Public keys by the signers' names, as the settings have them. */
export type Signers = Readonly<Record<string, string>>;

/** A signer's name and signature. */
export interface Signed {
  readonly by: string;
  readonly signature: string;
}

/**
 * Signs a text as one of the signers: with a key file, or with the first signer's key that the SSH agent holds.
 *
 * ssh-keygen itself asks for the passphrase of a key file that has one, on the terminal.
 *
 * @throws Problem when no signer's key is at hand
 */
export async function sign(
  statement: string,
  signers: Signers,
  keyFile: string | undefined,
  run: Run,
): Promise<Signed> {
  if (keyFile === undefined) return signByAgent(statement, signers, run);
  const signature = await signWith(keyFile, statement, run);
  const key = keyOf(signature);
  const by = Object.keys(signers).find((name) => blobOf(signers[name] ?? "") === key);
  if (by === undefined) throw new Problem(notASigner(keyFile, Object.keys(signers)));
  return { by, signature };
}

async function signByAgent(statement: string, signers: Signers, run: Run): Promise<Signed> {
  const { code, stdout, stderr, failure } = await run("ssh-add", ["-L"], { timeout: 10_000 });
  // 1: it answers, and holds none.
  const held = code === 0 ? stdout.split("\n").map(blobOf) : [];
  const signer = Object.entries(signers).find(([, key]) => held.includes(blobOf(key)));
  if (signer === undefined) {
    const reason = code === 0 || code === 1 ? undefined : (failure ?? lastLines(stderr, 1));
    throw new Problem(noSignerInAgent(Object.keys(signers), held.filter(Boolean).length, reason));
  }
  const [by, key] = signer;
  const folder = mkdtempSync(join(tmpdir(), "towpath-approve-"));
  try {
    // With a public key, ssh-keygen has the agent sign.
    const file = join(folder, "key.pub");
    writeFileSync(file, `${key}\n`);
    return { by, signature: await signWith(file, statement, run) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function signWith(file: string, statement: string, run: Run): Promise<string> {
  const { code, stdout, stderr, failure } = await run(
    "ssh-keygen",
    ["-Y", "sign", "-q", "-f", file, "-n", signatureNamespace],
    { input: statement },
  );
  if (code === 0) return stdout;
  throw new Problem(notSigned(file, failure ?? lastLines(stderr, 1)));
}

/** The public key in a signature of ssh-keygen, in base64: it stands behind the mark and the version. */
export function keyOf(signature: string): string {
  const blob = Buffer.from(signature.replace(/-----[^-]+-----/g, ""), "base64");
  const start = "SSHSIG".length + 4;
  const length = blob.readUInt32BE(start);
  return blob.subarray(start + 4, start + 4 + length).toString("base64");
}

/** A public key's own part, without its kind and its comment. */
function blobOf(key: string): string {
  return key.split(" ")[1] ?? "";
}

/** Says that the agent cannot sign for anybody here. */
export function noSignerInAgent(
  signers: readonly string[],
  held: number,
  reason: string | undefined,
): string {
  const got = reason === undefined ? `${held} of other people` : `no agent (${reason})`;
  return `approve: expected the key of ${signers.join(" or ")} in the SSH agent, got ${held === 0 && reason === undefined ? "none" : got}; add it with ssh-add, or name a file with --key`;
}

/** Says that a key is nobody's who may approve. */
export function notASigner(file: string, signers: readonly string[]): string {
  return `--key: expected the key of a signer, ${signers.join(" or ")}, got ${file}; add its public key to towpath:approval.signers first, in a change that others review`;
}

/** Says that ssh-keygen made no signature. */
export function notSigned(file: string, reason: string): string {
  return `--key: expected a key that signs, got ${file}: ${reason}; name a private key, or a public one whose private key the SSH agent holds`;
}
