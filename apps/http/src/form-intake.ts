import type { BusboyFileStream } from '@fastify/busboy';
import type { Multipart, Refusal, TextFields, Validated } from '@backline/contracts/http';
import type { MediaTooLarge } from '@backline/core/catalog';
import { type Result, err, ok } from '@backline/core/kernel';
import { type Collected, collectField, shownPartName } from './form-fields.ts';

/** What becomes of a file of the form. */
export type FileTaker<Value, E> = {
  /** Consumes the bytes as they come. Rejects when they break off, and leaves nothing behind then. */
  readonly take: (bytes: AsyncIterable<Uint8Array>) => Promise<Result<Value, E>>;
  /** Gives up what was taken, when the form is refused after all. */
  readonly discard: (value: Value) => Promise<void>;
};

export type NotAForm = { readonly code: 'not_a_form' };
export type BadForm = { readonly code: 'bad_form'; readonly errors: readonly Refusal[] };
export type FormRefused = NotAForm | BadForm | MediaTooLarge;

export type Form<Fields, Files> = { readonly fields: Fields; readonly files: Partial<Files> };

export type Takers<Files, E> = { readonly [Name in keyof Files]: FileTaker<Files[Name], E> };

export const badForm = (field: string, message: string): BadForm => ({
  code: 'bad_form',
  errors: [{ field, message }],
});

/** Where a form's parts go. */
export type Intake = {
  /** Aborted as soon as the form is refused. */
  readonly signal: AbortSignal;
  readonly part: (name: string | undefined, bytes: BusboyFileStream, fileName: string | undefined) => void;
  readonly refuse: (refusal: BadForm) => void;
};

/** An intake that can be brought to its end: the whole form, or why there is none. */
type OpenIntake<Files, E> = Intake & {
  readonly settle: <Fields>(
    judge: (fields: TextFields) => Validated<Fields>,
  ) => Promise<Result<Form<Fields, Files>, FormRefused | E>>;
};

type Stop<E> = { readonly refusal: FormRefused | E } | { readonly thrown: unknown };

/** Takes the parts of one form as they come, and gives up all of them when one is refused. */
export const openIntake = <Files extends object, E>(
  contract: Multipart,
  takers: Takers<Files, E>,
): OpenIntake<Files, E> => {
  const stopping = new AbortController();
  const open = new Set<BusboyFileStream>();
  const running: Promise<void>[] = [];
  const fields: Collected[] = [];
  const taken = new Map<keyof Files, () => Promise<void>>();
  const seen = new Set<string>();
  const files: Partial<Files> = {};
  let stopped: Stop<E> | null = null;

  const stop = (reason: Stop<E>): void => {
    if (stopped !== null) return;
    stopped = reason;
    stopping.abort();
    for (const bytes of open) bytes.destroy(new Error('the form was refused'));
  };
  const refuse = (refusal: FormRefused | E): void => stop({ refusal });

  const takeFile = async (name: keyof Files, bytes: BusboyFileStream): Promise<void> => {
    const result = await takers[name].take(bytes);
    if (!result.ok) return refuse(result.error);
    files[name] = result.value;
    taken.set(name, () => takers[name].discard(result.value));
  };

  const takeField = async (name: string, bytes: BusboyFileStream): Promise<void> => {
    const text = await collectField(bytes);
    if (!text.ok) return refuse(badForm(shownPartName(name), text.error));
    fields.push({ name, text: text.value });
  };

  const isTaken = (name: string): name is keyof Files & string => Object.hasOwn(takers, name);

  const begin = (name: string, bytes: BusboyFileStream, fileName: string | undefined): Promise<void> | BadForm => {
    const isFile = fileName !== undefined;
    if (!isTaken(name))
      return isFile ? badForm(shownPartName(name), 'is not a file that is known here') : takeField(name, bytes);
    if (!isFile || fileName === '') return badForm(name, 'must be a file, with its name');
    if (seen.has(name)) return badForm(name, 'must be given once');
    seen.add(name);
    return takeFile(name, bytes);
  };

  const part: Intake['part'] = (name, bytes, fileName) => {
    open.add(bytes);
    bytes.on('error', () => open.delete(bytes));
    bytes.on('close', () => open.delete(bytes));
    const begun = name === undefined ? badForm('body', 'must name each of its parts') : begin(name, bytes, fileName);
    if (begun instanceof Promise) running.push(begun.catch((thrown: unknown) => stop({ thrown })));
    else refuse(begun);
    if (stopped !== null) bytes.destroy();
  };

  const missing = (): readonly Refusal[] =>
    Object.entries(contract.files)
      .filter(([name, { required }]) => required && !seen.has(name))
      .map(([field]) => ({ field, message: 'is required' }));

  const settle = async <Fields>(
    judge: (fields: TextFields) => Validated<Fields>,
  ): Promise<Result<Form<Fields, Files>, FormRefused | E>> => {
    await Promise.all(running);
    const judged = judge(textFields(fields));
    const errors = [...missing(), ...(judged.ok ? [] : judged.errors)];
    if (errors.length > 0) refuse({ code: 'bad_form', errors });
    if (stopped === null && judged.ok) return ok({ fields: judged.value, files });

    for (const discard of taken.values()) await discard();
    return endedBy(stopped);
  };

  return { signal: stopping.signal, part, refuse, settle };
};

const endedBy = <E>(stop: Stop<E> | null): Result<never, FormRefused | E> => {
  if (stop !== null && 'refusal' in stop) return err(stop.refusal);
  throw stop === null ? new Error('a form that nobody refused') : stop.thrown;
};

/** A name given more than once is a list; every name is an own field, `__proto__` too. */
const textFields = (fields: readonly Collected[]): TextFields =>
  Object.fromEntries(
    [...Map.groupBy(fields, ({ name }) => name)].map(([name, given]) => {
      const [only, ...more] = given.map(({ text }) => text);
      return [name, only !== undefined && more.length === 0 ? only : given.map(({ text }) => text)];
    }),
  );
