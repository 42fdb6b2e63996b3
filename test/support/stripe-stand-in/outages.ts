/** What befalls an API call. With `done`, what was asked is done, and only the answer is lost. */
export type Fault =
  /** The connection ends without an answer. */
  | { readonly kind: 'reset'; readonly done?: boolean }
  /** No answer ever comes. */
  | { readonly kind: 'hang'; readonly done?: boolean }
  | { readonly kind: 'slow'; readonly ms: number }
  /** `kept`: the endpoint had begun, so that an idempotency key gives the same 500 again. */
  | { readonly kind: 'status'; readonly status: number; readonly kept?: boolean }
  | { readonly kind: 'rate-limit' }
  /** It is done, and answered by 200 and what is no JSON. */
  | { readonly kind: 'garbage' }
  /** It is done; of the answer the first bytes arrive, and then the connection ends. */
  | { readonly kind: 'cut'; readonly bytes: number };

export type Trouble = {
  readonly fault: Fault;
  /** As in `POST /v1/customers`, `GET /v1/invoices/:id`; left out: every route. */
  readonly route?: string;
  /** Left out: until `clear`. */
  readonly calls?: number;
};

export type Outages = {
  readonly begin: (trouble: Trouble) => void;
  readonly clear: () => void;
  /** The fault that befalls this call; each counts as one of its trouble's calls. */
  readonly next: (route: string) => Fault | null;
};

export const outages = (): Outages => {
  const troubles: { readonly trouble: Trouble; left: number }[] = [];
  return {
    begin: (trouble) => void troubles.push({ trouble, left: trouble.calls ?? Number.POSITIVE_INFINITY }),
    clear: () => void troubles.splice(0),
    next: (route) => {
      const found = troubles.find(
        ({ trouble, left }) => left > 0 && (trouble.route === undefined || trouble.route === route),
      );
      if (found === undefined) return null;
      found.left -= 1;
      return found.trouble.fault;
    },
  };
};
