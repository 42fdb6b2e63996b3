import { describe, expect, test } from '@jest/globals';
import { type Source, sourcesIn } from './sources.ts';

const BANNED_SEGMENT = /^(utils?|helpers?|common|shared|types|misc|lib)(\.ts)?$/;
const STEREOTYPE = /\.(service|controller|repository|entity|dto|mapper|helper|interface|type|impl)\.ts$/;
const BANNED_DECLARATION =
  /\b(?:interface|type|class) (I[A-Z][a-z]\w*|\w+(?:Manager|Service|Impl|Port|Base|Utils?|Helper))(?= [={]|<| extends)/g;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.(module|test|properties\.test))?\.ts$|^\d{4}-[a-z0-9-]+\.ts$/;

const violations = ({ path, text }: Source): readonly string[] => {
  const segments = path.split('/');
  const file = segments.at(-1) ?? '';
  return [
    ...segments.filter((segment) => BANNED_SEGMENT.test(segment)).map((segment) => `${path}: ${segment} says nothing`),
    ...(STEREOTYPE.test(file) ? [`${path}: a stereotype suffix`] : []),
    ...(KEBAB.test(file) ? [] : [`${path}: not in kebab-case`]),
    ...[...text.matchAll(BANNED_DECLARATION)].map(([, name]) => `${path}: ${name}`),
  ];
};

describe('names', () => {
  test.each(['core', 'contracts', 'adapters', 'apps', 'test'])('in %s say what things are', (folder) => {
    const sources = sourcesIn(folder).filter(({ path }) => !path.startsWith('test/architecture/'));
    expect(sources.flatMap(violations)).toEqual([]);
  });

  test.each([
    ['core/src/utils/money.ts', ''],
    ['apps/http/src/types.ts', ''],
    ['core/src/payout/rate.service.ts', ''],
    ['core/src/payout/RateCard.ts', ''],
    ['core/src/payout/x.ts', 'export interface IPlayStore {}'],
    ['core/src/payout/x.ts', 'export class PayoutManager extends Error {}'],
    ['core/src/payout/x.ts', 'export type PaymentPort = object;'],
  ])('%s with %j is caught', (path, text) => {
    expect(violations({ path, text })).not.toEqual([]);
  });
});
