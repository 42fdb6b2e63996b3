import { type Result, err, ok } from '../kernel/index.ts';
import { type Plain, canonicalJson } from './canonical-json.ts';
import { type IssuedStatement, STATEMENT_SCHEMA, type Statement } from './statement.ts';

/** `at` names the member, as in `tracks[3].funded`; empty for the whole text. */
export type NotAStatement = {
  readonly code: 'not-json' | 'not-a-statement' | 'not-canonical';
  readonly at: string;
};

/** What a value must be; the value with amounts as bigint, or the path to what is not so. */
type Shape<T> = (value: unknown, path: string) => Result<T, string>;

/**
 * Reads a statement's file. Says nothing of its arithmetic, or of whether the digest is right: `verifyStatements` does.
 */
export const parseStatement = (document: string): Result<IssuedStatement, NotAStatement> => {
  const json = parseJson(document);
  if (!json.ok) return err({ code: 'not-json', at: '' });
  const parsed = STATEMENT(json.value, '');
  if (!parsed.ok) return err({ code: 'not-a-statement', at: parsed.error });
  if (canonicalJson(json.value as Plain) !== document) return err({ code: 'not-canonical', at: '' });

  const { digest, ...statement } = parsed.value;
  return ok({ statement: statement as Statement, digest, document });
};

const parseJson = (text: string): Result<unknown, null> => {
  try {
    return ok(JSON.parse(text));
  } catch {
    return err(null);
  }
};

const text =
  (pattern: RegExp): Shape<string> =>
  (value, path) =>
    typeof value === 'string' && value.isWellFormed() && pattern.test(value) ? ok(value) : err(path);

const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Shape<number> =>
  (value, path) =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most ? ok(Number(value)) : err(path);

const amountLike =
  (pattern: RegExp): Shape<bigint> =>
  (value, path) =>
    typeof value === 'string' && pattern.test(value) ? ok(BigInt(value)) : err(path);

const either =
  <T>(yes: T, no: T): Shape<T> =>
  (value, path) =>
    value === yes ? ok(yes) : value === no ? ok(no) : err(path);

const orNull =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, path) =>
    value === null ? ok(null) : shape(value, path);

const list =
  <T>(shape: Shape<T>): Shape<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) return err(path);
    const items: T[] = [];
    for (const [index, each] of value.entries()) {
      const item = shape(each, `${path}[${index}]`);
      if (!item.ok) return item;
      items.push(item.value);
    }
    return ok(items);
  };

type Shapes = { readonly [name: string]: Shape<unknown> };
type Shaped<S extends Shapes> = { readonly [Name in keyof S]: S[Name] extends Shape<infer T> ? T : never };

/** These members and no others; `optional` ones may be missing. */
const record =
  <S extends Shapes>(shapes: S, optional = false): Shape<Shaped<S>> =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return err(path);
    const given = new Map<string, unknown>(Object.entries(value));
    const unknown = [...given.keys()].find((name) => !Object.hasOwn(shapes, name));
    if (unknown !== undefined) return err(memberOf(path, unknown));

    const members: { [name: string]: unknown } = {};
    for (const [name, shape] of Object.entries(shapes)) {
      if (optional && !given.has(name)) continue;
      const member = shape(given.get(name), memberOf(path, name));
      if (!member.ok) return member;
      members[name] = member.value;
    }
    return ok(members as Shaped<S>);
  };

const memberOf = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const id = whole(1);
const anyText = text(/^/);
const name = text(/^./su);
const period = text(/^\d{4}-(0[1-9]|1[0-2])$/);
const time = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const digest = text(/^[0-9a-f]{64}$/);
const amount = amountLike(/^(0|[1-9]\d*)$/);
const signed = amountLike(/^(0|-?[1-9]\d*)$/);

const PLAYS = record({
  playedIn: period,
  rateVersion: id,
  perPlay: amount,
  payable: whole(0),
  unpaid: record(
    {
      'too-short': id,
      'self-play': id,
      unfunded: id,
      'daily-cap': id,
      overlapping: id,
      held: id,
      'too-late': id,
    },
    true,
  ),
});

const STATEMENT = record({
  schema: either(STATEMENT_SCHEMA, STATEMENT_SCHEMA),
  artistId: id,
  sequence: id,
  previous: orNull(digest),
  period,
  currency: text(/^[A-Z]{3}$/),
  closedAt: time,
  policyVersion: id,
  tracks: list(
    record({
      trackId: id,
      title: anyText,
      splitVersion: orNull(id),
      shareBasisPoints: whole(1, 10_000),
      accepted: either(true, false),
      plays: list(PLAYS),
      trackNominal: amount,
      nominal: amount,
      funded: amount,
      deferred: amount,
    }),
  ),
  debtsPaid: list(record({ origin: period, trackId: id, splitVersion: orNull(id), amount })),
  adjustments: list(
    record({
      adjustmentId: name,
      reason: either('fraud', 'fraud'),
      origin: period,
      trackId: id,
      plays: id,
      balance: signed,
      deferred: signed,
    }),
  ),
  transfers: list(
    record({ transferId: name, state: either('sent', 'returned'), at: time, net: amount, withheld: amount }),
  ),
  balance: record({
    opening: signed,
    funded: amount,
    deferredPaid: amount,
    adjusted: signed,
    transferred: signed,
    closing: signed,
  }),
  deferred: record({ opening: signed, added: amount, paid: amount, adjusted: signed, closing: signed }),
  digest,
});
