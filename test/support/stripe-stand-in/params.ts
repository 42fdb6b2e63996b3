import { invalidParameter, missingParameter } from './api-error.ts';
import type { FormFields, FormValue } from './form.ts';

export type Range = (seconds: number) => boolean;

/** A request's parameters, read as Stripe reads them: what does not fit is a 400 that names it. */
export type Params = {
  /** Refuses every name that the endpoint does not have; the type sees to it that each is one of Stripe's. */
  readonly only: <Known>(...names: readonly (keyof Known & string)[]) => void;
  readonly has: (name: string) => boolean;
  /** Null for the empty text, by which Stripe unsets. */
  readonly text: (name: string) => string | null | undefined;
  readonly neededText: (name: string) => string;
  readonly whole: (name: string) => number | undefined;
  readonly flag: (name: string) => boolean | undefined;
  readonly choice: <const C extends string>(name: string, choices: readonly C[]) => C | undefined;
  /** Null for the empty text. */
  readonly group: (name: string) => Params | null | undefined;
  readonly groups: (name: string) => readonly Params[];
  readonly texts: (name: string) => readonly string[];
  /** `given` as changed by the parameters: an empty value takes a key away. */
  readonly metadata: (given?: { readonly [key: string]: string }) => { [key: string]: string };
  /** Of a list's filter by time: one second, or `gt`, `gte`, `lt`, `lte`. */
  readonly range: (name: string) => Range;
};

/** docs.stripe.com/api/metadata */
const MOST_METADATA_KEYS = 50;
const LONGEST_METADATA_KEY = 40;
const LONGEST_METADATA_VALUE = 500;

export const paramsOf = (fields: FormFields, prefix = ''): Params => {
  const full = (name: string): string => (prefix === '' ? name : `${prefix}[${name}]`);
  const value = (name: string): FormValue | undefined => (Object.hasOwn(fields, name) ? fields[name] : undefined);

  const text = (name: string): string | null | undefined => {
    const given = value(name);
    if (given === undefined || typeof given === 'string') return given === '' ? null : given;
    throw invalidParameter(full(name), `Invalid string: ${JSON.stringify(given)}`);
  };
  const whole = (name: string): number | undefined => {
    const given = text(name);
    if (given === undefined || given === null) return undefined;
    if (/^-?\d{1,15}$/.test(given)) return Number(given);
    throw invalidParameter(full(name), `Invalid integer: ${given}`, 'parameter_invalid_integer');
  };
  const group = (name: string): Params | null | undefined => {
    const given = value(name);
    if (given === undefined) return undefined;
    if (given === '') return null;
    if (isFields(given)) return paramsOf(given, full(name));
    throw invalidParameter(full(name), 'Invalid object');
  };
  const members = (name: string): readonly FormValue[] => {
    const given = value(name);
    if (given === undefined || given === '') return [];
    if (Array.isArray(given)) return given as readonly FormValue[];
    throw invalidParameter(full(name), 'Invalid array');
  };

  return {
    only: (...names) => {
      const unknown = Object.keys(fields).find((name) => !names.some((known) => known === name));
      if (unknown !== undefined)
        throw invalidParameter(full(unknown), `Received unknown parameter: ${full(unknown)}`, 'parameter_unknown');
    },
    has: (name) => value(name) !== undefined,
    text,
    neededText: (name) => {
      const given = text(name);
      if (given === undefined) throw missingParameter(full(name));
      if (given === null)
        throw invalidParameter(
          full(name),
          `You passed an empty string for '${full(name)}'. We assume empty values are an attempt to unset a parameter; however '${full(name)}' cannot be unset.`,
          'parameter_invalid_empty',
        );
      return given;
    },
    whole,
    flag: (name) => {
      const given = text(name);
      if (given === undefined || given === null) return undefined;
      if (given === 'true' || given === 'false') return given === 'true';
      throw invalidParameter(full(name), `Invalid boolean: ${given}`);
    },
    choice: (name, choices) => {
      const given = text(name);
      if (given === undefined || given === null) return undefined;
      const chosen = choices.find((each) => each === given);
      if (chosen === undefined)
        throw invalidParameter(full(name), `Invalid ${full(name)}: must be one of ${choices.join(', ')}`);
      return chosen;
    },
    group,
    groups: (name) =>
      members(name).map((each, index) => {
        if (isFields(each)) return paramsOf(each, `${full(name)}[${index}]`);
        throw invalidParameter(`${full(name)}[${index}]`, 'Invalid object');
      }),
    texts: (name) =>
      members(name).map((each) => {
        if (typeof each === 'string') return each;
        throw invalidParameter(full(name), 'Invalid string');
      }),
    metadata: (given = {}) => {
      if (value('metadata') === '') return {};
      const changes = value('metadata') ?? {};
      if (!isFields(changes)) throw invalidParameter(full('metadata'), 'Invalid object');
      const merged = Object.entries({ ...given, ...changes }).filter(
        (entry): entry is [string, string] => entry[1] !== '',
      );
      if (merged.length > MOST_METADATA_KEYS) throw invalidParameter('metadata', 'Too many metadata keys');
      for (const [key, each] of merged)
        if (key.length > LONGEST_METADATA_KEY || each.length > LONGEST_METADATA_VALUE)
          throw invalidParameter(`metadata[${key}]`, 'Metadata is too long');
      return Object.fromEntries(merged);
    },
    range: (name) => {
      if (typeof value(name) === 'string') {
        const exactly = whole(name);
        return (seconds) => seconds === exactly;
      }
      const bounds = group(name);
      const [gt, gte, lt, lte] = ['gt', 'gte', 'lt', 'lte'].map((bound) => bounds?.whole(bound));
      return (seconds) =>
        (gt === undefined || seconds > gt) &&
        (gte === undefined || seconds >= gte) &&
        (lt === undefined || seconds < lt) &&
        (lte === undefined || seconds <= lte);
    },
  };
};

const isFields = (value: FormValue): value is FormFields => typeof value === 'object' && !Array.isArray(value);
