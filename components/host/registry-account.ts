/** An account in a registry. */
export interface RegistryAccount {
  readonly address: string;
  readonly user: string;
  readonly password: string;
}
