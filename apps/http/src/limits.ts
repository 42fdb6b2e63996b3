/** How much one client, and all together, may ask of the app. */
export type Limits = {
  readonly requestsPerMinute: number;
  /** Of one account from one address, in 15 minutes; a right password is taken from elsewhere all the same. */
  readonly failedLoginsPerAccount: number;
  /** Of all accounts from one address, in 15 minutes. */
  readonly failedLoginsPerAddress: number;
  readonly registrationsPerHour: number;
  /** Requests under way at once, by kind; beyond, 503 at once. */
  readonly inFlight: { readonly streams: number; readonly webhooks: number; readonly others: number };
  /** For the whole of a body that is no upload. */
  readonly bodyMs: number;
  /** A connection on which nothing moves for so long is ended, whether it should send or receive. */
  readonly stallMs: number;
  /** For each 256 KiB or less that a listener takes. */
  readonly chunkMs: number;
};

export const LIMITS: Limits = {
  requestsPerMinute: 6_000,
  failedLoginsPerAccount: 10,
  failedLoginsPerAddress: 100,
  registrationsPerHour: 300,
  inFlight: { streams: 4_000, webhooks: 200, others: 1_000 },
  bodyMs: 10_000,
  stallMs: 30_000,
  chunkMs: 60_000,
};

export const MAX_JSON_BYTES = 100 * 1024;
export const MAX_BATCH_BYTES = 1024 * 1024;
export const MAX_FORM_BYTES = 4 * 1024;
export const MAX_WEBHOOK_BYTES = 256 * 1024;
