import { customerNamed } from './customers.ts';
import type { PortalSession, Stripe } from './objects.ts';
import { type Route, route } from './routing.ts';

export const portalSessionRoutes: readonly Route[] = [
  route('POST /v1/billing_portal/sessions', ({ books, params }) => {
    params.only<Stripe.BillingPortal.SessionCreateParams>(
      'customer',
      'return_url',
      'configuration',
      'locale',
      'expand',
    );
    const id = books.newId('bps');
    const session: PortalSession = {
      id,
      object: 'billing_portal.session',
      configuration: params.text('configuration') ?? 'bpc_default',
      created: books.now(),
      customer: customerNamed(books, params.neededText('customer'), 'customer').id,
      customer_account: null,
      flow: null,
      livemode: false,
      locale: null,
      on_behalf_of: null,
      return_url: params.text('return_url') ?? null,
      url: `https://billing.stripe.com/p/session/${id}`,
    };
    books.portalSessions.set(id, session);
    return session;
  }),
];
