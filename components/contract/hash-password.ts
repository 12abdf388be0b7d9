/** A password that has to be hashed where its gateway runs, as that gateway reads it. */
export interface HashPasswordInput {
  readonly gateway: string;
  readonly password: string;
}
