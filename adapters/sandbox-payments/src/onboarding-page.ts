import { PAYOUT_POLICY } from '@backline/core/payout';
import type { SandboxOnboarding } from './desk.ts';
import { type Desk, type Offer, TICK, escape, renderPage } from './page.ts';
import { priceText } from './price.ts';

/** A whole HTML document. Its form POSTs `action=onboard` to the address it was read from. */
export const renderOnboardingPage = ({ payeeId, onboarded }: SandboxOnboarding): string =>
  renderPage(onboarded ? doneDesk(payeeId) : openDesk(payeeId), PAYOUTS);

const LEAST = priceText(PAYOUT_POLICY.transfer.threshold);

const PAYOUTS: Offer = {
  label: 'How you are paid',
  note: 'Nobody asks who you are, and no bank hears of it.',
  plan: 'Artist payouts',
  price: 'Twice',
  every: 'the going rate',
  perks: [
    'For every payable play, the small ones too',
    `Sent once ${LEAST} is available`,
    'Less than that carries over, without limit',
    'Each month a statement that proves itself',
  ],
};

const openDesk = (payeeId: string): Desk => ({
  title: 'Get paid',
  body: `<section class="desk" aria-labelledby="heading">
<h1 id="heading">Where shall we send it?</h1>
<p class="lead">A real provider would now ask who you are and for a bank account. Here one press stands for all of that.</p>
<dl>
<div><dt>Name</dt><dd>as in your account</dd></div>
<div><dt>Bank account</dt><dd>one that does not exist</dd></div>
<div class="total"><dt>Sent from</dt><dd>${escape(LEAST)} on</dd></div>
</dl>
<div class="actions">
<form method="post"><input type="hidden" name="action" value="onboard"><button class="pay" type="submit">Set up my payouts</button></form>
</div>
<p class="session">Payout account <code>${escape(payeeId)}</code></p>
</section>`,
});

const doneDesk = (payeeId: string): Desk => ({
  title: 'You can be paid',
  body: `<section class="desk closing paid" aria-labelledby="heading">
<div class="badge">${TICK}</div>
<h1 id="heading">You can be paid</h1>
<p class="lead" role="status">What is available is sent from now on, as soon as it comes to ${escape(LEAST)}. You can close this page.</p>
<p class="session">Payout account <code>${escape(payeeId)}</code></p>
</section>`,
});
