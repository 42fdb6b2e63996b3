import type { FundedSpan, UnjudgedPlay, Verdict } from '@backline/core/playback';

const THIRTY_DAYS_MS = 30 * 24 * 60 * 60 * 1000;

/** The numbers of the text; another policy has others. */
const BY_THE_TEXT = { minimumHeardMs: 30_000, dailyCap: 10, lateAfterMs: THIRTY_DAYS_MS };

const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const comesBefore = (a: UnjudgedPlay, b: UnjudgedPlay): boolean =>
  a.startedAt < b.startedAt || (a.startedAt === b.startedAt && a.playId < b.playId);

type Which = (play: UnjudgedPlay) => boolean;

const none: Which = () => false;

/**
 * payout-rules.md, R3′ and R3a to g, sentence by sentence and as slowly as that is: each play asks all others.
 * Nothing here is shared with the code that it judges. Which plays are of a track that the listener has a share in, and
 * which of a day that is held, the caller says.
 */
export const verdictsByTheText = (
  plays: readonly UnjudgedPlay[],
  funding: readonly FundedSpan[],
  { minimumHeardMs, dailyCap, lateAfterMs } = BY_THE_TEXT,
  { shared, held }: { readonly shared: Which; readonly held: Which } = { shared: none, held: none },
): ReadonlyMap<string, Verdict> => {
  const tooShort = (play: UnjudgedPlay): boolean =>
    play.trackDurationMs < minimumHeardMs ? play.msPlayed < play.trackDurationMs : play.msPlayed < minimumHeardMs;

  const overlappingKnown = new Map<string, boolean>();
  const overlapping = (play: UnjudgedPlay): boolean => {
    const known = overlappingKnown.get(play.playId);
    if (known !== undefined) return known;
    const found = plays.some(
      (other) =>
        comesBefore(other, play) &&
        play.startedAt < other.startedAt + other.msPlayed &&
        !tooShort(other) &&
        !overlapping(other),
    );
    overlappingKnown.set(play.playId, found);
    return found;
  };

  const funded = (play: UnjudgedPlay): boolean =>
    funding.some((span) => play.startedAt >= span.from && (span.until === null || play.startedAt < span.until));

  const verdicts = new Map<string, Verdict>();
  const verdictOf = (play: UnjudgedPlay): Verdict => {
    if (play.reportedAt - play.startedAt > lateAfterMs) return 'too-late';
    if (play.listenerId === play.artistId || shared(play)) return 'self-play';
    if (tooShort(play)) return 'too-short';
    if (!funded(play)) return 'unfunded';
    if (overlapping(play)) return 'overlapping';
    const earlierPaid = plays.filter(
      (other) =>
        other.trackId === play.trackId &&
        utcDay(other.startedAt) === utcDay(play.startedAt) &&
        comesBefore(other, play) &&
        ['payable', 'held'].includes(verdicts.get(other.playId) ?? ''),
    );
    if (earlierPaid.length >= dailyCap) return 'daily-cap';
    return held(play) ? 'held' : 'payable';
  };
  for (const play of plays.toSorted((a, b) => (comesBefore(a, b) ? -1 : 1))) verdicts.set(play.playId, verdictOf(play));
  return verdicts;
};
