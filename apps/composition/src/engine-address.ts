/** Where the engine listens, which may be known only later; null while it does not. */
export type EngineAddress = {
  readonly url: () => string | null;
  /** Whether the configuration names one: then none is run here. */
  readonly isGiven: boolean;
  /** Asks this from now on. */
  readonly follow: (address: () => string | null) => void;
};

export const engineAddress = (given: string | null): EngineAddress => {
  let current = (): string | null => given;
  return {
    url: () => current(),
    isGiven: given !== null,
    follow: (address) => {
      current = address;
    },
  };
};
