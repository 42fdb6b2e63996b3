import type { SandboxPortal } from './desk.ts';
import { CROSS, type Desk, TICK, escape, renderPage, spokenDay, subscriptionOffer } from './page.ts';

/** A whole HTML document. Its form POSTs `action=cancel` or `action=resume` to the address it was read from. */
export const renderPortalPage = (portal: SandboxPortal): string =>
  renderPage(
    portal.subscription === null ? NOTHING : deskOf(portal.subscription, portal.priceText),
    subscriptionOffer(portal.priceText),
  );

const NOTHING: Desk = {
  title: 'No subscription',
  body: `<section class="desk closing cancelled" aria-labelledby="heading">
<div class="badge">${CROSS}</div>
<h1 id="heading">You have no subscription</h1>
<p class="lead" role="status">Nothing is charged. Begin a new one from the app whenever you like.</p>
</section>`,
};

const deskOf = (it: NonNullable<SandboxPortal['subscription']>, priceText: string): Desk => {
  const day = spokenDay(it.periodEnd);
  const button = it.cancelAtPeriodEnd
    ? '<input type="hidden" name="action" value="resume"><button class="pay" type="submit">Keep my subscription</button>'
    : `<input type="hidden" name="action" value="cancel"><button class="quit" type="submit">Cancel on ${day}</button>`;
  return {
    title: 'Your subscription',
    body: `<section class="desk${it.cancelAtPeriodEnd ? '' : ' paid'}" aria-labelledby="heading">
${it.cancelAtPeriodEnd ? '' : `<div class="badge">${TICK}</div>`}
<h1 id="heading">Your subscription</h1>
<p class="lead" role="status">${LEADS[leadOf(it)](day)}</p>
<dl>
<div><dt>Every month</dt><dd>${escape(priceText)}</dd></div>
<div class="total"><dt>${it.cancelAtPeriodEnd ? 'Ends on' : 'Renews on'}</dt><dd>${day}</dd></div>
</dl>
<div class="actions">
<form method="post">${button}</form>
</div>
</section>`,
  };
};

const leadOf = (it: NonNullable<SandboxPortal['subscription']>): keyof typeof LEADS => {
  if (it.status === 'past_due') return 'overdue';
  return it.cancelAtPeriodEnd ? 'ending' : 'active';
};

const LEADS = {
  active: (): string => 'It is active, and every track is yours to play.',
  ending: (day: string): string => `It is cancelled. Every track stays yours to play until ${day}.`,
  overdue: (): string => 'The last payment failed. You can listen for 7 days from then; after that it ends.',
};
