import type { Static, TObject } from 'typebox';
import { Problem } from './wire.ts';

export type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options';

/**
 * Who may call, decided from the credentials alone (what a resource allows beyond that is the core's):
 * - `public`: anyone; credentials are not looked at
 * - `signed-in`: any bearer of a valid access token, otherwise 401
 * - `artist`: as signed-in, with the role ARTIST, otherwise 403
 * - `signed-in-or-link`: as signed-in, or whoever holds the signed link that the query's `token` is of
 */
export type Access = 'public' | 'signed-in' | 'artist' | 'signed-in-or-link';

export type Tag =
  | 'Accounts'
  | 'Profiles'
  | 'Tracks'
  | 'Streams'
  | 'Payments'
  | 'Payouts'
  | 'Recommendations'
  | 'Operations'
  | 'Sandbox';

/** One file of a multipart form. `contentTypes` is what its content may turn out to be. */
export type FilePart = {
  readonly required: boolean;
  readonly contentTypes: readonly string[];
  readonly maxBytes: number;
};

export type Multipart = {
  readonly files: { readonly [name: string]: FilePart };
  readonly fields: TObject;
  /** A JSON document that may be sent in place of the form. */
  readonly orJson?: TObject;
};

type ResponseHeaders = { readonly headers?: readonly string[] };

/** An answer that is not, or not always, a JSON document: `headers` are those of its own that a client may count on. */
export type Media =
  | { readonly carries: 'problem'; readonly schema: TObject }
  | (ResponseHeaders & { readonly carries: 'text'; readonly contentTypes: readonly string[] })
  | (ResponseHeaders & { readonly carries: 'bytes'; readonly contentTypes: readonly string[] })
  | (ResponseHeaders & {
      readonly carries: 'json or bytes';
      readonly schema: TObject;
      /** What the bytes may be. */
      readonly contentTypes: readonly string[];
    })
  | (ResponseHeaders & { readonly carries: 'nothing' });

export type Responses = { readonly [status: number]: TObject | 'empty' | Media };

export type Route = {
  readonly method: Method;
  /** Parameters as `:name`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly tag: Tag;
  readonly auth: Access;
  readonly params?: TObject;
  readonly query?: TObject;
  /** Request headers that mean something here, in lower case; others are let through. */
  readonly headers?: TObject;
  /** At most one of body, form, multipart, rawBody and streamedBody. `body` is JSON. */
  readonly body?: TObject;
  /** `application/x-www-form-urlencoded`. */
  readonly form?: TObject;
  readonly multipart?: Multipart;
  /** The bytes as they came, of this media type. */
  readonly rawBody?: { readonly contentType: string };
  /** The bytes as they come, of this media type; their handler takes them. */
  readonly streamedBody?: { readonly contentType: string };
  /** Without those that `impliedStatuses` adds. */
  readonly responses: Responses;
};

export const route = <const R extends Route>(definition: R): R => definition;

export const problem = { carries: 'problem', schema: Problem } as const;

type HasBody =
  | { readonly body: TObject }
  | { readonly form: TObject }
  | { readonly multipart: Multipart }
  | { readonly rawBody: object }
  | { readonly streamedBody: object };
type HasInput = HasBody | { readonly params: TObject } | { readonly query: TObject } | { readonly headers: TObject };

/** Statuses that follow from what a route takes and who may call it; each answers a plain `Problem`. */
type ImpliedStatus<R extends Route> =
  | 429
  | 503
  | (R extends { readonly auth: 'public' } ? never : 401)
  | (R extends { readonly auth: 'artist' } ? 403 : never)
  | (R extends HasInput ? 400 : never)
  | (R extends HasBody ? 413 | 415 : never);

/** What `ImpliedStatus` is to the compiler, for the document. Ascending. */
export const impliedStatuses = (route: Route): readonly number[] => {
  const bodies = [route.body, route.form, route.multipart, route.rawBody, route.streamedBody];
  const hasBody = bodies.some((part) => part !== undefined);
  const hasInput = hasBody || [route.params, route.query, route.headers].some((part) => part !== undefined);
  return [
    ...(hasInput ? [400] : []),
    ...(route.auth === 'public' ? [] : [401]),
    ...(route.auth === 'artist' ? [403] : []),
    ...(hasBody ? [413, 415] : []),
    429,
    503,
  ];
};

/** Declared and implied; what is declared stands over what is implied. */
export const responsesOf = (route: Route): Responses => ({
  ...Object.fromEntries(impliedStatuses(route).map((status) => [status, problem])),
  ...route.responses,
});

