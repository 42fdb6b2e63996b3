import { type Result, err, invariant, micros, ok } from '@backline/core/kernel';
import {
  type Entry,
  type LedgerRepository,
  type LedgerTransaction,
  type PostedTransaction,
  type PostingRefused,
  type PostingRequest,
  effectOf,
  refusesOverdraft,
  requestText,
} from '@backline/core/payout';
import { type Drafts, balanceKey, eventKey } from './state.ts';

export const ledgerRepository = (drafts: Drafts): LedgerRepository => {
  const { ledger, balances } = drafts;
  return {
    post: async (requests) => {
      const ids = [];
      const missing = [];
      for (const request of requests) {
        const [known] = ledger.where('key', request.idempotencyKey);
        if (known !== undefined && requestText(known) !== requestText(request))
          return err({ code: 'key_reused', idempotencyKey: request.idempotencyKey });
        if (known === undefined) missing.push(request);
        ids.push((known ?? request).id);
      }
      const posted = postAll(drafts, missing);
      return posted.ok ? ok(ids) : posted;
    },
    balancesOf: async (accounts, currency) =>
      new Map(
        accounts.map((account) => [account, micros(balances.get(balanceKey({ account, currency }))?.micros ?? 0n)]),
      ),
    find: async (id) => postedOf(ledger.get(id)),
    findEvent: async (event) => postedOf(ledger.where('event', eventKey(event))[0]),
    entriesOf: async (account, period) =>
      ledger
        .where('period', period)
        .toSorted((a, b) => a.postedAt - b.postedAt || (a.id < b.id ? -1 : 1))
        .flatMap(({ id, postedAt, transaction: { entries, ...event } }) =>
          entries.filter((entry) => entry.account === account).map((entry) => ({ ...entry, event, id, postedAt })),
        ),
  };
};

const postAll = (drafts: Drafts, requests: readonly PostingRequest[]): Result<null, PostingRefused> => {
  for (const [index, request] of requests.entries()) {
    const refused = refusal(drafts, request);
    if (refused !== null) return err(refused);
    invariant(
      requests.slice(index + 1).every((other) => isOther(other, request)),
      `${request.id} is posted twice at once`,
    );
  }
  for (const request of requests) check(drafts, request);
  const changes = changesBy(requests);
  const after = [...changes.values()].map(({ account, currency, micros: change }) => ({
    account,
    currency,
    micros: (drafts.balances.get(balanceKey({ account, currency }))?.micros ?? 0n) + change,
  }));
  const overdrawn = after.find((balance) => balance.micros < 0n && refusesOverdraft(balance.account));
  if (overdrawn !== undefined) return err({ code: 'overdrawn', account: overdrawn.account });

  for (const balance of after) drafts.balances.put(balance);
  for (const request of requests) drafts.ledger.put(request);
  return ok(null);
};

const refusal = ({ ledger, periods }: Drafts, { transaction, reverses }: PostingRequest): PostingRefused | null => {
  const { period, sourceType } = transaction;
  const status = periods.get(period)?.status;
  if (status !== 'open' && !(status === 'closing' && sourceType === 'period-close'))
    return { code: 'period_not_open', period };
  if (reverses !== null && ledger.where('reverses', reverses).length > 0)
    return { code: 'already_reversed', transactionId: reverses };
  const [posted] = ledger.where('event', eventKey(transaction));
  return posted === undefined ? null : { code: 'event_posted', transactionId: posted.id };
};

const check = ({ ledger }: Drafts, { id, transaction, reverses }: PostingRequest): void => {
  const { entries } = transaction;
  invariant(ledger.get(id) === undefined, `${id} is there already`);
  invariant(entries.length >= 2, `${id} has fewer than two lines`);
  invariant(
    entries.every(({ amount }) => amount > 0n),
    `${id} has a line of nothing`,
  );
  invariant(isZero(debitsBy(entries, ({ currency }) => currency)), `${id} does not balance`);
  if (reverses === null) return;
  const reversed = ledger.get(reverses);
  invariant(reversed !== undefined, `${id} reverses what there is not`);
  invariant(
    isZero(debitsBy([...entries, ...reversed.transaction.entries], balanceKey)),
    `${id} is not the opposite of ${reverses}`,
  );
};

const isOther = (a: PostingRequest, b: PostingRequest): boolean =>
  a.id !== b.id &&
  a.idempotencyKey !== b.idempotencyKey &&
  eventKey(a.transaction) !== eventKey(b.transaction) &&
  (a.reverses === null || a.reverses !== b.reverses);

const debitsBy = (
  entries: LedgerTransaction['entries'],
  keyOf: (entry: Entry) => string,
): ReadonlyMap<string, bigint> => {
  const debits = new Map<string, bigint>();
  for (const entry of entries) {
    const key = keyOf(entry);
    debits.set(key, (debits.get(key) ?? 0n) + (entry.side === 'debit' ? entry.amount : -entry.amount));
  }
  return debits;
};

const isZero = (debits: ReadonlyMap<string, bigint>): boolean => [...debits.values()].every((amount) => amount === 0n);

const changesBy = (requests: readonly PostingRequest[]) => {
  const changes = new Map<string, Pick<Entry, 'account' | 'currency'> & { readonly micros: bigint }>();
  for (const entry of requests.flatMap(({ transaction }) => transaction.entries)) {
    const { account, currency } = entry;
    const key = balanceKey(entry);
    changes.set(key, { account, currency, micros: (changes.get(key)?.micros ?? 0n) + effectOf(entry) });
  }
  return changes;
};

const postedOf = (request: PostingRequest | undefined): PostedTransaction | null => {
  if (request === undefined) return null;
  const { idempotencyKey: _key, ...posted } = request;
  return posted;
};
