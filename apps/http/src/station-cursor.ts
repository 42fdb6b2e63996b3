import { randomInt } from 'node:crypto';
import type { TrackId } from '@backline/core/catalog';
import { REMEMBERED, type Station } from '@backline/core/discovery';

/** A station's cursor is the station itself; what is made up only changes what its maker hears. */
export const writeStation = ({ played, seed }: Station): string =>
  Buffer.from(JSON.stringify([seed, ...played])).toString('base64url');

/** Without a cursor one that begins now, as no other did. Null for what is no cursor. */
export const readStation = (seedTrackId: TrackId, cursor: string | undefined): Station | null => {
  if (cursor === undefined) return { seedTrackId, played: [], seed: randomInt(2 ** 32) };
  const numbers = numbersIn(Buffer.from(cursor, 'base64url').toString());
  const [seed, ...played] = numbers ?? [];
  return seed === undefined || played.length > REMEMBERED ? null : { seedTrackId, seed, played: played as TrackId[] };
};

const numbersIn = (text: string): readonly number[] | null =>
  /^\[\d{1,16}(,[1-9]\d{0,15}){0,1000}\]$/.test(text)
    ? text
        .slice(1, -1)
        .split(',')
        .map(Number)
        .filter((number) => Number.isSafeInteger(number))
    : null;