type Part<R, Key extends string> = R extends { readonly [K in Key]: infer S extends TObject } ? Static<S> : undefined;

/** Undefined where the form was sent. */
type JsonInPlace<R> = R extends { readonly multipart: { readonly orJson: infer J extends TObject } }
  ? Static<J> | undefined
  : never;

/** What a handler of `R` is given, checked and converted; a part that the route does not take is undefined. */
export type Input<R extends Route> = {
  readonly params: Part<R, 'params'>;
  readonly query: Part<R, 'query'>;
  readonly headers: Part<R, 'headers'>;
  readonly body: Part<R, 'body'> | JsonInPlace<R>;
  readonly form: Part<R, 'form'>;
  readonly fields: R extends { readonly multipart: infer M } ? Part<M, 'fields'> : undefined;
};

/** The names of the files in a multipart route's form. */
export type FileName<R extends Route> = R extends { readonly multipart: { readonly files: infer Files } }
  ? keyof Files & string
  : never;

export type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

/** The request id is put into a problem on its way out, so handlers leave `instance` away. */
type ProblemBody<P extends TObject> = Omit<Static<P>, 'instance'>;

type BodyOf<Response> = Response extends 'empty' | { readonly carries: 'nothing' }
  ? null
  : Response extends { readonly carries: 'problem'; readonly schema: infer P extends TObject }
    ? ProblemBody<P>
    : Response extends { readonly carries: 'text' }
      ? string
      : Response extends { readonly carries: 'bytes' }
        ? Bytes
        : Response extends { readonly carries: 'json or bytes'; readonly schema: infer J extends TObject }
          ? Static<J> | Uint8Array
          : Response extends TObject
            ? Static<Response>
            : never;

export type StatusOf<R extends Route> = (keyof R['responses'] & number) | ImpliedStatus<R>;

export type ResponseBody<R extends Route, S extends StatusOf<R>> = S extends keyof R['responses']
  ? BodyOf<R['responses'][S]>
  : ProblemBody<typeof Problem>;

export type HeaderFields = { readonly [name: string]: string };

declare const checked: unique symbol;

/** What a handler of `R` may answer. Only `Reply` makes one, because only its parameters refuse a field too many. */
export type Output<R extends Route> = {
  [S in StatusOf<R>]: {
    readonly status: S;
    readonly body: ResponseBody<R, S>;
    readonly headers?: HeaderFields;
    readonly [checked]: true;
  };
}[StatusOf<R>];

type FieldOf<Shape> = Shape extends object ? keyof Shape : never;
type ValueAt<Shape, Key> = Shape extends object ? (Key extends keyof Shape ? Shape[Key] : never) : never;

type Scalar = string | number | boolean | null | undefined;

/** The names of fields, at any depth, that `Body` has and `Shape` does not. A branded scalar has none. */
type Undeclared<Shape, Body> = Body extends Scalar | Bytes
  ? never
  : Body extends readonly (infer Item)[]
    ? Shape extends readonly (infer ItemShape)[]
      ? Undeclared<ItemShape, Item>
      : never
    : Body extends object
      ? | Exclude<Extract<keyof Body, string>, FieldOf<Shape>>
        | { [Key in keyof Body]-?: Undeclared<ValueAt<Shape, Key>, Body[Key]> }[keyof Body]
      : never;

type Exact<Shape, Body> = string extends keyof Shape
  ? unknown
  : [Undeclared<Shape, Body>] extends [never]
    ? unknown
    : { readonly undeclaredField: Undeclared<Shape, Body> };

/**
 * Makes an answer of `R`. A status that `R` does not declare, a field too many at any depth, or one too few,
 * does not compile, also where the body comes from elsewhere and not from a literal.
 */
export type Reply<R extends Route> = <S extends StatusOf<R>, const Body extends ResponseBody<R, S>>(
  status: S,
  body: Body & Exact<ResponseBody<R, S>, Body>,
  headers?: HeaderFields,
) => Output<R>;

export type Handler<R extends Route> = (input: Input<R>, reply: Reply<R>) => Promise<Output<R>>;

const answer: unknown = (status: number, body: unknown, headers?: HeaderFields) =>
  headers === undefined ? { status, body } : { status, body, headers };

/** The one place where an answer's type is asserted: `Reply` has checked its parts. */
export const replyFor = <R extends Route>(_route: R): Reply<R> => answer as Reply<R>;
