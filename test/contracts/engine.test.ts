import { readFileSync } from 'node:fs';
import { ForYouRequest } from '@backline/contracts/recommender';
import { engineDocument, engineDocumentText } from '@backline/contracts/recommender/document';
import { describe, expect, test } from '@jest/globals';
import { Check } from 'typebox/value';
import { violations } from './openapi-rules.ts';

const COMMITTED = new URL('../../apps/recommender/src/backline_recommender/contract.json', import.meta.url);

describe('the contract with the engine', () => {
  test('in the Python package is what the schemas say; otherwise run: npm run openapi', () => {
    expect(readFileSync(COMMITTED, 'utf8')).toBe(engineDocumentText());
  });

  test('keeps the rules of an OpenAPI document', () => {
    const { 'x-files': _files, ...document } = engineDocument();
    expect(violations(document)).toEqual([]);
  });

  test('has no field for money or for a person', () => {
    const fields = engineDocumentText().match(/"[^"]+"(?=: [{[])|(?<="name": )"[^"]+"/g) ?? [];
    expect(fields).toContain('"msPlayed"');
    expect(fields).toContain('"listener"');
    expect(fields.join(' ')).not.toMatch(/money|micros|price|payout|revenue|royalt|currency|email|displayName|userId/i);
  });

  test.each([
    [{ recent: [] }, true],
    [{ recent: [{ trackId: 1, startedAt: '2026-11-01T10:00:00Z', msPlayed: 31_000 }], limit: 100, seed: 7 }, true],
    [{ recent: [{ trackId: 1, startedAt: '2026-11-01T10:00:00Z', weight: 0.5 }], explore: false }, true],
    [{}, false],
    [{ recent: [], limit: 0 }, false],
    [{ recent: [], limit: 1e9 }, false],
    [{ recent: [{ trackId: 1, startedAt: '2026-11-01T10:00:00Z', weight: Number.NaN }] }, false],
    [{ recent: [], userId: 3 }, false],
  ])('takes %j: %j', (body, taken) => {
    expect(Check(ForYouRequest, body)).toBe(taken);
  });
});
