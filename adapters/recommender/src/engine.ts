import type { ForYouRequest, RadioRequest, SimilarRequest } from '@backline/contracts/recommender';
import type { Recommendations, Recommender } from '@backline/core/discovery';
import { type Result, err, isoText, ok } from '@backline/core/kernel';
import { type CircuitTimes, type EngineCircuit, engineCircuit } from './circuit.ts';
import { readBody, recommendationsOf } from './engine-answer.ts';

export type EngineOptions = Partial<CircuitTimes> & {
  /** Where it listens, without a slash at its end; null while it does not. */
  readonly address: () => string | null;
  /** Told what went wrong. */
  readonly warn: (message: string, detail: object) => void;
};

export type EngineRecommender = Recommender & { readonly circuit: Pick<EngineCircuit, 'state' | 'calls'> };

/** http-api.md and architecture.md: the app waits no longer. */
const DEADLINE_MS = 300;
const OPEN_MS = 5_000;

type Body = ForYouRequest | SimilarRequest | RadioRequest;

const away = err({ code: 'recommender_away' } as const);
const unknown = err({ code: 'unknown_to_model' } as const);

/** The Python engine over HTTP. Whatever it does, there is an answer within the deadline. */
export const engineRecommender = ({
  address,
  warn,
  deadlineMs = DEADLINE_MS,
  openMs = OPEN_MS,
}: EngineOptions): EngineRecommender => {
  const circuit = engineCircuit({ deadlineMs, openMs });

  const ask = async (
    path: string,
    body: Body,
  ): Promise<Result<Recommendations, { code: 'recommender_away' } | { code: 'unknown_to_model' }>> => {
    const base = address();
    if (base === null) return away;
    try {
      return await circuit.ask(async (signal) => {
        const response = await fetch(`${base}${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Deadline-Ms': String(deadlineMs) },
          body: JSON.stringify(body),
          redirect: 'error',
          signal,
        });
        const text = await readBody(response);
        if (isWithoutModel(response.status, text)) return away;
        if (response.status === 404) return unknown;
        if (response.status !== 200) throw new Error(`the engine answers ${response.status}`);
        return ok(recommendationsOf(text));
      });
    } catch (thrown) {
      if (circuit.state() === 'closed') warn('the recommender did not answer well', { path, err: thrown });
      return away;
    }
  };

  return {
    circuit,
    forYou: async ({ recent, exclude, limit, seed }) => {
      const answered = await ask('/v1/for-you', {
        recent: recent.map(({ trackId, startedAt, msPlayed }) => ({
          trackId,
          startedAt: isoText(startedAt),
          msPlayed,
        })),
        exclude: [...exclude].slice(0, MOST_EXCLUDED),
        limit,
        seed,
      });
      return answered.ok ? answered : away;
    },
    similar: ({ trackId, exclude, limit }) => ask('/v1/similar', { trackId, exclude: [...exclude], limit }),
    radioNext: ({ seedTrackId, played, limit, seed }) =>
      ask('/v1/radio/next', { seedTrackId, played: [...played], limit, seed }),
  };
};

/** What the contract takes. */
const MOST_EXCLUDED = 100_000;

/** As long as nothing was trained: the engine is well, and says so at once. */
const isWithoutModel = (status: number, text: string): boolean => status === 503 && text.includes('/problems/no-model');
