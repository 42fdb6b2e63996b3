import type { StripeEvent } from './objects.ts';
import type { Mischief } from './deliveries.ts';

type Lie = Mischief['lie'];

/** The object as it was in the first event about it. */
export const olderSnapshots = (): Lie => {
  const first = new Map<string, StripeEvent['data']['object']>();
  return (event) => {
    const id = String(event.data.object['id']);
    const older = first.get(id) ?? event.data.object;
    first.set(id, older);
    return { ...event, data: { object: structuredClone(older) } };
  };
};

/** The object's id and kind stay; the named members say something else. */
export const forgedFields =
  (fields: { readonly [member: string]: unknown }): Lie =>
  (event) => ({ ...event, data: { object: { ...event.data.object, ...fields } } });
