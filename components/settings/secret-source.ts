/** Where the value of a secret comes from. */
export type SecretSource = GeneratedSource | ConfigurationSource | EnvironmentSource;

/** Towpath makes the value once and keeps it, encrypted, in the state. */
export interface GeneratedSource {
  source: "generated";
  /** How many letters and digits the value has. */
  length: number;
}

/** The value stands, encrypted, in the stack's configuration, under `towpath:secretValues`. */
export interface ConfigurationSource {
  source: "configuration";
}

/** The value is in an environment variable of the one who runs the deployment. */
export interface EnvironmentSource {
  source: "environment";
  /** The variable's name; left out, the secret's own. */
  variable?: string;
}
