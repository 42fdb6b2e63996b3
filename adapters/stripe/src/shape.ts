/** Where a value that came over the network is not what it should be; null where it is. */
export type Shape = (value: unknown, at: string) => string | null;

/** Stripe answered, but not what its description promises. */
export class MisshapenAnswer extends Error {
  override readonly name = 'MisshapenAnswer';
  readonly at: string;

  constructor(at: string) {
    super(`Stripe's answer is not what it should be at ${at}`);
    this.at = at;
  }
}

/** The answer itself, once it is known to have that shape. */
export const shaped = <Answer>(answer: Answer, shape: Shape, name: string): Answer => {
  const fault = shape(answer, name);
  if (fault !== null) throw new MisshapenAnswer(fault);
  return answer;
};

const where =
  (holds: (value: unknown) => boolean): Shape =>
  (value, at) =>
    holds(value) ? null : at;

export const text = where((value) => typeof value === 'string');
export const flag = where((value) => typeof value === 'boolean');
export const whole = where((value) => Number.isSafeInteger(value));
export const natural = where((value) => Number.isSafeInteger(value) && Number(value) >= 0);
export const currencyCode = where((value) => typeof value === 'string' && /^[a-z]{3}$/.test(value));

/** The last second that a JavaScript date can tell. */
export const LAST_SECOND = 8_640_000_000_000;

export const seconds = where(
  (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= LAST_SECOND,
);

/** Where a browser may be sent. */
export const webAddress = where(
  (value) => typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
);

export const exactly = (expected: string): Shape => where((value) => value === expected);

export const perhaps =
  (shape: Shape): Shape =>
  (value, at) =>
    value === null || value === undefined ? null : shape(value, at);

export const either =
  (...shapes: readonly Shape[]): Shape =>
  (value, at) =>
    shapes.some((shape) => shape(value, at) === null) ? null : at;

export const listOf =
  (shape: Shape): Shape =>
  (value, at) => {
    if (!Array.isArray(value)) return at;
    for (const [index, item] of value.entries()) {
      const fault = shape(item, `${at}[${index}]`);
      if (fault !== null) return fault;
    }
    return null;
  };

/** An object with these members, whatever else it has. */
export const having =
  (members: { readonly [name: string]: Shape }): Shape =>
  (value, at) => {
    if (typeof value !== 'object' || value === null) return at;
    for (const [name, shape] of Object.entries(members)) {
      const fault = shape((value as { readonly [name: string]: unknown })[name], `${at}.${name}`);
      if (fault !== null) return fault;
    }
    return null;
  };
