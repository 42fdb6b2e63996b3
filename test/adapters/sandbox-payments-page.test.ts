import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { instant } from '@backline/core/kernel';
import { PAGE_CSP, renderCheckoutPage } from '@backline/sandbox-payments';

const FAN = 7 as UserId;
const HOSTILE = `"'><img src=x onerror=alert(1)><script>&`;

describe("the sandbox's checkout page", () => {
  test.each(['open', 'paid', 'cancelled', 'expired'] as const)('writes hostile text as text when %s', (status) => {
    const page = renderCheckoutPage({
      sessionId: HOSTILE,
      userId: FAN,
      status,
      priceText: HOSTILE,
      expiresAt: instant(0),
    });
    expect(page).not.toContain(HOSTILE);
    expect(page).not.toMatch(/<img|<script|<link|<iframe|\sstyle=|url\(/);
    expect(page).toContain('&quot;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;&amp;');
  });

  test('its policy lets in its own style sheet and nothing else', () => {
    const page = renderCheckoutPage({
      sessionId: 'cs',
      userId: FAN,
      status: 'open',
      priceText: '$10.00',
      expiresAt: instant(0),
    });
    const style = /<style>([\s\S]*)<\/style>/.exec(page)![1]!;
    expect(PAGE_CSP.split('; ')).toEqual([
      `default-src 'none'`,
      `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
      `form-action 'self'`,
      `base-uri 'none'`,
      `frame-ancestors 'none'`,
    ]);
  });
});
