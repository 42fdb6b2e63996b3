import type { TrackId } from '@backline/core/catalog';
import type { Reason, Recommendation, Recommendations, Recommender } from '@backline/core/discovery';
import { type Result, err, ok } from '@backline/core/kernel';
import { type Neighbours, currentVersion, readNeighbours } from './neighbours-file.ts';

export type NeighboursOptions = {
  /** The engine's folder of models. */
  readonly models: string;
  /** Between two looks at whether there is a newer model. */
  readonly refreshMs?: number;
  readonly warn: (message: string, detail: object) => void;
};

const REFRESH_MS = 2_000;

/** recommender.md, 4: a track is scored less for each time that everybody plays it anyway. */
const EXPOSURE_PENALTY = 0.25;

/** As many of what was played last count. */
const REMEMBERED = 50;

const away = err({ code: 'recommender_away' } as const);
const unknown = err({ code: 'unknown_to_model' } as const);

/** What the engine exported, computed with in this process: it serves when the engine does not. */
export const neighbourRecommender = ({ models, refreshMs = REFRESH_MS, warn }: NeighboursOptions): Recommender => {
  let kept: Neighbours | null = null;
  let lookedAt = -Infinity;
  let looking: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    try {
      const version = await currentVersion(models);
      if (version !== null && version !== kept?.version) kept = await readNeighbours(models, version);
    } catch (thrown) {
      warn('the newest neighbours cannot be read; those of before go on serving', { err: thrown });
    }
  };
  const current = async (): Promise<Neighbours | null> => {
    if (performance.now() - lookedAt >= refreshMs) {
      lookedAt = performance.now();
      looking = look();
    }
    await looking;
    return kept;
  };

  const near = async (
    of: readonly TrackId[],
    exclude: readonly TrackId[],
    limit: number,
    kind: 'because-you-played' | 'sounds-like',
  ): Promise<Result<Recommendations, { code: 'recommender_away' } | { code: 'unknown_to_model' }>> => {
    const model = await current();
    if (model === null) return away;
    const rows = of.map((trackId) => rowOf(model, trackId)).filter((row) => row !== null);
    if (rows.length === 0) return unknown;
    const items = best(model, rows, new Set([...of, ...exclude]), limit, kind);
    return ok({ items, model: { version: model.version, trainedAt: model.trainedAt } });
  };

  return {
    forYou: async ({ recent, exclude, limit }) => {
      const lately = [...new Set(recent.map(({ trackId }) => trackId))].slice(0, REMEMBERED);
      const found = await near(lately, exclude, limit, 'because-you-played');
      return found.ok ? found : away;
    },
    similar: ({ trackId, exclude, limit }) => near([trackId], exclude, limit, 'sounds-like'),
    radioNext: ({ seedTrackId, played, limit }) =>
      near([seedTrackId, ...played.slice(-3)], played, limit, 'sounds-like'),
  };
};

/** By halving: ids ascend. Null for a track that the model does not have. */
const rowOf = ({ trackIds }: Neighbours, trackId: number): number | null => {
  let [low, high] = [0, trackIds.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const id = trackIds[middle] ?? 0;
    if (id === trackId) return middle;
    if (id < trackId) low = middle + 1;
    else high = middle - 1;
  }
  return null;
};

/** Each play adds to its neighbours; the one that adds most is the reason. */
const best = (
  model: Neighbours,
  rows: readonly number[],
  exclude: ReadonlySet<number>,
  limit: number,
  kind: 'because-you-played' | 'sounds-like',
): readonly Recommendation[] => {
  const scores = new Map<number, { score: number; most: number; because: number }>();
  for (const row of rows)
    for (let at = model.offsets[row] ?? 0; at < (model.offsets[row + 1] ?? 0); at += 1) {
      const neighbour = model.neighbours[at] ?? 0;
      const weight = model.weights[at] ?? 0;
      const known = scores.get(neighbour) ?? { score: 0, most: -Infinity, because: row };
      scores.set(neighbour, {
        score: known.score + weight,
        most: Math.max(known.most, weight),
        because: weight > known.most ? row : known.because,
      });
    }
  return [...scores]
    .map(([row, { score, because }]) => ({
      trackId: (model.trackIds[row] ?? 0) as TrackId,
      score: score / (1 + Math.max(0, model.popularity[row] ?? 0)) ** EXPOSURE_PENALTY,
      because: (model.trackIds[because] ?? 0) as TrackId,
    }))
    .filter(({ trackId, score }) => !exclude.has(trackId) && score > 0)
    .sort((a, b) => b.score - a.score || a.trackId - b.trackId)
    .slice(0, limit)
    .map(({ trackId, score, because }): Recommendation => {
      const reason: Reason = { kind, trackId: because };
      return { trackId, score, reason, source: 'neighbours', propensity: 1 };
    });
};
