import { type Config, TOKENS, type Platform, openPlatform } from '@backline/composition';
import { isoText } from '@backline/core/kernel';
import type { UserId } from '@backline/core/accounts';
import type { CloseRefused } from '@backline/core/payout';
import { type Command, type Outcome, UsageError, idIn, monthIn } from './command.ts';

const opened = async (config: Config, work: (platform: Platform) => Promise<Outcome>): Promise<Outcome> => {
  const platform = await openPlatform(config);
  try {
    return await work(platform);
  } finally {
    await platform.close();
  }
};

const nothingMore = (words: readonly string[], most: number): void => {
  if (words.length > most) throw new UsageError(`${words[most]} is one word too many`);
};

export const closePeriod: Command = {
  name: ['close-period'],
  usage: 'MONTH',
  run: (words, config) => {
    nothingMore(words, 1);
    const period = monthIn(words[0]);
    return opened(config, async ({ container }) => {
      const closed = await container.get(TOKENS.core).payout.closePeriod(period);
      if (!closed.ok) return { ok: false, document: { period, error: reasonOf(closed.error), ...closed.error } };
      const { closedAt, inputsDigest, now } = closed.value;
      return {
        ok: true,
        document: { period, closed: now ? 'now' : 'before', closedAt: isoText(closedAt), inputsDigest },
      };
    });
  },
};

const reasonOf = (refused: CloseRefused): string => {
  switch (refused.code) {
    case 'too_early':
      return `the month can be closed from ${isoText(refused.closableFrom)} on`;
    case 'before_first_month':
      return `nothing is booked before ${refused.firstMonth}`;
    case 'earlier_month_open':
      return `${refused.earlier} must be closed first`;
    case 'checks_failed':
      return 'what is kept does not follow from plays and entries; nothing was closed';
    case 'counts_unsettled':
      return 'transactions from before the close are still open; try again';
  }
};

export const solvency: Command = {
  name: ['solvency'],
  usage: 'MONTH',
  run: (words, config) => {
    nothingMore(words, 1);
    const period = monthIn(words[0]);
    return opened(config, async ({ container }) => {
      const kept = await container.get(TOKENS.ports).statementReader.report(period);
      return kept === null
        ? { ok: false, document: { error: `${period} is not closed` } }
        : { ok: true, document: { closedAt: isoText(kept.closedAt), ...JSON.parse(kept.report) } };
    });
  },
};

export const statement: Command = {
  name: ['statement'],
  usage: 'ARTIST MONTH',
  run: (words, config) => {
    nothingMore(words, 2);
    const artist = idIn(words[0], 'the artist');
    const period = monthIn(words[1]);
    return opened(config, async ({ container }) => {
      const document = await container.get(TOKENS.ports).statementReader.document(artist as UserId, period);
      return document === null
        ? { ok: false, document: { error: `there is no statement of ${artist} for ${period}` } }
        : { ok: true, document: JSON.parse(document) };
    });
  },
};

export const verify: Command = {
  name: ['verify'],
  usage: '',
  run: (words, config) => {
    nothingMore(words, 0);
    return opened(config, async ({ container }) => {
      const differences = await container.get(TOKENS.core).payout.verifyBooks();
      return { ok: differences.length === 0, document: { differences } };
    });
  },
};
