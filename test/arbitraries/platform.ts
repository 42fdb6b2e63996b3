import { createCore } from '@backline/core';
import { type Instant, ok } from '@backline/core/kernel';
import type { FundedSpan, PlayOutcome, UnjudgedPlay, Verdict } from '@backline/core/playback';
import { memoryPorts } from '@backline/memory';
import { subscriptionOf, trackOf, userOf } from '../suites/samples.ts';
import { FAN, REPORTED_AT, TRACKS } from './history.ts';

/** The core on memory with the tracks of a history, their artists and the fan, at the time of the reports. */
export const platformFor = async (funding: readonly FundedSpan[]) => {
  const ports = memoryPorts({ clock: { now: () => REPORTED_AT } });
  await ports.uow.run(async ({ users, tracks, subscriptions }) => {
    for (const id of [1, 2, 3]) await users.insert(userOf(id));
    for (const { trackId, artistId, durationMs } of TRACKS) {
      const track = trackOf(trackId, artistId, { createdAt: 0 as Instant });
      await tracks.insert({ ...track, audio: { ...track.audio, durationMs } });
    }
    await subscriptions.save(subscriptionOf('sub', FAN, { paid: funding }));
    return ok(null);
  });
  const core = createCore(ports);

  return {
    core,
    ports,
    report: (plays: readonly UnjudgedPlay[]): Promise<readonly PlayOutcome[]> => core.playback.recordPlays(FAN, plays),
    /** What the log says in the end, by play. */
    verdicts: async (): Promise<ReadonlyMap<string, Verdict>> => {
      const found = new Map<string, Verdict>();
      for (let after: string | null = null; ;) {
        const page = await ports.plays.playsOf(FAN, { limit: 100, after });
        if (!page.ok) throw new Error(page.error.code);
        for (const { playId, verdict } of page.value.items) found.set(playId, verdict);
        if (page.value.next === null) return found;
        after = page.value.next;
      }
    },
  };
};
