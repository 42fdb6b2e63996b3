import type { HoldReason, JudgedPlayView } from '@backline/core/payout';

export const holdWire = (hold: JudgedPlayView['hold']) =>
  hold === null ? null : { code: hold.reason.code, explanation: explanationOf(hold.reason), refused: hold.refused };

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
