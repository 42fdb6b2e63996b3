import type { SandboxCheckout } from './desk.ts';
import { CLOCK, CROSS, type Desk, TICK, escape, renderPage, spokenTime, subscriptionOffer } from './page.ts';

/** A whole HTML document. Its two forms POST `action=pay` and `action=cancel` to the address it was read from. */
export const renderCheckoutPage = (checkout: SandboxCheckout): string =>
  renderPage(DESKS[checkout.status](checkout), subscriptionOffer(checkout.priceText));

const openDesk = ({ priceText, expiresAt }: SandboxCheckout): Desk => {
  const price = escape(priceText);
  return {
    title: 'Subscribe',
    body: `<section class="desk" aria-labelledby="heading">
<h1 id="heading">Confirm your subscription</h1>
<p class="lead">It starts at once and renews every month until you cancel.</p>
<dl>
<div><dt>First month</dt><dd>${price}</dd></div>
<div><dt>Tax</dt><dd>none</dd></div>
<div class="total"><dt>Due today</dt><dd>${price}</dd></div>
</dl>
<div class="actions">
<form method="post"><input type="hidden" name="action" value="pay"><button class="pay" type="submit">Pay ${price}</button></form>
<form method="post"><input type="hidden" name="action" value="cancel"><button class="quit" type="submit">Not now</button></form>
</div>
<p class="fine">This page is open until ${spokenTime(expiresAt)}.</p>
</section>`,
  };
};

const closedDesk =
  (kind: string, symbol: string, title: string, lead: string) =>
  ({ sessionId }: SandboxCheckout): Desk => ({
    title,
    body: `<section class="desk closing ${kind}" aria-labelledby="heading">
<div class="badge">${symbol}</div>
<h1 id="heading">${title}</h1>
<p class="lead" role="status">${lead}</p>
<p class="session">Checkout session <code>${escape(sessionId)}</code></p>
</section>`,
  });

const DESKS: { readonly [status in SandboxCheckout['status']]: (checkout: SandboxCheckout) => Desk } = {
  open: openDesk,
  paid: closedDesk(
    'paid',
    TICK,
    'You’re subscribed',
    'Thank you. Every track is yours to play, from this moment. You can close this page and go back to the music.',
  ),
  cancelled: closedDesk(
    'cancelled',
    CROSS,
    'Nothing was charged',
    'You cancelled this checkout. Whenever you change your mind, begin a new one from the app.',
  ),
  expired: closedDesk(
    'expired',
    CLOCK,
    'This checkout has expired',
    'A checkout stays open for 24 hours. Nothing was charged; begin a new one from the app.',
  ),
};
