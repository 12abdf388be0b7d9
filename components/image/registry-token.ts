import { defined } from "../input/defined.ts";
/** The credentials for signing in. */
export interface SignIn {
  readonly user: string;
  readonly password: string;
}

/** The credential that a registry asks for: a password, or a token that another server gives out. */
export type Challenge =
  | { readonly scheme: "basic" }
  | {
      readonly scheme: "bearer";
      /** The address of the server that gives out tokens. */
      readonly realm: string;
      readonly service?: string;
      /** The access that the token has to allow, such as `repository:owner/notes/api:pull`. */
      readonly scope?: string;
    };

/** Reads the header `WWW-Authenticate`; undefined for what neither GHCR nor Docker Hub nor Docker's own registry says. */
export function challengeOf(header: string): Challenge | undefined {
  const [, scheme = "", rest = ""] = /^(\w+)\s*(.*)$/s.exec(header.trim()) ?? [];
  if (scheme.toLowerCase() === "basic") return { scheme: "basic" };
  if (scheme.toLowerCase() !== "bearer") return undefined;
  const fields = new Map(
    [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
  );
  const realm = fields.get("realm");
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const service = fields.get("service");
  const scope = fields.get("scope");
  return {
    scheme: "bearer",
    realm,
    ...defined({ service, scope }),
  };
}

/** The address that gives out the token which a challenge asks for. */
export function tokenOf({ realm, service, scope }: Extract<Challenge, { scheme: "bearer" }>): string {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  if (scope !== undefined) url.searchParams.set("scope", scope);
  return url.href;
}
