import type { Score } from './score.ts';
import { renderSong, songFrames } from './song.ts';
import { harvestTrain } from './songs/harvest-train.ts';
import { mareBaixa } from './songs/mare-baixa.ts';
import { nightBus } from './songs/night-bus.ts';
import { paperLanterns } from './songs/paper-lanterns.ts';
import { rainOnTheSkylight } from './songs/rain-on-the-skylight.ts';
import { slowRiverLetters } from './songs/slow-river-letters.ts';
import { twoSugars } from './songs/two-sugars.ts';
import { varanda } from './songs/varanda.ts';
import { SAMPLE_RATE_HZ } from './sound.ts';
import { encodeWav, type WavTags } from './wav.ts';

export type DemoSong = WavTags & {
  readonly tags: readonly string[];
  /** Decides the small irregularities of the playing; another seed is another take, with other bytes. */
  readonly seed: number;
  readonly durationMs: number;
  /** The song as a WAV file of 16-bit stereo PCM, the same bytes each time; some half a second of work. */
  readonly render: () => Uint8Array;
};

type Entry = WavTags & Pick<DemoSong, 'tags' | 'seed'> & { readonly score: Score };

const song = ({ score, ...entry }: Entry): DemoSong => ({
  ...entry,
  durationMs: Math.round((songFrames(score) * 1000) / SAMPLE_RATE_HZ),
  render: () => {
    const { samples, sampleRateHz } = renderSong(score, entry.seed);
    return encodeWav(samples, sampleRateHz, entry);
  },
});

/** Songs by four invented artists, written for the demonstration and played by this folder's instruments. */
export const demoSongs: readonly DemoSong[] = [
  song({
    artist: 'Marrow & Pine',
    title: 'Slow River Letters',
    genre: 'Folk',
    tags: ['acoustic', 'fingerpicking', 'waltz', 'calm'],
    releasedOn: '2024-03-08',
    seed: 1101,
    score: slowRiverLetters,
  }),
  song({
    artist: 'Marrow & Pine',
    title: 'Harvest Train',
    genre: 'Americana',
    tags: ['acoustic', 'banjo', 'mandolin', 'upbeat'],
    releasedOn: '2024-09-20',
    seed: 1102,
    score: harvestTrain,
  }),
  song({
    artist: 'Velvet Antenna',
    title: 'Paper Lanterns',
    genre: 'Indie Pop',
    tags: ['guitar', 'dance', 'bright', 'summer'],
    releasedOn: '2025-05-16',
    seed: 2201,
    score: paperLanterns,
  }),
  song({
    artist: 'Velvet Antenna',
    title: 'Night Bus to Anywhere',
    genre: 'Synthwave',
    tags: ['electronic', 'night', 'instrumental', 'retro'],
    releasedOn: '2025-10-31',
    seed: 2202,
    score: nightBus,
  }),
  song({
    artist: 'Kettle Hiss',
    title: 'Rain on the Skylight',
    genre: 'Lo-fi',
    tags: ['beats', 'jazzy', 'study', 'calm'],
    releasedOn: '2024-11-15',
    seed: 3301,
    score: rainOnTheSkylight,
  }),
  song({
    artist: 'Kettle Hiss',
    title: 'Two Sugars',
    genre: 'Dub',
    tags: ['reggae', 'echo', 'vibraphone', 'laid-back'],
    releasedOn: '2025-02-07',
    seed: 3302,
    score: twoSugars,
  }),
  song({
    artist: 'Água Clara',
    title: 'Varanda',
    genre: 'Bossa Nova',
    tags: ['acoustic', 'nylon guitar', 'jazzy', 'summer'],
    releasedOn: '2023-12-01',
    seed: 4401,
    score: varanda,
  }),
  song({
    artist: 'Água Clara',
    title: 'Maré Baixa',
    genre: 'Ambient',
    tags: ['calm', 'harp', 'kalimba', 'study'],
    releasedOn: '2025-07-25',
    seed: 4402,
    score: mareBaixa,
  }),
];
