/** The programs below `steps/` that a release runs. */
export type Program =
  | "check"
  | "create-buckets"
  | "create-role"
  | "health-gate"
  | "migrate"
  | "rehearse-migrations"
  | "remove-route"
  | "switch-route"
  | "tag-images"
  | "write-secrets";
