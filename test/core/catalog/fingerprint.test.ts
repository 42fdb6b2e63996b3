import { describe, expect, test } from '@jest/globals';
import { isSameRecording, searchTerms } from '@backline/core/catalog';
import { recoded, soundOf } from '../../support/fingerprints.ts';

const SONG = soundOf(1);
const OTHER = soundOf(2);

describe('the same recording is', () => {
  test.each([
    ['itself', SONG],
    ['a copy of which a bit in eight was changed', recoded(SONG, 4)],
    ['one that begins later', SONG.slice(60)],
    ['one with something before it', [...OTHER.slice(0, 100), ...SONG]],
    ['more than half of it', [...SONG.slice(0, 260), ...OTHER.slice(260)]],
    ['one that is a part of a longer one', [...OTHER, ...recoded(SONG, 2), ...OTHER]],
  ])('%s', (_, copy) => {
    expect(isSameRecording(SONG, copy)).toBe(true);
    expect(isSameRecording(copy, SONG)).toBe(true);
  });
});

describe('another recording is', () => {
  const silence = Array.from({ length: 484 }, () => 627_964_279);
  test.each([
    ['another', SONG, OTHER],
    ['one of which too many bits were changed', SONG, recoded(SONG, 16)],
    ['one that takes less than half of it', SONG, [...SONG.slice(0, 220), ...OTHER.slice(220)]],
    ['what is too short to tell', SONG.slice(0, 47), SONG],
    ['nothing', [], SONG],
    ['silence and silence', silence, silence],
    ['a loop of two seconds and itself', Array.from({ length: 40 }, () => SONG.slice(0, 16)).flat(), SONG],
  ])('%s', (_, one, other) => {
    expect(isSameRecording(one, other)).toBe(false);
    expect(isSameRecording(other, one)).toBe(false);
  });

  test('any of hundreds', () => {
    for (let number = 3; number < 300; number += 1) expect(isSameRecording(SONG, soundOf(number))).toBe(false);
  });
});

test('search terms are a quarter of the items, each once, and mostly those of a copy', () => {
  const terms = searchTerms([...SONG, ...SONG]);
  expect(terms.length).toBe(new Set(terms).size);
  expect(terms.length).toBeGreaterThan(SONG.length / 6);
  expect(terms.length).toBeLessThan(SONG.length / 3);
  const ofCopy = new Set(searchTerms(SONG.map((item, index) => (index % 3 === 0 ? item ^ 1 : item))));
  expect(terms.filter((term) => ofCopy.has(term)).length).toBeGreaterThan(terms.length / 2);
});
