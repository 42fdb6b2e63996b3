import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; --ink: #1d1a16; --paper: #faf7f2; --soft: #6d655a; --mark: #b4441f; }
@media (prefers-color-scheme: dark) { :root { --ink: #f3ede3; --paper: #191613; --soft: #a89f92; --mark: #f08a5d; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem;
  background: var(--paper); color: var(--ink); font: 1.05rem/1.6 system-ui, sans-serif; }
main { max-width: 34rem; }
p.brand { margin: 0 0 2rem; font-weight: 700; letter-spacing: .02em; color: var(--mark); }
h1 { margin: 0 0 .75rem; font-size: clamp(1.8rem, 6vw, 2.6rem); line-height: 1.15; text-wrap: balance; }
p { margin: 0 0 1rem; }
p.fine { color: var(--soft); font-size: .95rem; }
`;

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** Its own style sheet and nothing else. */
export const PAYMENT_PAGE_CSP = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`;

const page = (title: string, lead: string, fine: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} · Backline</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="brand">Backline</p>
<h1>${title}</h1>
<p role="status">${lead}</p>
<p class="fine">${fine}</p>
</main>
</body>
</html>
`;

/** What people read on coming back from the payment provider. They tell nothing of who it is. */
export const PAYMENT_PAGES = {
  paid: page(
    'Thank you',
    'Your payment was taken, and every track is yours to play within a few seconds.',
    'You can close this page and go back to the music. If it still asks you to subscribe after a minute, reload it.',
  ),
  notPaid: page(
    'Nothing was charged',
    'You left before paying, so no subscription began.',
    'Whenever you change your mind, begin again from the app.',
  ),
  managed: page(
    'All done',
    'What you changed takes effect within a few seconds.',
    'You can close this page and go back to the music.',
  ),
  onboarded: page(
    'Thank you',
    'What you told is checked now; that takes minutes, seldom a day.',
    'Nothing more is to be done: what is available is sent to you once it comes to the least amount.',
  ),
  linkExpired: page(
    'This link is used up',
    'It was good for once, and for some minutes.',
    'Go back to the app and ask for another; what you have told already is kept.',
  ),
} as const;
