import type { UserId } from '@backline/core/accounts';
import type { Instant } from '@backline/core/kernel';
import type { SubscriptionId, SubscriptionReader, SubscriptionStatus } from '@backline/core/subscriptions';
import { type PlainPool, statement } from './pool.ts';

const SUBSCRIPTIONS = statement<{
  id: string;
  user_id: number;
  status: SubscriptionStatus;
  current_period_start: number;
  current_period_end: number;
  cancel_at_period_end: boolean;
  past_due_since: number | null;
  ended_at: number | null;
  pay_url: string | null;
}>(
  'subscriptions_of',
  `select id, user_id, status, current_period_start, current_period_end, cancel_at_period_end, past_due_since, ended_at,
     pay_url
   from subscription where user_id = $1 order by id`,
);

export const subscriptionReader = (pool: PlainPool): SubscriptionReader => ({
  allOf: async (userId) =>
    (await pool.query(SUBSCRIPTIONS, [userId])).map((row) => ({
      id: row.id as SubscriptionId,
      userId: row.user_id as UserId,
      status: row.status,
      currentPeriodStart: row.current_period_start as Instant,
      currentPeriodEnd: row.current_period_end as Instant,
      cancelAtPeriodEnd: row.cancel_at_period_end,
      pastDueSince: row.past_due_since as Instant | null,
      endedAt: row.ended_at as Instant | null,
      payUrl: row.pay_url,
    })),
});
