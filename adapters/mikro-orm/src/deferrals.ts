import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Currency } from '@backline/core/kernel';
import type { Debt, LedgerTransactionId } from '@backline/core/payout';
import { firstOf } from './periods.ts';

const INSERT = `
insert into deferral (transaction_id, user_id, origin, track_id, split_id, currency, deferred_micros)
select by, user_id, origin, track_id, split_id, currency, micros
from json_to_recordset(?) as d (by uuid, user_id bigint, origin date, track_id bigint, split_id bigint, currency text,
  micros bigint)`;

/** What a transaction changes of a debt: more when positive. */
export type Deferral = Debt & { readonly by: LedgerTransactionId; readonly currency: Currency };

export const saveDeferrals = async (em: SqlEntityManager, deferrals: readonly Deferral[]): Promise<void> => {
  await em.execute(INSERT, [JSON.stringify(deferrals.map(toRow))]);
};

const toRow = ({ by, userId, origin, trackId, splitVersion, currency, amount }: Deferral) => ({
  by,
  user_id: userId,
  origin: firstOf(origin),
  track_id: trackId,
  split_id: splitVersion,
  currency,
  micros: String(amount),
});
