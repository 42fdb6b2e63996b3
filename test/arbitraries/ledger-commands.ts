import type { UserId } from '@backline/core/accounts';
import { type Month, type Result, USD, after, err, instant, month, ok } from '@backline/core/kernel';
import {
  type AccountName,
  type LedgerTransactionId,
  type PostingRefused,
  type PostingRequest,
  artistAccount,
  reverse,
  transaction,
} from '@backline/core/payout';
import fc from 'fast-check';
import { type Harness, commit } from '../suites/harness.ts';
import { beginClosing, endClosing, openMonth, transactionId } from '../suites/ledger-samples.ts';

/** Of what no statement, transfer or reversal tells: the audit would miss it, since only entries are made here. */
const [OTHERS, AVAILABLE] = [8, 7].map((id) => artistAccount('artist_available', id as UserId)) as [
  AccountName,
  AccountName,
];

/** Debits make the first one larger, and credits the others; it alone may fall below nothing. */
const ACCOUNTS: readonly AccountName[] = ['stripe_balance', OTHERS, AVAILABLE, 'royalty_reserve'];
const MONTHS = ['2026-10', '2026-11', '2026-12'].map(month);
const BEGINNING = instant(Date.parse('2026-10-01T00:00:00Z'));

const MOST_AT_ONCE = 3;

/** What a ledger is, said in the plainest way: nothing here is the core's or an adapter's. */
export type Books = {
  readonly posted: PostingRequest[];
  readonly status: Map<Month, 'open' | 'closing' | 'closed'>;
  /** What came of the commands, to see that nothing was left out. */
  readonly seen: Set<string>;
  count: number;
};

export const emptyBooks = (): Books => ({ posted: [], status: new Map(), seen: new Set(), count: 0 });

export type LedgerCommand = fc.AsyncCommand<Books, Pick<Harness, 'ports'>>;

export const balanceIn = (posted: readonly PostingRequest[], account: AccountName): bigint =>
  posted
    .flatMap(({ transaction: { entries } }) => entries)
    .filter((entry) => entry.account === account)
    .reduce(
      (sum, { side, amount }) => sum + ((side === 'debit') === (account === 'stripe_balance') ? amount : -amount),
      0n,
    );

