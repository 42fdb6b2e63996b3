import type { TrackHold } from '@backline/contracts/http';
import { isoText } from '@backline/core/kernel';
import type { HoldReason, JudgedPlayView, RaisedTrackHold } from '@backline/core/payout';
import type { Static } from 'typebox';

export const holdWire = (hold: JudgedPlayView['hold']) =>
  hold === null ? null : { code: hold.reason.code, explanation: explanationOf(hold.reason), refused: hold.refused };

export const trackHoldWire = ({ reason, raisedAt, decided }: RaisedTrackHold): Static<typeof TrackHold> => ({
  code: reason.code,
  explanation: explanationOf(reason),
  asTrackId: reason.asTrackId,
  heldSince: isoText(raisedAt),
  decision: decided?.decision ?? null,
});

const explanationOf = (reason: HoldReason): string => {
  switch (reason.code) {
    case 'many-plays':
      return `The account had ${reason.plays} plays that day; more than ${reason.allowed} are looked at by hand.`;
    case 'mostly-one-artist':
      return (
        `Of the account’s ${reason.plays} plays that day ${reason.ofOneArtist} were of one artist; where there are more ` +
        `than ${reason.allowed}, more than ${reason.allowedPercent} % of one artist are looked at by hand.`
      );
    case 'same-recording':
      return `The track’s recording is that of track ${reason.asTrackId}, which is another artist’s.`;
  }
};
