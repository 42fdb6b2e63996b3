import { ApiError, invalidParameter, missingParameter, noSuch, notNow } from './api-error.ts';
import { type Books, change, newestFirst } from './books.ts';
import type { ConnectBooks, ConnectedAccount, Transfer, TransferReversal } from './connect-objects.ts';
import { type Stripe, listOf } from './objects.ts';
import { PAGE_PARAMS, page } from './pages.ts';
import type { Params } from './params.ts';
import { type Route, route } from './routing.ts';

/** docs.stripe.com/api/account_links: an onboarding link is for once, and for minutes. */
const LINK_S = 5 * 60;

const createAccount = (books: Books, { accounts }: ConnectBooks, params: Params): ConnectedAccount => {
  params.only<Stripe.AccountCreateParams>(
    'type',
    'country',
    'email',
    'capabilities',
    'metadata',
    'controller',
    'expand',
  );
  const id = books.newId('acct');
  const account: ConnectedAccount = {
    id,
    object: 'account',
    charges_enabled: false,
    country: params.text('country') ?? 'US',
    created: books.now(),
    default_currency: 'usd',
    details_submitted: false,
    email: params.text('email') ?? null,
    metadata: params.metadata(),
    payouts_enabled: false,
    capabilities: { transfers: 'inactive' },
    type: params.choice('type', ['custom', 'express', 'standard']) ?? 'none',
  };
  accounts.set(id, account);
  return account;
};

/** The artist has told Stripe all that it asks; or, later, something is found to be missing again. */
export const setOnboarded = (books: Books, account: ConnectedAccount, onboarded: boolean): void => {
  const previous = change(account, {
    details_submitted: true,
    payouts_enabled: onboarded,
    capabilities: { transfers: onboarded ? 'active' : 'inactive' },
  });
  books.announce('account.updated', account, previous);
};

const accountNamed = ({ accounts }: ConnectBooks, id: string, param?: string): ConnectedAccount => {
  const found = accounts.get(id);
  if (found === undefined) throw noSuch('account', id, param);
  return found;
};

const transferNamed = ({ transfers }: ConnectBooks, id: string): Transfer => {
  const found = transfers.get(id);
  if (found === undefined) throw noSuch('transfer', id);
  return found;
};

const positive = (params: Params, name: string): number | undefined => {
  const amount = params.whole(name);
  if (amount !== undefined && amount < 1)
    throw invalidParameter(name, 'Invalid positive integer', 'parameter_invalid_integer');
  return amount;
};

/** docs.stripe.com/api/transfers/create: the destination can receive transfers, and the balance covers them. */
const createTransfer = (books: Books, connect: ConnectBooks, params: Params): Transfer => {
  params.only<Stripe.TransferCreateParams>(
    'amount',
    'currency',
    'destination',
    'description',
    'metadata',
    'transfer_group',
    'expand',
  );
  const amount = positive(params, 'amount');
  if (amount === undefined) throw missingParameter('amount');
  const currency = params.neededText('currency');
  const destination = accountNamed(connect, params.neededText('destination'), 'destination');
  if (destination.capabilities?.transfers !== 'active')
    throw notNow(
      'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments',
      'insufficient_capabilities_for_transfer',
    );
  const available = connect.available.get(currency);
  if (available !== undefined && available < amount)
    throw new ApiError(
      400,
      {
        type: 'invalid_request_error',
        code: 'balance_insufficient',
        message: 'You have insufficient available funds in your Stripe account.',
      },
      true,
    );
  if (available !== undefined) connect.available.set(currency, available - amount);
  const id = books.newId('tr');
  const transfer: Transfer = {
    id,
    object: 'transfer',
    amount,
    amount_reversed: 0,
    balance_transaction: books.newId('txn'),
    created: books.now(),
    currency,
    description: params.text('description') ?? null,
    destination: destination.id,
    livemode: false,
    metadata: params.metadata(),
    reversals: listOf([], `/v1/transfers/${id}/reversals`),
    reversed: false,
    source_transaction: null,
    source_type: 'card',
    transfer_group: params.text('transfer_group') ?? null,
  };
  connect.transfers.set(id, transfer);
  books.announce('transfer.created', transfer);
  return transfer;
};