const contentOf = ({ transaction: { period: _period, ...content }, reverses }: PostingRequest): string =>
  JSON.stringify([content, reverses], (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

const sameEvent = (a: PostingRequest, b: PostingRequest): boolean =>
  a.transaction.sourceType === b.transaction.sourceType &&
  a.transaction.sourceId === b.transaction.sourceId &&
  a.transaction.kind === b.transaction.kind;

const refusalOf = ({ posted, status }: Books, request: PostingRequest): PostingRefused | null => {
  const { period, sourceType } = request.transaction;
  const state = status.get(period);
  if (state !== 'open' && (state !== 'closing' || sourceType !== 'period-close'))
    return { code: 'period_not_open', period };
  if (request.reverses !== null && posted.some(({ reverses }) => reverses === request.reverses))
    return { code: 'already_reversed', transactionId: request.reverses };
  const same = posted.find((other) => sameEvent(other, request));
  return same === undefined ? null : { code: 'event_posted', transactionId: same.id };
};

/** What `post` must say, and the books after it. */
const expected = (
  books: Books,
  requests: readonly PostingRequest[],
): {
  readonly answer: Result<readonly LedgerTransactionId[], PostingRefused>;
  readonly added: readonly PostingRequest[];
} => {
  const known = requests.map((request) =>
    books.posted.find(({ idempotencyKey }) => idempotencyKey === request.idempotencyKey),
  );
  const reused = requests.find((request, index) => {
    const before = known[index];
    return before !== undefined && contentOf(before) !== contentOf(request);
  });
  if (reused !== undefined)
    return { answer: err({ code: 'key_reused', idempotencyKey: reused.idempotencyKey }), added: [] };

  const added = requests.filter((_request, index) => known[index] === undefined);
  const [refused] = added.flatMap((request) => refusalOf(books, request) ?? []);
  if (refused !== undefined) return { answer: err(refused), added: [] };

  const mentioned = added.flatMap(({ transaction: { entries } }) => entries.map(({ account }) => account));
  const overdrawn = mentioned.find(
    (account) => account !== 'stripe_balance' && balanceIn([...books.posted, ...added], account) < 0n,
  );
  if (overdrawn !== undefined) return { answer: err({ code: 'overdrawn', account: overdrawn }), added: [] };
  return { answer: ok(requests.map(({ id }, index) => known[index]?.id ?? id)), added };
};

const post = ({ ports }: Pick<Harness, 'ports'>, requests: readonly PostingRequest[], keep: boolean) =>
  ports.uow.run(async ({ ledger }) => {
    const answer = await ledger.post(requests);
    return keep ? answer : err(answer);
  });

/** Asks for what `make` says, and compares; where it says nothing, there is nothing to ask for. */
const posting = (
  name: string,
  make: (books: Books) => readonly PostingRequest[],
  expectSame: (found: unknown, expected: unknown) => void,
  keep = true,
): LedgerCommand => ({
  check: (books) => make(books).length > 0,
  run: async (books, harness) => {
    const requests = make(books);
    books.count += MOST_AT_ONCE;
    const { answer, added } = expected(books, requests);
    expectSame(await post(harness, requests, keep), keep ? answer : err(answer));
    books.seen.add(answer.ok ? (added.length < requests.length ? 'found again' : 'posted') : answer.error.code);
    if (keep) books.posted.push(...added);
  },
  toString: () => name,
});

const movement = fc.record({
  from: fc.constantFrom(...ACCOUNTS),
  to: fc.constantFrom(...ACCOUNTS),
  amount: fc.bigInt({ min: 1n, max: 5n }),
});

/** Few keys and events, so that they meet. */
const wish = fc.record({
  movements: fc.array(movement, { minLength: 1, maxLength: 3 }),
  period: fc.constantFrom(...MONTHS),
  sourceType: fc.constantFrom('receipt' as const, 'receipt' as const, 'period-close' as const),
  sourceId: fc.constantFrom('1', '2', '3', '4'),
  kind: fc.constantFrom('begun', 'settled', 'reversed'),
  key: fc.option(fc.integer({ min: 1, max: 20 }), { freq: 3 }),
});
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;

const requestOf = (books: Books, { movements, key, ...event }: Wish, offset = 0): readonly PostingRequest[] => {
  const number = books.count + offset + 1;
  const made = transaction(
    event,
    USD,
    movements.flatMap(({ from, to, amount }) => [[to, amount] as const, [from, -amount] as const]),
  );
  if (made === null) return [];
  return [
    {
      id: transactionId(number),
      transaction: made,
      reverses: null,
      postedAt: after(BEGINNING, number),
      idempotencyKey: key === null ? `new ${number}` : `key ${key}`,
    },
  ];
};

const areOthers = (requests: readonly PostingRequest[]): boolean =>
  requests.every((request, index) =>
    requests
      .slice(index + 1)
      .every((other) => other.idempotencyKey !== request.idempotencyKey && !sameEvent(other, request)),
  );

const nth = (books: Books, index: number): PostingRequest | undefined =>
  books.posted[index % (books.posted.length || 1)];

/** The same request once more, or with another amount; from whoever makes it, in whatever month. */
const again = (books: Books, index: number, period: Month, changed: boolean): readonly PostingRequest[] => {
  const known = nth(books, index);
  if (known === undefined) return [];
  const { entries } = known.transaction;
  return [
    {
      ...known,
      id: transactionId(books.count + 1),
      postedAt: after(known.postedAt, 1),
      transaction: {
        ...known.transaction,
        period,
        entries: changed ? entries.map((entry) => ({ ...entry, account: swapped(entry.account) })) : entries,
      },
    },
  ];
};

const swapped = (account: AccountName): AccountName => {
  const index = ACCOUNTS.indexOf(account);
  return ACCOUNTS[(index + 1) % ACCOUNTS.length] ?? account;
};

const reversal = (books: Books, index: number, period: Month): readonly PostingRequest[] => {
  const known = nth(books, index);
  if (known === undefined) return [];
  const number = books.count + 1;
  const event = { period, sourceType: 'release', sourceId: `${known.id} ${number}`, kind: 'reversed' } as const;
  return [
    {
      id: transactionId(number),
      transaction: reverse(known.transaction, event),
      reverses: known.id,
      postedAt: after(BEGINNING, number),
      idempotencyKey: `reversal ${number}`,
    },
  ];
};

const opening = (of: Month): LedgerCommand => ({
  check: ({ status }) => MONTHS.every((later) => later <= of || (status.get(later) ?? 'open') === 'open'),
  run: async ({ status }, harness) => {
    await openMonth(harness, of);
    if (!status.has(of)) status.set(of, 'open');
  },
  toString: () => `open ${of}`,
});

const NEXT = { open: 'closing', closing: 'closed' } as const;

/** One step forward, where the months before it are closed and none is left out. */
const closing = (of: Month): LedgerCommand => ({
  check: ({ status }) => {
    const earlier = MONTHS.filter((each) => each < of && status.has(each));
    const before = MONTHS[MONTHS.indexOf(of) - 1];
    return (
      (status.get(of) === 'open' || status.get(of) === 'closing') &&
      earlier.every((each) => status.get(each) === 'closed') &&
      (earlier.length === 0 || (before !== undefined && earlier.includes(before)))
    );
  },
  run: async (books, harness) => {
    const state = books.status.get(of);
    if (state === 'open') await beginClosing(harness, of);
    else await endClosing(harness, of);
    books.status.set(of, state === 'open' ? NEXT.open : NEXT.closing);
    books.seen.add(`month ${books.status.get(of)}`);
  },
  toString: () => `close ${of}`,
});

/** Commands that compare every answer with the books, by the comparison of whoever runs them. */
export const ledgerCommands = (
  expectSame: (found: unknown, expected: unknown) => void,
): readonly fc.Arbitrary<LedgerCommand>[] => {
  const index = fc.nat(30);
  const period = fc.constantFrom(...MONTHS);
  const one = wish.map((it) => posting(`post ${fc.stringify(it)}`, (books) => requestOf(books, it), expectSame));
  return [
    one,
    one,
    fc.tuple(wish, wish, wish).map((wishes) =>
      posting(
        `post together ${fc.stringify(wishes)}`,
        (books) => {
          const requests = wishes.flatMap((it, offset) => requestOf(books, it, offset));
          return areOthers(requests) ? requests : [];
        },
        expectSame,
      ),
    ),
    wish.map((it) =>
      posting(`post and roll back ${fc.stringify(it)}`, (books) => requestOf(books, it), expectSame, false),
    ),
    fc
      .tuple(index, period, fc.boolean())
      .map(([of, into, changed]) =>
        posting(
          `${changed ? 'change' : 'repeat'} ${of} in ${into}`,
          (books) => again(books, of, into, changed),
          expectSame,
        ),
      ),
    fc
      .tuple(index, period)
      .map(([of, into]) => posting(`reverse ${of} in ${into}`, (books) => reversal(books, of, into), expectSame)),
    period.map(opening),
    period.map(opening),
    period.map(closing),
  ];
};

/** What the ledger holds, beside what the books say. */
export const compareBooks = async (
  { ports }: Pick<Harness, 'ports'>,
  { posted }: Books,
): Promise<{ readonly found: unknown; readonly expected: unknown; readonly lowest: bigint }> => {
  const found = await commit(ports.uow, async ({ ledger }) => ({
    balances: Object.fromEntries(await ledger.balancesOf(ACCOUNTS, USD)),
    entries: (await Promise.all(MONTHS.map((of) => ledger.entriesOf(AVAILABLE, of))))
      .flat()
      .map(({ id, amount }) => ({ id, amount })),
  }));
  const guarded = ACCOUNTS.filter((account) => account !== 'stripe_balance').map((account) =>
    balanceIn(posted, account),
  );
  return {
    found,
    expected: {
      balances: Object.fromEntries(ACCOUNTS.map((account) => [account, balanceIn(posted, account)])),
      entries: MONTHS.flatMap((of) =>
        posted
          .filter(({ transaction: { period } }) => period === of)
          .toSorted((a, b) => a.postedAt - b.postedAt || (a.id < b.id ? -1 : 1))
          .flatMap(({ id, transaction: { entries } }) =>
            entries.filter(({ account }) => account === AVAILABLE).map(({ amount }) => ({ id, amount })),
          ),
      ),
    },
    lowest: guarded.reduce((low, balance) => (balance < low ? balance : low), 0n),
  };
};
