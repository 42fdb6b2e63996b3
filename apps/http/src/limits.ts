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
};

export const LIMITS: Limits = {
  requestsPerMinute: 6_000,
  failedLoginsPerAccount: 10,
  failedLoginsPerAddress: 100,
  registrationsPerHour: 300,
  inFlight: { streams: 4_000, webhooks: 200, others: 1_000 },
};

export const MAX_JSON_BYTES = 100 * 1024;
export const MAX_BATCH_BYTES = 1024 * 1024;
export const MAX_FORM_BYTES = 4 * 1024;
export const MAX_WEBHOOK_BYTES = 256 * 1024;
