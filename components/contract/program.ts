/** The programs below `steps/`: a release runs them, and the command line some. */
export type Program =
  | "back-up"
  | "check"
  | "create-buckets"
  | "create-role"
  | "hash-password"
  | "health-gate"
  | "join-networks"
  | "leave-network"
  | "measure-migrations"
  | "migrate"
  | "rehearse-migrations"
  | "remove-route"
  | "reset-data"
  | "seed"
  | "switch-route"
  | "tag-images"
  | "write-secrets";
