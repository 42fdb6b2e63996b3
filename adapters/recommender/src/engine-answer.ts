import { EngineAnswer, jsonValidator } from '@backline/contracts/recommender';
import type { TrackId } from '@backline/core/catalog';
import type { Reason, Recommendation, Recommendations } from '@backline/core/discovery';
import { instant } from '@backline/core/kernel';

/** A hundred items are some 15 KB. */
const MAX_ANSWER_BYTES = 256 * 1024;

const judge = jsonValidator(EngineAnswer);

/** The body, of bounded size. Throws for more. */
export const readBody = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error('the engine answers without end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

/** Throws for anything but what the contract says. */
export const recommendationsOf = (text: string): Recommendations => {
  const judged = judge(JSON.parse(text));
  if (!judged.ok) throw new Error(`the engine answers otherwise than the contract says: ${judged.errors[0]?.field}`);
  const { items, model } = judged.value;
  const trainedAt = Date.parse(model.trainedAt);
  if (Number.isNaN(trainedAt)) throw new Error('the engine tells of a time that there is not');
  return {
    items: items.map(({ trackId, score, reason, source, propensity }): Recommendation => ({
      trackId: trackId as TrackId,
      score,
      reason: reasonOf(reason),
      source,
      propensity,
    })),
    model: { version: model.version, trainedAt: instant(trainedAt) },
  };
};

const reasonOf = ({ kind, trackId }: EngineAnswer['items'][number]['reason']): Reason => {
  if (kind !== 'because-you-played' && kind !== 'sounds-like') return { kind };
  if (trackId === undefined) throw new Error('the engine gives half a reason');
  return { kind, trackId: trackId as TrackId };
};
