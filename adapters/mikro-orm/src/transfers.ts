import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import { type Instant, currency, instant, invariant, isoText, micros, money } from '@backline/core/kernel';
import {
  type GatewayTransferId,
  type PayoutAccountId,
  type PayoutTransfer,
  type PayoutTransferId,
  type StatementTransfer,
  type TransferFailure,
  type TransferRepository,
  type TransferState,
  transferNews,
} from '@backline/core/payout';
import { type PayoutAccountRow, payoutAccountOf } from './payout-accounts.ts';

const PAYABLE = `
select b.artist_id, p.account_id, p.onboarded, (extract(epoch from p.checked_at) * 1000)::bigint as checked_at
from (
  select substr(a.name, length('artist_available:') + 1)::bigint as artist_id, a.currency
  from ledger_account a join ledger_balance l on l.account_id = a.id
  where starts_with(a.name, 'artist_available:') and a.currency = ? and l.balance_micros >= ?
) b
left join payout_account p on p.artist_id = b.artist_id
where b.artist_id > ? and not exists (
  select from payout_transfer t where t.artist_id = b.artist_id and t.currency = b.currency and t.status = 'begun')
order by b.artist_id limit ?`;

const millis = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint as ${column}`;

const TRANSFERS = `
select id, artist_id, currency, net_micros, withheld_micros, withholding_rule, destination, transfer_group,
  idempotency_key, status, gateway_id, failure, ${['begun_at', 'called_at', 'ended_at'].map(millis).join(', ')},
  array(select state from statement_transfer s where s.transfer_id = t.id) as told
from payout_transfer t`;

/** Before all others. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

const UNDER_WAY = `${TRANSFERS} where status = 'begun' and id > ? order by id limit ?`;

const BY_ID = `${TRANSFERS} where id = ? for update of t`;

const IS_UNDER_WAY = `select true as begun from payout_transfer where artist_id = ? and currency = ? and status = 'begun'`;

const INSERT = `
insert into payout_transfer (id, artist_id, currency, net_micros, withheld_micros, withholding_rule, destination,
  transfer_group, idempotency_key, begun_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const SAVE = `
update payout_transfer set status = ?, called_at = ?, gateway_id = ?, ended_at = ?, failure = ? where id = ?`;

const NEWS = `(
  not exists (select from statement_transfer s where s.transfer_id = t.id and s.state = 'sent')
  or t.status in ('failed', 'reversed')
    and not exists (select from statement_transfer s where s.transfer_id = t.id and s.state = 'returned'))`;

const WITH_NEWS = `select distinct artist_id from payout_transfer t where ${NEWS}`;

const NEWS_OF = `
${TRANSFERS} where artist_id in (select json_array_elements_text(?::json)::bigint) and ${NEWS}`;

type TransferRow = {
  readonly id: string;
  readonly artist_id: string;
  readonly currency: string;
  readonly net_micros: string;
  readonly withheld_micros: string;
  readonly withholding_rule: string;
  readonly destination: string;
  readonly transfer_group: string;
  readonly idempotency_key: string;
  readonly status: PayoutTransfer['status'];
  readonly gateway_id: string | null;
  readonly failure: string | null;
  readonly begun_at: string;
  readonly called_at: string | null;
  readonly ended_at: string | null;
  readonly told: readonly string[];
};

type PayableRow = { readonly artist_id: string } & (PayoutAccountRow | { readonly account_id: null });

export const transferRepository = (em: SqlEntityManager): TransferRepository => ({
  payable: async ({ micros: atLeast, currency: of }, after, limit) =>
    (await em.execute<PayableRow[]>(PAYABLE, [of, String(atLeast), after ?? 0, limit])).map((row) => ({
      artistId: Number(row.artist_id) as UserId,
      account: row.account_id === null ? null : payoutAccountOf(row),
    })),
  underWay: async (after, limit) =>
    (await em.execute<TransferRow[]>(UNDER_WAY, [after ?? NO_ID, limit])).map(transferOf),
  isUnderWay: async (artistId, of) => (await em.execute<object[]>(IS_UNDER_WAY, [artistId, of])).length > 0,
  find: async (id) => {
    const [row] = await em.execute<TransferRow[]>(BY_ID, [id]);
    return row === undefined ? null : transferOf(row);
  },
  insert: async (transfer) => {
    invariant(transfer.status === 'begun' && transfer.calledAt === null, `${transfer.id} has begun before it is kept`);
    await em.execute(INSERT, [
      transfer.id,
      transfer.artistId,
      transfer.net.currency,
      String(transfer.net.micros),
      String(transfer.withheld),
      transfer.ruleId,
      transfer.destination,
      transfer.transferGroup,
      transfer.idempotencyKey,
      isoText(transfer.begunAt),
    ]);
  },
  save: async (transfer) => {
    const { gatewayId, endedAt, failure } = { ...NOT_ENDED, ...transfer };
    const times = [transfer.calledAt, endedAt].map((at) => (at === null ? null : isoText(at)));
    await em.execute(SAVE, [transfer.status, times[0], gatewayId, times[1], failure, transfer.id]);
  },
});

const NOT_ENDED = { gatewayId: null, endedAt: null, failure: null } as const;

/** Artists of whom no statement tells yet all that came of their transfers. */
export const artistsWithNews = async (em: SqlEntityManager): Promise<readonly UserId[]> =>
  (await em.execute<{ artist_id: string }[]>(WITH_NEWS)).map((row) => Number(row.artist_id) as UserId);

export const transferNewsOf = async (
  em: SqlEntityManager,
  artistIds: readonly UserId[],
): Promise<ReadonlyMap<UserId, readonly StatementTransfer[]>> => {
  const rows = await em.execute<TransferRow[]>(NEWS_OF, [JSON.stringify(artistIds)]);
  const told = new Set(rows.flatMap(({ id, told: states }) => states.map((state) => `${id} ${state}`)));
  const byArtist = Map.groupBy(rows.map(transferOf), ({ artistId }) => artistId);
  return new Map(
    [...byArtist].map(([artistId, transfers]) => [
      artistId,
      transferNews(transfers, ({ transferId, state }) => told.has(`${transferId} ${state}`)),
    ]),
  );
};

const transferOf = (row: TransferRow): PayoutTransfer => ({
  id: row.id as PayoutTransferId,
  artistId: Number(row.artist_id) as UserId,
  net: money(BigInt(row.net_micros), currency(row.currency)),
  withheld: micros(BigInt(row.withheld_micros)),
  ruleId: row.withholding_rule,
  destination: row.destination as PayoutAccountId,
  transferGroup: row.transfer_group,
  idempotencyKey: row.idempotency_key,
  begunAt: instant(Number(row.begun_at)),
  calledAt: nullableTime(row.called_at),
  ...stateOf(row),
});

const stateOf = (row: TransferRow): TransferState => {
  if (row.status === 'begun') return { status: row.status };
  const endedAt = instant(Number(row.ended_at));
  const gatewayId = row.gateway_id as GatewayTransferId | null;
  switch (row.status) {
    case 'settled':
      return { status: row.status, gatewayId, endedAt };
    case 'failed':
      return { status: row.status, failure: row.failure as TransferFailure, endedAt };
    case 'reversed':
      invariant(gatewayId !== null, `the transfer ${row.id} came back from nowhere`);
      return { status: row.status, gatewayId, endedAt };
  }
};

const nullableTime = (text: string | null): Instant | null => (text === null ? null : instant(Number(text)));
