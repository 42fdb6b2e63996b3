import { noSuch, notNow } from './api-error.ts';
import { attempt, finalize, markUncollectible, payOutOfBand, voidInvoice } from './billing.ts';
import { type Books, newestFirst } from './books.ts';
import type { Invoice, Stripe } from './objects.ts';
import { PAGE_PARAMS, page } from './pages.ts';
import { type Route, route } from './routing.ts';
import { take } from './subscribing.ts';

export const invoiceNamed = (books: Books, id: string, param?: string): Invoice => {
  const found = books.invoices.get(id);
  if (found === undefined) throw noSuch('invoice', id, param);
  return found;
};

/** Null where it does not come of a subscription. */
export const subscriptionOf = (books: Books, { parent }: Invoice) =>
  books.subscriptions.get(String(parent?.subscription_details?.subscription)) ?? null;

const mustBe = (invoice: Invoice, ...statuses: readonly Invoice['status'][]): Invoice => {
  if (statuses.includes(invoice.status)) return invoice;
  throw notNow(`Invoice ${invoice.id} is ${invoice.status}.`, 'invoice_not_editable');
};

/** What comes of the card being asked once more, or of the money having been given otherwise. */
export const payInvoice = (books: Books, invoice: Invoice, outOfBand: boolean): Invoice => {
  if (mustBe(invoice, 'open', 'uncollectible', 'draft').status === 'draft') finalize(books, invoice);
  const subscription = subscriptionOf(books, invoice);
  if (outOfBand) payOutOfBand(books, invoice);
  const outcome = outOfBand ? 'paid' : attempt(books, invoice);
  if (subscription !== null) take(books, subscription, invoice, outcome);
  return invoice;
};

export const invoiceRoutes: readonly Route[] = [
  route('GET /v1/invoices', ({ books, params }) => {
    params.only<Stripe.InvoiceListParams>(...PAGE_PARAMS, 'status', 'customer', 'subscription', 'created');
    const status = params.choice('status', ['draft', 'open', 'paid', 'uncollectible', 'void']) ?? null;
    const customer = params.text('customer') ?? null;
    const subscription = params.text('subscription') ?? null;
    const created = params.range('created');
    const listed = newestFirst(books.invoices).filter(
      (each) =>
        created(each.created) &&
        (status === null || each.status === status) &&
        (customer === null || each.customer === customer) &&
        (subscription === null || each.parent?.subscription_details?.subscription === subscription),
    );
    return page(params, '/v1/invoices', listed);
  }),
  route('GET /v1/invoices/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.InvoiceRetrieveParams>('expand');
    return invoiceNamed(books, id);
  }),
  route('GET /v1/invoices/:id/lines', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.InvoiceListLineItemsParams>(...PAGE_PARAMS);
    return page(params, `/v1/invoices/${id}/lines`, invoiceNamed(books, id).lines.data);
  }),
  route('POST /v1/invoices/:id/pay', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.InvoicePayParams>('paid_out_of_band', 'expand');
    return payInvoice(books, invoiceNamed(books, id), params.flag('paid_out_of_band') ?? false);
  }),
  route('POST /v1/invoices/:id/finalize', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.InvoiceFinalizeInvoiceParams>('expand');
    const invoice = mustBe(invoiceNamed(books, id), 'draft');
    finalize(books, invoice);
    return invoice;
  }),
  route('POST /v1/invoices/:id/void', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.InvoiceVoidInvoiceParams>('expand');
    const invoice = mustBe(invoiceNamed(books, id), 'open', 'uncollectible');
    voidInvoice(books, invoice);
    return invoice;
  }),
  route('POST /v1/invoices/:id/mark_uncollectible', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.InvoiceMarkUncollectibleParams>('expand');
    const invoice = mustBe(invoiceNamed(books, id), 'open', 'draft');
    markUncollectible(books, invoice);
    return invoice;
  }),
  route('GET /v1/invoice_payments', ({ books, params }) => {
    params.only<Stripe.InvoicePaymentListParams>(...PAGE_PARAMS, 'invoice', 'payment', 'status', 'created');
    const invoice = params.text('invoice') ?? null;
    const status = params.choice('status', ['canceled', 'open', 'paid']) ?? null;
    const payment = params.group('payment');
    payment?.only<Stripe.InvoicePaymentListParams.Payment>('type', 'payment_intent');
    payment?.choice('type', ['payment_intent']);
    const intent = payment?.text('payment_intent') ?? null;
    const created = params.range('created');
    const listed = newestFirst(books.invoicePayments).filter(
      (each) =>
        created(each.created) &&
        (status === null || each.status === status) &&
        (invoice === null || each.invoice === invoice) &&
        (intent === null || each.payment.payment_intent === intent),
    );
    return page(params, '/v1/invoice_payments', listed);
  }),
  route('GET /v1/invoice_payments/:id', ({ books, params, ids: [id = ''] }) => {
    params.only<Stripe.InvoicePaymentRetrieveParams>('expand');
    const found = books.invoicePayments.get(id);
    if (found === undefined) throw noSuch('invoice_payment', id);
    return found;
  }),
];
