import type {
  Model,
  Recommendation,
  Recommendations,
  Rung,
  ShownRecommendation,
  ShownRecommendations,
} from './recommendation.ts';
import type { DiscoveryPorts, PopularTrack } from './ports.ts';
import type { TrackId } from '../catalog/index.ts';
import type { Result } from '../kernel/index.ts';

/** One way to an answer; null where it leads nowhere now. */
export type Attempt = { readonly rung: Rung; readonly ask: () => Promise<Recommendations | null> };

/** A model may name tracks that are gone by now. */
export const SLACK = 20;
const MOST_ASKED = 100;

export const withSlack = (limit: number): number => Math.min(MOST_ASKED, limit + SLACK);

/** The first way that leads to tracks that there are; the last one's answer where none does. */
export const climb = async (
  ports: Pick<DiscoveryPorts, 'catalog'>,
  attempts: readonly Attempt[],
  last: Last,
  { limit, exclude }: { readonly limit: number; readonly exclude: ReadonlySet<TrackId> },
): Promise<ShownRecommendations> => {
  for (const { rung, ask } of attempts) {
    const found = await ask();
    if (found === null) continue;
    const wanted = { ...found, items: found.items.filter(({ trackId }) => !exclude.has(trackId)) };
    const items = await shown(ports, wanted, rung, limit);
    if (items.length === 0) continue;
    return { items: rung === 'engine' ? items : await filled(ports, items, last, limit), model: found.model, rung };
  }
  const found = await last.ask();
  return { items: await shown(ports, found, last.rung, limit), model: found.model, rung: last.rung };
};

type Last = { readonly rung: Rung; readonly ask: () => Promise<Recommendations> };

/** Up to the limit with what is always there, below all others. */
const filled = async (
  ports: Pick<DiscoveryPorts, 'catalog'>,
  items: readonly ShownRecommendation[],
  last: Last,
  limit: number,
): Promise<readonly ShownRecommendation[]> => {
  if (items.length >= limit) return items;
  const there = new Set(items.map(({ trackId }) => trackId));
  const found = await last.ask();
  const others = { ...found, items: found.items.filter(({ trackId }) => !there.has(trackId)) };
  const lowest = Math.min(...items.map(({ score }) => score));
  const more = await shown(ports, others, last.rung, limit - items.length);
  return [...items, ...more.map((item, index) => ({ ...item, score: lowest - Math.abs(lowest) * (index + 1) * 1e-3 }))];
};

export const answered = <E>(asked: Result<Recommendations, E> | undefined): Recommendations | null =>
  asked?.ok === true ? asked.value : null;

const shown = async (
  { catalog }: Pick<DiscoveryPorts, 'catalog'>,
  { items }: Recommendations,
  rung: Rung,
  limit: number,
): Promise<readonly ShownRecommendation[]> => {
  const unique = [...new Map(items.map((item) => [item.trackId, item])).values()];
  const tracks = await Promise.all(unique.map(({ trackId }) => catalog.track(trackId)));
  const there = unique.flatMap((item, index): ShownRecommendation[] => {
    const track = tracks[index] ?? null;
    return track === null ? [] : [{ ...item, track }];
  });
  return (rung === 'engine' ? there : spread(there)).slice(0, limit);
};

const IN_A_ROW = 10;
const MOST_OF_ARTIST = 2;

/** At most two of an artist in each ten, for as long as there are others; the engine sees to that itself. */
const spread = (items: readonly ShownRecommendation[]): readonly ShownRecommendation[] => {
  const out: ShownRecommendation[] = [];
  let waiting = items;
  while (waiting.length > 0) {
    const lately = out.slice(1 - IN_A_ROW).map(({ track }) => track.artist.userId);
    const next =
      waiting.find(({ track }) => lately.filter((id) => id === track.artist.userId).length < MOST_OF_ARTIST) ??
      waiting[0];
    if (next === undefined) break;
    out.push(next);
    waiting = waiting.filter((item) => item !== next);
  }
  // Scores fall along a list, whatever was moved.
  const scores = items.map(({ score }) => score);
  return out.map((item, index) => ({ ...item, score: scores[index] ?? item.score }));
};

/** The score falls with the rank, so that it orders as the list does whatever the counts. */
export const ranked = (
  { clock }: Pick<DiscoveryPorts, 'clock'>,
  name: 'popularity' | 'editorial',
  tracks: readonly Pick<PopularTrack, 'trackId'>[],
): Recommendations => ({
  items: tracks.map(({ trackId }, rank): Recommendation => ({
    trackId,
    score: 1 / (rank + 1),
    reason: { kind: 'popular' },
    source: name === 'popularity' ? 'popular' : 'editorial',
    propensity: 1,
  })),
  model: modelNamed(name, clock.now()),
});

const modelNamed = (name: string, trainedAt: Model['trainedAt']): Model => ({ version: `${name}-1`, trainedAt });
