import { defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { CustomerId, CustomerRepository } from '@backline/core/subscriptions';
import { UserRow } from './users.ts';

export const CustomerRow = defineEntity({
  name: 'CustomerRow',
  tableName: 'customer',
  properties: {
    user: () => p.manyToOne(UserRow).mapToPk().primary().deleteRule('no action').updateRule('no action'),
    customerId: p.text().unique(),
  },
});

export const customerRepository = (em: SqlEntityManager): CustomerRepository => ({
  find: async (userId) => {
    const row = await em.findOne(CustomerRow, { user: userId as number }, { disableIdentityMap: true });
    return row === null ? null : (row.customerId as CustomerId);
  },
  keep: async (userId, id) => {
    await em
      .createQueryBuilder(CustomerRow)
      .insert({ user: userId as number, customerId: id as string })
      .onConflict('user')
      .ignore()
      .execute('run');
  },
  remove: async (userId) => {
    await em.nativeDelete(CustomerRow, { user: userId as number });
  },
});
