/** A value that JSON can carry. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * One check that a release must pass: a request to a path of the application, a request to another address, or a command. The
 * address, headers and body of a request may hold references: `${smoke.NAME}` to what an earlier check saved, `${secret.NAME}` to a
 * secret that a service uses, and `${environment}`, `${namespace}`, `${domain}`, `${url}`, `${version}`. `$${` stands for the text `${`.
 */
export interface SmokeDescription {
  /** The path of the application to ask for. */
  path?: string;
  /** The other address to ask, from where Towpath runs, after the switch: `https://errors.example/api/issues`. */
  url?: string;
  /** The service like whose copy the command runs: with its image, connections, secrets, rights and limits. */
  service?: string;
  /** The command that runs in a container of its own and passes with exit code 0, one word an item; in a release before the switch. */
  command?: string[];
  /** The seconds after which the command is stopped and has failed. Left out, 60. */
  timeoutSeconds?: number;
  /** The environments that it is for: `["staging"]`. Left out, all. */
  only?: ("local" | "preview" | "staging" | "production")[];
  /** The method of the request. Left out, `GET`, or `POST` where there is a body or a form. */
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  /** The headers of the request, by their names. */
  headers?: Record<string, string>;
  /** What is sent: a text as it is, anything else as JSON. */
  body?: JsonValue;
  /** The fields of a form that is sent in place of a body. */
  form?: Record<string, string>;
  /** The status that the answer must have. Left out, 200. */
  status?: number;
  /** The fields that the answer, as JSON, must contain; it may hold more. */
  json?: Record<string, JsonValue>;
  /** What fields of the answer, as JSON, must be like, by their paths: `queue.depth`, `items.0.name`; `length` is that of a list. */
  compare?: Record<string, ComparisonDescription>;
  /** The fields of the answer that later checks use, by names of your own: `{ token: "access_token" }` is `${smoke.token}` there. */
  save?: Record<string, string>;
  /** The number of further tries while it does not pass. Left out, requests that only read are tried twice more within two seconds. */
  retries?: number;
  /** The seconds between two tries. Left out, 5. */
  everySeconds?: number;
}

/** What one field of an answer must be like; all that is said must be so. */
export interface ComparisonDescription {
  /** The number that it is less than. */
  below?: number;
  /** The number that it is more than. */
  above?: number;
  /** The regular expression that it, as text, matches somewhere. */
  matches?: string;
}
