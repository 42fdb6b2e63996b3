import { type Money, USD, displayUnits, money } from '@backline/core/kernel';

/** R7a: the sandbox's price for one month. */
export const MONTHLY_PRICE: Money = money(10_000_000n, USD);

/** For people, e.g. `$10.00`. */
export const priceText = (amount: Money): string =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency: amount.currency }).format(displayUnits(amount.micros));
