import { type TSchema, Type } from 'typebox';

/*
 * The building blocks of every shape on the wire. Each carries `errorMessage`, the words a caller reads when
 * the value is refused; it is kept out of the emitted document.
 */

type Words = { readonly description?: string; readonly examples?: readonly unknown[] };

/** JSON numbers are exact up to here. */
export const MAX_SAFE = 2 ** 53 - 1;

export const integer = (minimum: number, maximum: number, words: Words & { readonly default?: number } = {}) =>
  Type.Integer({ ...words, minimum, maximum, errorMessage: `must be a whole number from ${minimum} to ${maximum}` });

export const decimal = (minimum: number, maximum: number, words: Words = {}) =>
  Type.Number({ ...words, minimum, maximum, errorMessage: `must be a number from ${minimum} to ${maximum}` });

export const yesOrNo = (words: Words = {}) => Type.Boolean({ ...words, errorMessage: 'must be true or false' });

const count = (minLength: number, maxLength: number): string =>
  minLength === 0 ? `at most ${maxLength} characters` : `${minLength} to ${maxLength} characters`;

const withNote = (words: Words, note: string): Words => ({
  ...words,
  description: words.description === undefined ? note : `${words.description} ${note}`,
});

/** One line of text. Lengths are in code points. */
export const line = (minLength: number, maxLength: number, words: Words = {}) =>
  Type.String({
    ...withNote(words, 'One line: no control characters (NUL included) and no lone surrogates.'),
    minLength,
    maxLength,
    pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$',
    errorMessage: `must be one line of text, ${count(minLength, maxLength)}, without control characters`,
  });

/** One line of text that shows something: not spaces alone. */
export const name = (maxLength: number, words: Words = {}) =>
  Type.String({
    ...withNote(words, 'One line, not blank: no control characters (NUL included) and no lone surrogates.'),
    minLength: 1,
    maxLength,
    pattern: '^(?=[\\s\\S]*\\S)[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$',
    errorMessage: `must be one line of text, ${count(1, maxLength)}, not blank and without control characters`,
  });

/** Text of any number of lines. */
export const prose = (maxLength: number, words: Words = {}) =>
  Type.String({
    ...withNote(words, 'No control characters but tab and line breaks, and no lone surrogates.'),
    maxLength,
    pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f\\ud800-\\udfff]*$',
    errorMessage: `must be text of ${count(0, maxLength)}, without control characters`,
  });

/** Text that is compared and never shown, taken as it comes. */
export const secret = (minLength: number, maxLength: number, words: Words = {}) =>
  Type.String({
    ...withNote(words, 'No NUL and no lone surrogates.'),
    minLength,
    maxLength,
    pattern: '^[^\\u0000\\ud800-\\udfff]*$',
    errorMessage: `must be text of ${count(minLength, maxLength)}`,
  });

/** Printable ASCII that we made and the caller hands back. */
export const opaque = (maxLength: number, words: Words = {}) =>
  Type.String({
    ...words,
    minLength: 1,
    maxLength,
    pattern: '^[ -~]+$',
    errorMessage: `must be given exactly as it was received, ${count(1, maxLength)}`,
  });

/** Text of a form that `pattern` states and `form` says in words. */
export const formed = (
  pattern: string,
  maxLength: number,
  form: string,
  words: Words & { readonly format?: string } = {},
) => Type.String({ ...words, maxLength, pattern, errorMessage: `must be ${form}` });

export const choice = <const Value extends string>(values: readonly Value[], words: Words = {}) =>
  Type.Enum<Value[]>(values, { ...words, type: 'string', errorMessage: `must be one of ${values.join(', ')}` });

export const list = <Item extends TSchema>(item: Item, minItems: number, maxItems: number, words: Words = {}) =>
  Type.Immutable(
    Type.Array(item, {
      ...words,
      minItems,
      maxItems,
      errorMessage: `must be a list of ${minItems === 0 ? 'at most' : `${minItems} to`} ${maxItems}`,
    }),
  );

const messageOf = (schema: TSchema): string =>
  'errorMessage' in schema && typeof schema.errorMessage === 'string' ? schema.errorMessage : 'must be as described';

export const nullable = <Inner extends TSchema>(inner: Inner) =>
  Type.Union([inner, Type.Null()], { errorMessage: `${messageOf(inner)}, or null` });

const closed = { additionalProperties: false, errorMessage: 'must be an object' };

/** An object without any other field. */
export const object = <const Properties extends Record<string, TSchema>>(properties: Properties, words: Words = {}) =>
  Type.Object(properties, { ...words, ...closed });

/** Request headers: those that matter, among others. Names are in lower case. */
export const headerFields = <const Properties extends Record<string, TSchema>>(properties: Properties) =>
  Type.Object(properties, { errorMessage: 'must be header fields' });

/** As `object`, under a name of its own in the document. Names are unique. */
export const named = <const Properties extends Record<string, TSchema>>(
  title: string,
  properties: Properties,
  words: Words = {},
) => Type.Object(properties, { title, ...words, ...closed });

export const optional = Type.Optional;
