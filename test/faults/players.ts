import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Answer } from '../support/http.ts';
import type { Member } from '../support/people.ts';
import type { Program } from '../support/programs.ts';

type Play = {
  readonly playId: string;
  readonly trackId: number;
  readonly startedAt: string;
  readonly msPlayed: number;
};

/** What a player was told of its plays; the memory against which the platform's is held. */
export type Acknowledged = ReadonlyMap<string, { readonly payable: boolean }>;

export type Player = {
  readonly fan: Member;
  readonly acknowledged: Acknowledged;
  /** Sends what is not yet acknowledged until it is, and then no more. */
  readonly finish: () => Promise<void>;
};

export type Load = {
  /** The program of the moment; it changes when one is killed. */
  readonly app: () => Program;
  readonly tracks: readonly number[];
  /** A midnight (UTC) from which on the fans' plays are paid, for `DAYS` days. */
  readonly since: number;
  /** The number of each fan's first play: where another load left off. */
  readonly from: number;
  readonly onAnswer: (answer: Answer | null) => void;
};

export const DAYS = 15;

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const PAYABLE_PER_DAY = 40;
const PAYABLE_EVERY = 5;
const BATCH = 50;
const CONCURRENCY = 3;

/**
 * The n-th play of a fan. Every fifth is payable as long as the days have room: 31 s, at most ten of a track a day
 * for four tracks, and no two at once. The others are too short, and stand in nobody's way.
 */
const nthPlay = (n: number, { tracks, since }: Load): Play => {
  const payable = n % PAYABLE_EVERY === 0 && n / PAYABLE_EVERY < DAYS * PAYABLE_PER_DAY;
  const slot = payable ? (n / PAYABLE_EVERY) % PAYABLE_PER_DAY : PAYABLE_PER_DAY + (Math.floor(n / DAYS) % 1_300);
  const day = payable ? Math.floor(n / PAYABLE_EVERY / PAYABLE_PER_DAY) : n % DAYS;
  return {
    playId: randomUUID(),
    trackId: tracks[n % tracks.length] ?? 0,
    startedAt: new Date(since + day * DAY_MS + slot * MINUTE_MS).toISOString(),
    msPlayed: payable ? 31_000 : 5_000,
  };
};

/** Reports plays one after another, single ones and batches, each under the same ids until it is acknowledged. */
export const startPlayer = (fan: Member, load: Load): Player => {
  const acknowledged = new Map<string, { readonly payable: boolean }>();
  const over = new AbortController();
  let next = load.from;

  const take = (count: number): readonly Play[] => Array.from({ length: count }, () => nthPlay(next++, load));

  const post = async (path: string, json: unknown): Promise<Answer | null> => {
    const answer = await load
      .app()
      .call('POST', path, { token: fan.token, json })
      // The connection broke, or there was none.
      .catch(() => null);
    load.onAnswer(answer);
    return answer;
  };

  const report = async (plays: readonly Play[], path: string, json: unknown): Promise<void> => {
    for (;;) {
      const answer = await post(path, json);
      if (answer !== null && answer.status < 300) {
        const results: readonly { playId: string; payable?: boolean }[] = answer.body.results ?? [answer.body];
        for (const { playId, payable } of results)
          // A rejected one has no verdict, and is then missed in the comparison.
          if (payable !== undefined) acknowledged.set(playId, { payable });
        if (plays.some(({ playId }) => !acknowledged.has(playId))) throw new Error(`not accepted: ${answer.text}`);
        return;
      }
      await setTimeout(25);
    }
  };

  const play = async (lane: number): Promise<void> => {
    for (let turn = lane; !over.signal.aborted; turn += 1) {
      if (turn % 4 === 0) {
        const plays = take(BATCH);
        await report(plays, '/streams/batch', { plays });
      } else {
        const [single] = take(1);
        if (single !== undefined) await report([single], '/streams', single);
      }
      await setTimeout(5);
    }
  };

  const lanes = Promise.all(Array.from({ length: CONCURRENCY }, (_, lane) => play(lane)));
  // Reported by `finish`; a lane that fails earlier must not end the process.
  lanes.catch(() => undefined);
  return {
    fan,
    acknowledged,
    finish: async () => {
      over.abort();
      await lanes;
    },
  };
};