/** docs.stripe.com/api/transfer_reversals/create: all that is left, unless less is asked for. */
const reverse = (books: Books, connect: ConnectBooks, transfer: Transfer, params: Params): TransferReversal => {
  params.only<Stripe.TransferCreateReversalParams>('amount', 'description', 'metadata', 'expand');
  const left = transfer.amount - transfer.amount_reversed;
  const amount = positive(params, 'amount') ?? left;
  if (left === 0) throw notNow(`Transfer ${transfer.id} has already been fully reversed.`);
  if (amount > left) throw notNow(`Reversal amount is greater than unreversed amount on transfer (${left}).`);
  const reversal: TransferReversal = {
    id: books.newId('trr'),
    object: 'transfer_reversal',
    amount,
    balance_transaction: books.newId('txn'),
    created: books.now(),
    currency: transfer.currency,
    destination_payment_refund: null,
    metadata: params.metadata(),
    source_refund: null,
    transfer: transfer.id,
  };
  const previous = change(transfer, {
    amount_reversed: transfer.amount_reversed + amount,
    reversed: amount === left,
    reversals: listOf([reversal, ...transfer.reversals.data], transfer.reversals.url),
  });
  const available = connect.available.get(transfer.currency);
  if (available !== undefined) connect.available.set(transfer.currency, available + amount);
  books.announce('transfer.reversed', transfer, previous);
  return reversal;
};

export const connectRoutes = (connect: ConnectBooks): readonly Route[] => [
  route('POST /v1/accounts', ({ books, params }) => createAccount(books, connect, params)),
  route('GET /v1/accounts/:id', ({ params, ids: [id = ''] }) => {
    params.only<Stripe.AccountRetrieveParams>('expand');
    return accountNamed(connect, id);
  }),
  route('GET /v1/accounts', ({ params }) => {
    params.only<Stripe.AccountListParams>(...PAGE_PARAMS);
    return page(params, '/v1/accounts', newestFirst(connect.accounts));
  }),
  route('POST /v1/account_links', ({ books, params }): Stripe.AccountLink => {
    params.only<Stripe.AccountLinkCreateParams>('account', 'type', 'refresh_url', 'return_url', 'expand');
    const { id } = accountNamed(connect, params.neededText('account'), 'account');
    if (params.choice('type', ['account_onboarding', 'account_update']) === undefined) throw missingParameter('type');
    for (const url of ['refresh_url', 'return_url']) params.neededText(url);
    return {
      object: 'account_link',
      created: books.now(),
      expires_at: books.now() + LINK_S,
      url: `https://connect.stripe.com/setup/e/${id}/${books.newId('link')}`,
    };
  }),
  route('POST /v1/transfers', ({ books, params }) => createTransfer(books, connect, params)),
  route('GET /v1/transfers', ({ params }) => {
    params.only<Stripe.TransferListParams>(...PAGE_PARAMS, 'destination', 'transfer_group', 'created');
    const destination = params.text('destination') ?? null;
    const group = params.text('transfer_group') ?? null;
    const created = params.range('created');
    const listed = newestFirst(connect.transfers).filter(
      (each) =>
        created(each.created) &&
        (destination === null || each.destination === destination) &&
        (group === null || each.transfer_group === group),
    );
    return page(params, '/v1/transfers', listed);
  }),
  route('GET /v1/transfers/:id', ({ params, ids: [id = ''] }) => {
    params.only<Stripe.TransferRetrieveParams>('expand');
    return transferNamed(connect, id);
  }),
  route('POST /v1/transfers/:id/reversals', ({ books, params, ids: [id = ''] }) =>
    reverse(books, connect, transferNamed(connect, id), params),
  ),
  route('GET /v1/transfers/:id/reversals', ({ params, ids: [id = ''] }) => {
    params.only<Stripe.TransferListReversalsParams>(...PAGE_PARAMS);
    return page(params, `/v1/transfers/${id}/reversals`, transferNamed(connect, id).reversals.data);
  }),
];
