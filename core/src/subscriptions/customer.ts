import type { Email, UserId } from '../accounts/index.ts';
import type { Brand } from '../kernel/index.ts';

/** The provider's id of someone who pays. */
export type CustomerId = Brand<string, 'CustomerId'>;

export type Payer = { readonly userId: UserId; readonly email: Email };
