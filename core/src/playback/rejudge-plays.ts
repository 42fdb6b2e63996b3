import type { UserId } from '../accounts/index.ts';
import { type Instant, after, ok } from '../kernel/index.ts';
import type { RecordPorts } from './ports.ts';
import { MAX_MS_PLAYED, rule, windowOf } from './rejudging.ts';

/** Judges a listener's plays since an instant again, after what pays for them changed; how many changed. */
export const rejudgePlays =
  ({ playLog, clock, judge }: RecordPorts) =>
  async (listenerId: UserId, since: Instant): Promise<number> => {
    const rejudged = await playLog.run(async ({ plays }) => {
      await plays.lock([listenerId]);
      const now = clock.now();
      const it = {
        listenerId,
        since,
        until: after(since > now ? since : now, MAX_MS_PLAYED),
        added: [],
        funding: await plays.funding([listenerId]),
      };
      const { changed } = await rule(judge, plays, it, await plays.inWindows([windowOf(it)]));
      if (changed.length > 0) await plays.rejudge(changed);
      return ok(changed.length);
    });
    return rejudged.value;
  };
