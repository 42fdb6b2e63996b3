import { TOKENS, openPlatform } from '@backline/composition';
import { isoText, month } from '@backline/core/kernel';
import { type RateVersion, perPlay } from '@backline/core/payout';
import { type Command, UsageError, requiredOptions } from './command.ts';

const REASONS = {
  'not-positive': 'the reference must be more than 0 micros',
  'month-has-begun': 'a rate takes effect on the first of a month that has not begun',
  'month-has-a-rate': 'a rate for that month is recorded already, and rates never change',
} as const;

export const rateList: Command = {
  name: ['rate', 'list'],
  usage: '',
  run: async (words, config) => {
    requiredOptions(words, []);
    const platform = await openPlatform(config);
    try {
      const rates = await platform.container.get(TOKENS.ports).payouts.rates();
      return { ok: true, document: { rates: rates.map(toDocument) } };
    } finally {
      await platform.close();
    }
  },
};

export const rateAdd: Command = {
  name: ['rate', 'add'],
  usage: '--effective-from 2027-01-01 --reference-micros 4200 --source-name NAME --source-url URL',
  run: async (words, config) => {
    const given = requiredOptions(words, ['effective-from', 'reference-micros', 'source-name', 'source-url']);
    const proposal = {
      effectiveFrom: firstOfMonth(given['effective-from']),
      referenceMicros: wholeMicros(given['reference-micros']),
      sourceName: given['source-name'],
      sourceUrl: webAddress(given['source-url']),
    };
    const platform = await openPlatform(config);
    try {
      const added = await platform.container.get(TOKENS.core).payout.addRate(proposal);
      return added.ok
        ? { ok: true, document: { added: toDocument(added.value) } }
        : { ok: false, document: { error: REASONS[added.error.reason] } };
    } finally {
      await platform.close();
    }
  },
};

const firstOfMonth = (text: string) => {
  if (!/^\d{4}-(0[1-9]|1[0-2])-01$/.test(text))
    throw new UsageError('--effective-from must be the first of a month, such as 2027-01-01');
  return month(text.slice(0, 7));
};

const wholeMicros = (text: string): bigint => {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError('--reference-micros must be a whole number of micros');
  return BigInt(text);
};

const webAddress = (text: string): string => {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError('--source-url must be an http or https URL');
  return text;
};

const toDocument = (rate: RateVersion) => ({
  id: rate.id,
  effectiveFrom: `${rate.effectiveFrom}-01`,
  currency: rate.reference.currency,
  referenceMicros: rate.reference.micros.toString(),
  multiplier: Number(rate.multiplier),
  perPlayMicros: perPlay(rate).micros.toString(),
  source: rate.sourceName,
  sourceUrl: rate.sourceUrl,
  recordedAt: isoText(rate.recordedAt),
});
