import { createHash } from 'node:crypto';
import { type Instant, isoText } from '@backline/core/kernel';
import { CHECKOUT_STYLE } from './checkout-style.ts';
import type { SandboxCheckout } from './desk.ts';

const styleHash = createHash('sha256').update(CHECKOUT_STYLE).digest('base64');

/** The `Content-Security-Policy` to send with the page: its own style sheet, forms to the app, nothing else. */
export const CHECKOUT_PAGE_CSP = [
  `default-src 'none'`,
  `style-src 'sha256-${styleHash}'`,
  `form-action 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** A whole HTML document. Its two forms POST `action=pay` and `action=cancel` to the address it was read from. */
export const renderCheckoutPage = (checkout: SandboxCheckout): string => {
  const { title, body } = DESKS[checkout.status](checkout);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} · Backline</title>
<style>${CHECKOUT_STYLE}</style>
</head>
<body>
<p class="note" role="note"><strong>Sandbox: no money moves.</strong> No card is asked for, none is charged.</p>
<main>
<div class="sheet">
${offer(checkout)}
${body}
</div>
</main>
</body>
</html>
`;
};

const TICK = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg>';
const CROSS = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17"/></svg>';
const CLOCK =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="M12 7v5.2l3.4 2"/></svg>';
const LOGO =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="2" y="9" width="3.4" height="6" rx="1.7"/><rect x="7.5" y="4" width="3.4" height="16" rx="1.7"/><rect x="13" y="7" width="3.4" height="10" rx="1.7"/><rect x="18.5" y="2" width="3.4" height="20" rx="1.7"/></svg>';

const PERKS = [
  'Every track, whole, any time',
  'Artists earn twice the going rate',
  'Your money follows what you hear',
  'Cancel whenever you want',
];

/** Two slow swells and a quick one: the outline of a song. Heights in units of a 100-unit view box. */
const waveHeight = (bar: number): number =>
  Math.round(
    12 + 38 * Math.abs(Math.sin(bar * 0.13)) + 26 * Math.abs(Math.sin(bar * 0.71)) * Math.sin(bar * 0.05 + 0.4),
  );

const WAVE_BARS = 64;
const wave = Array.from({ length: WAVE_BARS }, (_, bar) => {
  const height = waveHeight(bar);
  return `<rect x="${bar * 10 + 2}" y="${100 - height}" width="6" height="${height}" rx="2"/>`;
}).join('');

const offer = ({ priceText }: SandboxCheckout): string => `<section class="offer" aria-label="What you get">
<p class="brand">${LOGO}Backline</p>
<p class="plan">Fan subscription</p>
<p class="price"><strong>${escape(priceText)}</strong> <span>a month</span></p>
<ul class="perks">
${PERKS.map((perk) => `<li>${TICK}<span>${perk}</span></li>`).join('\n')}
</ul>
<svg class="wave" viewBox="0 0 ${WAVE_BARS * 10} 100" preserveAspectRatio="none" aria-hidden="true">${wave}</svg>
</section>`;

type Desk = { readonly title: string; readonly body: string };

/** E.g. `14:32 UTC on 23 November 2026`. */
const spokenTime = (at: Instant): string => {
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(at);
  return `${isoText(at).slice(11, 16)} UTC on ${day}`;
};

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
