import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { DAY_MS, type Instant, SECOND_MS, after, before, instant } from '@backline/core/kernel';
import type { WebhookEvent, WebhookVerifier } from '@backline/core/subscriptions';

export type SignedWebhook = { readonly body: Uint8Array; readonly signature: string; readonly event: WebhookEvent };

/** A verifier, and a genuine event for it about `invoice`, made and signed at `at`. */
export type OpenVerifier = () => {
  readonly verifier: WebhookVerifier;
  readonly signed: (at: Instant, invoice: string) => SignedWebhook;
};

const NOW = instant(Date.parse('2026-11-20T12:00:00Z'));

const refused = (reason: string) => ({ ok: false, error: { code: 'bad_signature', reason } });

/** What every WebhookVerifier promises, whoever signs. */
export const webhookVerifierSuite = (adapter: string, open: OpenVerifier): void => {
  describe(`WebhookVerifier on ${adapter}`, () => {
    const { verifier, signed } = open();
    const { body, signature, event } = signed(NOW, 'in_1');

    test('gives back what a genuine event says', () => {
      expect(event).toMatchObject({ object: { kind: 'invoice', id: 'in_1' }, createdAt: NOW });
      expect(verifier.verify(body, signature, NOW)).toEqual({ ok: true, value: event });
    });

    test('is good for 300 seconds and not for one more', () => {
      expect(verifier.verify(body, signature, after(NOW, 300 * SECOND_MS))).toMatchObject({ ok: true });
      expect(verifier.verify(body, signature, after(NOW, 301 * SECOND_MS))).toEqual(refused('stale'));
      expect(verifier.verify(body, signature, after(NOW, 365 * DAY_MS))).toEqual(refused('stale'));
    });

    test.each([10 * SECOND_MS, DAY_MS, 365 * DAY_MS])('refuses what is to be signed in %d ms', (aheadMs) => {
      expect(verifier.verify(body, signature, before(NOW, aheadMs))).toEqual(refused('stale'));
    });

    test('refuses what has no signature', () => {
      expect(verifier.verify(body, undefined, NOW)).toEqual(refused('missing'));
    });

    test('refuses the signature of another event', () => {
      expect(verifier.verify(body, signed(NOW, 'in_2').signature, NOW)).toEqual(refused('forged'));
    });

    test('refuses a body in which any bit was turned', () => {
      fc.assert(
        fc.property(fc.nat({ max: body.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
          const changed = Uint8Array.from(body, (byte, index) => (index === at ? byte ^ (1 << bit) : byte));
          expect(verifier.verify(changed, signature, NOW)).toEqual(refused('forged'));
        }),
      );
    });

    test.each([
      ['written anew', (text: string) => JSON.stringify(JSON.parse(text), null, 1)],
      ['with a line feed more', (text: string) => `${text}\n`],
      ['cut short', (text: string) => text.slice(0, -1)],
      ['emptied', () => ''],
    ])('refuses the same event %s', (_how, change) => {
      const changed = new TextEncoder().encode(change(new TextDecoder().decode(body)));
      expect(verifier.verify(changed, signature, NOW)).toEqual(refused('forged'));
    });

    test('refuses what is forged and stale as forged: only the signer may tell the time', () => {
      const other = signed(NOW, 'in_2').signature;
      expect(verifier.verify(body, other, after(NOW, DAY_MS))).toEqual(refused('forged'));
    });
  });
};
