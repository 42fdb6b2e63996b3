import { createHash } from 'node:crypto';
import { type Instant, isoText } from '@backline/core/kernel';
import { CHECKOUT_STYLE } from './checkout-style.ts';

const styleHash = createHash('sha256').update(CHECKOUT_STYLE).digest('base64');

/** The `Content-Security-Policy` to send with a page: its own style sheet, forms to the app, nothing else. */
export const PAGE_CSP = [
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
export const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

export type Desk = { readonly title: string; readonly body: string };

/** What the page is about, beside the desk; plain text. */
export type Offer = {
  readonly label: string;
  /** What a sandbox does not do. */
  readonly note: string;
  readonly plan: string;
  readonly price: string;
  readonly every: string;
  readonly perks: readonly string[];
};

/** A whole HTML document: what is offered on one side, `desk` on the other. */
export const renderPage = ({ title, body }: Desk, offer: Offer): string => `<!doctype html>
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
<p class="note" role="note"><strong>Sandbox: no money moves.</strong> ${escape(offer.note)}</p>
<main>
<div class="sheet">
${offerPart(offer)}
${body}
</div>
</main>
</body>
</html>
`;

/** E.g. `23 November 2026`. */
export const spokenDay = (at: Instant): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(at);

/** E.g. `14:32 UTC on 23 November 2026`. */
export const spokenTime = (at: Instant): string => `${isoText(at).slice(11, 16)} UTC on ${spokenDay(at)}`;

export const TICK = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg>';
export const CROSS = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17"/></svg>';
export const CLOCK =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="M12 7v5.2l3.4 2"/></svg>';
const LOGO =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="2" y="9" width="3.4" height="6" rx="1.7"/><rect x="7.5" y="4" width="3.4" height="16" rx="1.7"/><rect x="13" y="7" width="3.4" height="10" rx="1.7"/><rect x="18.5" y="2" width="3.4" height="20" rx="1.7"/></svg>';

/** To fans. */
export const subscriptionOffer = (priceText: string): Offer => ({
  label: 'What you get',
  note: 'No card is asked for, none is charged.',
  plan: 'Fan subscription',
  price: priceText,
  every: 'a month',
  perks: [
    'Every track, whole, any time',
    'Artists earn twice the going rate',
    'Your money follows what you hear',
    'Cancel whenever you want',
  ],
});

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

const offerPart = ({
  label,
  plan,
  price,
  every,
  perks,
}: Offer): string => `<section class="offer" aria-label="${escape(label)}">
<p class="brand">${LOGO}Backline</p>
<p class="plan">${escape(plan)}</p>
<p class="price"><strong>${escape(price)}</strong> <span>${escape(every)}</span></p>
<ul class="perks">
${perks.map((perk) => `<li>${TICK}<span>${escape(perk)}</span></li>`).join('\n')}
</ul>
<svg class="wave" viewBox="0 0 ${WAVE_BARS * 10} 100" preserveAspectRatio="none" aria-hidden="true">${wave}</svg>
</section>`;
