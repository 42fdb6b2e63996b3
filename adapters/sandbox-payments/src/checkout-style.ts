/** The page's only style sheet; its hash is in the page's content security policy. */
export const CHECKOUT_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f1ea; --card: #fffdf8; --ink: #1d1a16; --soft: #5f584e; --line: #ded7ca;
  --accent: #b3341c; --accent-ink: #fffaf5; --accent-deep: #942813; --glow: #f7d9c4;
  --note: #fbe7b2; --note-ink: #4a3606; --good: #1f6b46; --good-ground: #dcefe3; --stage: #211a17; --stage-ink: #f8efe6;
  --stage-soft: #cdbcae; --bar: #f0764f; --shadow: 0 1px 2px rgb(60 40 20 / .08), 0 18px 48px -18px rgb(60 40 20 / .28);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #141110; --card: #1e1a18; --ink: #f5eee7; --soft: #b9aca0; --line: #38302b;
    --accent: #f58a63; --accent-ink: #2a0f05; --accent-deep: #ffa482; --glow: #4a2b1f;
    --note: #40330f; --note-ink: #fbe3a0; --good: #7fd3a6; --good-ground: #173526; --stage: #2a1f1a; --stage-ink: #f8efe6;
    --stage-soft: #cdbcae; --bar: #f0764f; --shadow: 0 1px 2px rgb(0 0 0 / .4), 0 22px 60px -20px rgb(0 0 0 / .8);
  }
}
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink);
  font: 400 1rem/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-font-smoothing: antialiased;
}
h1, h2, p, ul, dl, dd { margin: 0; padding: 0; }
.note {
  background: var(--note); color: var(--note-ink); text-align: center; padding: .65rem 1.25rem;
  font-size: .9rem; line-height: 1.4;
}
main { flex: 1; display: grid; place-items: center; padding: 3rem 1.5rem; }
.sheet {
  width: 100%; max-width: 58rem; display: grid; grid-template-columns: 1.05fr 1fr; overflow: hidden;
  background: var(--card); border: 1px solid var(--line); border-radius: 1.5rem; box-shadow: var(--shadow);
}
.offer {
  position: relative; display: flex; flex-direction: column; padding: 2.5rem 2.5rem 8.5rem;
  background: radial-gradient(120% 90% at 0% 0%, #4a2318 0%, var(--stage) 62%); color: var(--stage-ink);
}
.brand { display: flex; align-items: center; gap: .6rem; font-weight: 700; letter-spacing: -.01em; font-size: 1.1rem; }
.brand svg { width: 1.6rem; height: 1.6rem; fill: var(--bar); }
.plan { margin-top: 2.5rem; color: var(--stage-soft); font-size: .95rem; }
.price { display: flex; flex-wrap: wrap; align-items: baseline; gap: .5rem; margin-top: .15rem; }
.price strong {
  font-size: 3.5rem; line-height: 1.05; font-weight: 700; letter-spacing: -.035em; font-variant-numeric: tabular-nums;
}
.price span { color: var(--stage-soft); }
.perks { list-style: none; margin-top: 1.9rem; display: grid; gap: .8rem; }
.perks li { display: grid; grid-template-columns: 1.25rem 1fr; gap: .75rem; align-items: start; }
.perks svg { width: 1.25rem; height: 1.25rem; margin-top: .16rem; fill: none; stroke: var(--bar); stroke-width: 2.2;
  stroke-linecap: round; stroke-linejoin: round; }
.wave { position: absolute; left: 0; right: 0; bottom: 0; width: 100%; height: 6rem; fill: var(--bar); opacity: .38; }
.desk { display: flex; flex-direction: column; padding: 2.5rem; }
h1 { font-size: 1.6rem; line-height: 1.2; letter-spacing: -.02em; font-weight: 700; }
.lead { margin-top: .6rem; color: var(--soft); }
dl { margin-top: 1.75rem; border-top: 1px solid var(--line); }
dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .8rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--soft); }
dd { font-variant-numeric: tabular-nums; text-align: right; }
dl .total { border-bottom: 0; font-weight: 700; font-size: 1.1rem; }
dl .total dt { color: inherit; }
.actions { margin-top: auto; padding-top: 1.75rem; display: grid; gap: .65rem; }
form { display: grid; }
button {
  min-height: 3.25rem; padding: .75rem 1.25rem; border-radius: .85rem; border: 1px solid transparent; font: inherit;
  font-weight: 650; cursor: pointer; transition: background-color .15s, border-color .15s, transform .06s;
}
button:active { transform: translateY(1px); }
.pay { background: var(--accent); color: var(--accent-ink); }
.pay:hover { background: var(--accent-deep); }
.quit { background: transparent; color: var(--ink); border-color: var(--line); }
.quit:hover { border-color: var(--soft); }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.fine { margin-top: 1.1rem; color: var(--soft); font-size: .85rem; line-height: 1.5; }
.badge {
  width: 3.5rem; height: 3.5rem; display: grid; place-items: center; border-radius: 50%; margin-bottom: 1.4rem;
  background: var(--glow); color: var(--accent);
}
.badge svg { width: 1.75rem; height: 1.75rem; fill: none; stroke: currentColor; stroke-width: 2.4;
  stroke-linecap: round; stroke-linejoin: round; }
.paid .badge { background: var(--good-ground); color: var(--good); }
.closing { justify-content: center; }
.session { margin-top: 1.75rem; padding-top: 1.1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .8rem; }
.session code { display: block; overflow-wrap: anywhere; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (max-width: 48rem) {
  main { padding: 1rem; place-items: start stretch; }
  .sheet { grid-template-columns: 1fr; border-radius: 1.25rem; }
  .offer { padding: 1.35rem 1.5rem 3.75rem; }
  .plan { margin-top: 1rem; }
  .price strong { font-size: 2.9rem; }
  .perks { margin-top: 1rem; gap: .4rem; font-size: .95rem; }
  .wave { height: 3rem; }
  .desk { padding: 1.35rem 1.5rem 1.5rem; }
  h1 { font-size: 1.4rem; }
  dl { margin-top: .9rem; }
  dl div { padding: .55rem 0; }
  .actions { padding-top: .9rem; }
}
@media (prefers-reduced-motion: reduce) { button { transition: none; } }
`;
