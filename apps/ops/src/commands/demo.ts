import { TOKENS, openPlatform } from '@backline/composition';
import { DAY_MS, type Instant, before, instant } from '@backline/core/kernel';
import type { EventId } from '@backline/core/subscriptions';
import { DEMO_PASSWORD, fillDemo } from '../demo/fill.ts';
import { type Command, requiredOptions } from './command.ts';

/** The demo's month: it happens before now, a day at a time, on a clock of its own. */
const MONTH_MS = 31 * DAY_MS;

export const demo: Command = {
  name: ['demo'],
  usage: '',
  run: async (words, config) => {
    requiredOptions(words, []);
    const start = before(instant(config.clockStart ?? Date.now()), MONTH_MS);
    let now: Instant = start;
    const platform = await openPlatform(config, {
      clock: { now: () => now },
      deliver: async (container, body, signature) => {
        const { subscriptions } = container.get(TOKENS.core);
        const received = await subscriptions.receiveWebhook(body, signature);
        if (!received.ok) return false;
        await subscriptions.applyWebhook(eventId(body));
        return true;
      },
    });
    try {
      const sandbox = platform.container.get(TOKENS.sandbox);
      if (sandbox === null)
        return { ok: false, document: { error: 'the demo pays in the sandbox; start it without STRIPE_SECRET_KEY' } };
      const filled = await fillDemo(platform, sandbox, {
        from: start,
        until: instant(start + MONTH_MS),
        moveTo: (at) => {
          now = at;
        },
      });
      if (filled === null)
        return { ok: false, document: { error: 'the database is not empty; the demo fills an empty one only' } };
      return { ok: true, document: { ...filled, password: DEMO_PASSWORD, tryNext: tryNext(config.publicUrl, filled) } };
    } finally {
      await platform.close();
    }
  },
};

/** The event was verified by then, so it has one. */
const eventId = (body: Uint8Array): EventId => {
  const { id } = JSON.parse(Buffer.from(body).toString('utf8')) as { readonly id: EventId };
  return id;
};

type Filled = NonNullable<Awaited<ReturnType<typeof fillDemo>>>;

const tryNext = (url: string, { fans, artists, tracks }: Filled): readonly string[] => [
  `npm start`,
  `curl '${url}/tracks?sort=popular'`,
  `TOKEN=$(curl -s ${url}/auth/login -H 'Content-Type: application/json' -d '{"email":"${fans[0]?.email}","password":"${DEMO_PASSWORD}"}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
  `curl ${url}/tracks/${tracks[0]?.trackId}/stream -H "Authorization: Bearer $TOKEN" -o song.wav`,
  `curl '${url}/recommendations' -H "Authorization: Bearer $TOKEN"`,
  `the artists' side: log in as ${artists[0]?.email} and GET ${url}/payouts`,
];
