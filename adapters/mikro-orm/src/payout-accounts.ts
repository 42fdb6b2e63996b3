import type { SqlEntityManager } from '@mikro-orm/sql';
import type { UserId } from '@backline/core/accounts';
import { instant, isoText } from '@backline/core/kernel';
import type { PayoutAccount, PayoutAccountId, PayoutAccountRepository } from '@backline/core/payout';

const COLUMNS = 'artist_id, account_id, onboarded, (extract(epoch from checked_at) * 1000)::bigint as checked_at';

const OF_ARTIST = `select ${COLUMNS} from payout_account where artist_id = ? for update`;

const BY_ID = `select ${COLUMNS} from payout_account where account_id = ? for update`;

const KEEP = `
insert into payout_account (artist_id, account_id, onboarded, checked_at) values (?, ?, ?, ?)
on conflict (artist_id) do nothing`;

const SAVE = 'update payout_account set onboarded = ?, checked_at = ? where account_id = ?';

const REMOVE = 'delete from payout_account where account_id = ?';

export type PayoutAccountRow = {
  readonly artist_id: string;
  readonly account_id: string;
  readonly onboarded: boolean;
  /** Milliseconds. */
  readonly checked_at: string;
};

export const payoutAccountRepository = (em: SqlEntityManager): PayoutAccountRepository => {
  const one = async (sql: string, value: string | number): Promise<PayoutAccount | null> => {
    const [row] = await em.execute<PayoutAccountRow[]>(sql, [value]);
    return row === undefined ? null : payoutAccountOf(row);
  };

  return {
    find: (artistId) => one(OF_ARTIST, artistId),
    findById: (id) => one(BY_ID, id),
    keep: async ({ artistId, id, onboarded, checkedAt }) => {
      await em.execute(KEEP, [artistId, id, onboarded, isoText(checkedAt)]);
    },
    save: async ({ id, onboarded, checkedAt }) => {
      await em.execute(SAVE, [onboarded, isoText(checkedAt), id]);
    },
    remove: async (id) => {
      await em.execute(REMOVE, [id]);
    },
  };
};

export const payoutAccountOf = (row: PayoutAccountRow): PayoutAccount => ({
  artistId: Number(row.artist_id) as UserId,
  id: row.account_id as PayoutAccountId,
  onboarded: row.onboarded,
  checkedAt: instant(Number(row.checked_at)),
});
