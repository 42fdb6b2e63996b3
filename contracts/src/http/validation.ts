import type { Static, TObject } from 'typebox';
import { Compile } from 'typebox/compile';
import { Check } from 'typebox/value';
import type { Input, Route } from './route.ts';

/** `field` is a path such as `email` or `plays[3].playId`; neither part repeats a value that was sent. */
export type Refusal = { readonly field: string; readonly message: string };

export type Validated<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errors: readonly Refusal[] };

/** Query, path, header and form values as the wire has them: a name given twice is a list. */
export type TextFields = { readonly [name: string]: string | readonly string[] | undefined };

const MAX_REFUSALS = 20;
const MAX_NAME_LENGTH = 64;

/** The part of JSON Schema that the contract's shapes are written in. */
type JsonSchema = {
  readonly type?: string;
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly errorMessage?: string;
};

const propertiesOf = ({ properties }: JsonSchema): readonly (readonly [string, JsonSchema])[] =>
  Object.entries(properties ?? {});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An unknown field's name is the caller's own text: shortened, and without what would break a log line. */
const shownName = (name: string): string =>
  name
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, '\u{fffd}')
    .split('')
    .slice(0, MAX_NAME_LENGTH)
    .join('');

const within = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const refuse = (path: string, message: string): Refusal => ({ field: path === '' ? 'body' : path, message });

const refusedFields = function* (schema: JsonSchema, value: object, path: string): Generator<Refusal> {
  const known = new Set(Object.keys(schema.properties ?? {}));
  for (const name of schema.required ?? [])
    if (!Object.hasOwn(value, name)) yield refuse(within(path, name), 'is required');
  if (schema.additionalProperties === false)
    for (const name of Object.getOwnPropertyNames(value))
      if (!known.has(name)) yield refuse(within(path, shownName(name)), 'is not a field that is known here');
};

const refusals = function* (schema: JsonSchema, value: unknown, path: string): Generator<Refusal> {
  const message = schema.errorMessage ?? 'is not as the contract says';
  if (schema.type === 'object') {
    if (!isRecord(value)) return yield refuse(path, message);
    yield* refusedFields(schema, value, path);
    for (const [name, property] of propertiesOf(schema))
      if (Object.hasOwn(value, name)) yield* refusals(property, value[name], within(path, name));
  } else if (schema.type === 'array' && Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity))
      return yield refuse(path, message);
    for (const [index, item] of value.entries()) yield* refusals(schema.items ?? {}, item, `${path}[${index}]`);
  } else if (!Check(schema, value)) yield refuse(path, message);
};

const named = (schema: JsonSchema, value: unknown): readonly Refusal[] => {
  const found: Refusal[] = [];
  for (const refusal of refusals(schema, value, '')) {
    found.push(refusal);
    if (found.length === MAX_REFUSALS) break;
  }
  return found.length > 0 ? found : [refuse('', 'is not as the contract says')];
};

/** Judges a JSON document. Never throws, whatever the value; names up to 20 of the fields it refuses. */
export const jsonValidator = <S extends TObject>(schema: S): ((value: unknown) => Validated<Static<S>>) => {
  const compiled = Compile(schema);
  return (value) =>
    compiled.Check(value) ? { ok: true, value: value as Static<S> } : { ok: false, errors: named(schema, value) };
};

const WHOLE_NUMBER = /^(0|-?[1-9][0-9]{0,15})$/;

const fromText = (schema: JsonSchema, given: string | readonly string[]): unknown => {
  if (schema.type === 'array') return typeof given === 'string' ? [given] : given;
  if (schema.type === 'integer' && typeof given === 'string' && WHOLE_NUMBER.test(given)) return Number(given);
  return given;
};

const converted = (schema: JsonSchema, text: TextFields): Readonly<Record<string, unknown>> => {
  const record: Record<string, unknown> = Object.create(null);
  for (const [name, property] of propertiesOf(schema))
    if (property.default !== undefined) record[name] = property.default;
  const properties = new Map(propertiesOf(schema));
  const isOpen = schema.additionalProperties !== false;
  for (const [name, given] of Object.entries(text)) {
    const property = properties.get(name);
    if (given === undefined || (property === undefined && isOpen)) continue;
    record[name] = property === undefined ? given : fromText(property, given);
  }
  return record;
};

/**
 * Judges values that arrive as text. Whole numbers are read (decimal, no sign but minus, no leading zero),
 * defaults are filled in, a single value of a list becomes a list of one; any other name given twice is
 * refused. Where the schema is open, names that it doesn't know are left out of the value.
 */
export const textValidator = <S extends TObject>(schema: S): ((text: TextFields) => Validated<Static<S>>) => {
  const judge = jsonValidator(schema);
  const lists = new Set(propertiesOf(schema).flatMap(([name, { type }]) => (type === 'array' ? [name] : [])));
  return (text) => {
    const result = judge(converted(schema, text));
    if (result.ok) return result;
    const isRepeated = ({ field }: Refusal) => Array.isArray(text[field]) && !lists.has(field);
    const errors = result.errors.map((error) =>
      isRepeated(error) ? refuse(error.field, 'must be given once') : error,
    );
    return { ok: false, errors };
  };
};

/** A request's parts before they are judged; those that its route does not take are not looked at. */
export type RawInput = {
  readonly params?: TextFields;
  readonly query?: TextFields;
  readonly headers?: TextFields;
  readonly body?: unknown;
  readonly form?: TextFields;
  /** The text fields of a multipart form. */
  readonly fields?: TextFields;
};

type Judge = (raw: RawInput) => readonly [keyof RawInput, Validated<unknown>];

const textJudge = (part: Exclude<keyof RawInput, 'body'>, schema: TObject | undefined): readonly Judge[] => {
  if (schema === undefined) return [];
  const judge = textValidator(schema);
  return [(raw) => [part, judge(raw[part] ?? {})]];
};

const bodyJudge = (schema: TObject | undefined): readonly Judge[] => {
  if (schema === undefined) return [];
  const judge = jsonValidator(schema);
  return [(raw) => ['body', judge(raw.body)]];
};

/** Judges all that a request to `route` brings, its files excepted. Compile once, at start. */
export const inputValidator = <R extends Route>(route: R): ((raw: RawInput) => Validated<Input<R>>) => {
  const judges: readonly Judge[] = [
    ...textJudge('params', route.params),
    ...textJudge('query', route.query),
    ...textJudge('headers', route.headers),
    ...textJudge('form', route.form),
    ...textJudge('fields', route.multipart?.fields),
    ...bodyJudge(route.body),
  ];
  return (raw) => {
    const results = judges.map((judge) => judge(raw));
    const errors = results.flatMap(([, result]) => (result.ok ? [] : result.errors));
    if (errors.length > 0) return { ok: false, errors };
    const parts = results.map(([part, result]) => [part, result.ok ? result.value : undefined] as const);
    return { ok: true, value: Object.fromEntries(parts) as Input<R> };
  };
};
