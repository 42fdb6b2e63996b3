import { TOKENS, openPlatform } from '@backline/composition';
import { isoText } from '@backline/core/kernel';
import type {
  HoldDecision,
  HoldId,
  RaisedDayHold,
  RaisedHold,
  RaisedTrackHold,
  SettledHold,
} from '@backline/core/payout';
import { type Command, UsageError, requiredOptions } from './command.ts';

const MOST_LISTED = 1_000;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const holdsList: Command = {
  name: ['holds', 'list'],
  usage: '[--undecided]',
  run: async (words, config) => {
    if (words.some((word) => word !== '--undecided'))
      throw new UsageError('holds list knows only the option --undecided');
    const platform = await openPlatform(config);
    try {
      const { holdReader } = platform.container.get(TOKENS.ports);
      const holds = await holdReader.holds({ undecided: words.length > 0 }, MOST_LISTED);
      return { ok: true, document: { holds: holds.map(toDocument) } };
    } finally {
      await platform.close();
    }
  },
};

const settle = (word: 'release' | 'refuse', decision: HoldDecision['decision']): Command => ({
  name: ['holds', word],
  usage: 'HOLD --by NAME',
  run: async (words, config) => {
    const [id = '', ...options] = words;
    if (!UUID.test(id)) throw new UsageError(`holds ${word} takes the id of one hold`);
    const { by } = requiredOptions(options, ['by']);
    const platform = await openPlatform(config);
    try {
      const settled = await platform.container.get(TOKENS.core).payout.settleHold(id as HoldId, { decision, by });
      return settled.ok
        ? { ok: true, document: settledDocument(settled.value) }
        : { ok: false, document: { error: reasonOf(settled.error, id) } };
    } finally {
      await platform.close();
    }
  },
});

export const holdsRelease = settle('release', 'released');

export const holdsRefuse = settle('refuse', 'refused');

type Refused = { readonly code: 'hold_not_found' } | { readonly code: 'hold_decided'; readonly decision: string };

const reasonOf = (refused: Refused, id: string): string =>
  refused.code === 'hold_not_found' ? `there is no hold ${id}` : `the hold was ${refused.decision} before`;

const settledDocument = ({ hold, changed }: SettledHold) => ({ ...toDocument(hold), playsChanged: changed });

const toDocument = (hold: RaisedHold) => ({
  id: hold.id,
  ...('since' in hold ? ofTrack(hold) : ofDay(hold)),
  reason: hold.reason,
  policyVersion: hold.policyVersion,
  raisedAt: isoText(hold.raisedAt),
  decided: hold.decided === null ? null : { ...hold.decided, at: isoText(hold.decided.at) },
});

const ofDay = ({ scope, reportedFrom }: RaisedDayHold) => ({
  listenerId: scope.listenerId,
  day: scope.day,
  reportedFrom: reportedFrom === null ? null : isoText(reportedFrom),
});

const ofTrack = ({ scope, since }: RaisedTrackHold) => ({
  trackId: scope.trackId,
  since: since === null ? null : { startedAt: isoText(since.startedAt), reportedAt: isoText(since.reportedAt) },
});
