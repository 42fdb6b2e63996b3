/** Identifiers made by the platform itself; random, never guessable from another one. */
export interface Ids {
  /** A lower-case UUID. */
  readonly uuid: () => string;
}
