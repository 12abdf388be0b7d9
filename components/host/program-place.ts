/** Where a program of Towpath's own goes on, as messages name it. */
export interface ProgramPlace {
  readonly stack: string;
  /** The host by its name in the settings, or its address. */
  readonly host: string;
  readonly container: string;
}
