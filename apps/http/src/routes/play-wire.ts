import type { HeardPlay, LoggedPlay, UnpaidReason } from '@backline/contracts/http';
import { isoText } from '@backline/core/kernel';
import type { PlayView, Verdict } from '@backline/core/playback';
import type { Static } from 'typebox';

/** Whether the play is paid, and if not, why. */
export const verdictWire = (verdict: Verdict): { readonly payable: boolean; readonly reason: UnpaidReason | null } =>
  verdict === 'payable' ? { payable: true, reason: null } : { payable: false, reason: verdict };

export const heardPlayWire = (play: PlayView): Static<typeof HeardPlay> => ({
  playId: play.playId,
  trackId: play.trackId,
  title: play.title,
  artistName: play.artistName,
  startedAt: isoText(play.startedAt),
  msPlayed: play.msPlayed,
});

export const loggedPlayWire = (play: PlayView): Static<typeof LoggedPlay> => ({
  ...heardPlayWire(play),
  ...verdictWire(play.verdict),
});
