import type { TObject } from 'typebox';
import type { Components } from './components.ts';
import {
  type Access,
  type FilePart,
  type Media,
  type Multipart,
  type NamedRoute,
  type Route,
  type Responses,
  responsesOf,
} from './http/index.ts';
import { type Json, type JsonObject, isJsonObject } from './json.ts';

const SECURITY: { readonly [A in Access]: readonly JsonObject[] } = {
  public: [],
  'signed-in': [{ accessToken: [] }],
  artist: [{ accessToken: [] }],
  'signed-in-or-link': [{ accessToken: [] }, { signedLink: [] }],
};

const parametersIn = (
  place: 'path' | 'query' | 'header',
  schema: TObject | undefined,
  shapes: Components,
): readonly Json[] => {
  if (schema === undefined) return [];
  const { properties, required } = shapes.schema(schema);
  if (!isJsonObject(properties)) return [];
  const isRequired = (name: string, { default: preset }: JsonObject) =>
    Array.isArray(required) && required.includes(name) && preset === undefined;
  return Object.entries(properties).flatMap(([name, shown]) =>
    isJsonObject(shown) ? [{ name, in: place, required: isRequired(name, shown), schema: shown }] : [],
  );
};

/** OpenAPI 3.1, 4.8.12.2: the answers' media types say it. */
const isAccept = (parameter: Json): boolean => isJsonObject(parameter) && parameter['name'] === 'accept';

/** A link's token is a security scheme of its own, which is not listed among the parameters. */
const parameters = (route: Route, shapes: Components): readonly Json[] => {
  const isLinkToken = (parameter: Json) =>
    route.auth === 'signed-in-or-link' && isJsonObject(parameter) && parameter['name'] === 'token';
  return [
    ...parametersIn('path', route.params, shapes),
    ...parametersIn('query', route.query, shapes).filter((parameter) => !isLinkToken(parameter)),
    ...parametersIn('header', route.headers, shapes).filter((parameter) => !isAccept(parameter)),
  ];
};

const filePart = ({ contentTypes, maxBytes }: FilePart): JsonObject => ({
  description: `At most ${maxBytes} bytes; judged by content, whatever its name says: ${contentTypes.join(', ')}.`,
});

const multipartBody = ({ files, fields, orJson }: Multipart, shapes: Components): JsonObject => {
  const form = shapes.schema(fields);
  const needed = Object.entries(files).flatMap(([name, { required }]) => (required ? [name] : []));
  const shownFiles = Object.entries(files).map(([name, file]) => [name, filePart(file)] as const);
  const encoding = Object.entries(files).map(
    ([name, { contentTypes }]) => [name, { contentType: contentTypes.join(', ') }] as const,
  );
  return {
    ...(orJson === undefined ? {} : { 'application/json': { schema: shapes.schema(orJson) } }),
    'multipart/form-data': {
      schema: {
        ...form,
        required: [...needed, ...(Array.isArray(form['required']) ? form['required'] : [])],
        properties: {
          ...Object.fromEntries(shownFiles),
          ...(isJsonObject(form['properties']) ? form['properties'] : {}),
        },
      },
      encoding: Object.fromEntries(encoding),
    },
  };
};

const requestContent = (route: Route, shapes: Components): JsonObject | undefined => {
  if (route.body !== undefined) return { 'application/json': { schema: shapes.schema(route.body) } };
  if (route.form !== undefined) return { 'application/x-www-form-urlencoded': { schema: shapes.schema(route.form) } };
  if (route.multipart !== undefined) return multipartBody(route.multipart, shapes);
  if (route.rawBody !== undefined) return { [route.rawBody.contentType]: { schema: { type: 'object' } } };
  if (route.streamedBody !== undefined) return { [route.streamedBody.contentType]: {} };
  return undefined;
};

const isMedia = (response: object): response is Media => 'carries' in response;

/** A text that is itself a JSON document is shown as one. */
const textSchema = (contentType: string): JsonObject => ({
  type: contentType === 'application/json' ? 'object' : 'string',
});

const mediaContent = (media: Exclude<Media, { readonly carries: 'nothing' }>, shapes: Components): JsonObject => {
  if (media.carries === 'problem') return { 'application/problem+json': { schema: shapes.schema(media.schema) } };
  const described = (contentType: string) => (media.carries === 'text' ? { schema: textSchema(contentType) } : {});
  return {
    ...(media.carries === 'json or bytes' ? { 'application/json': { schema: shapes.schema(media.schema) } } : {}),
    ...Object.fromEntries(media.contentTypes.map((contentType) => [contentType, described(contentType)])),
  };
};

const content = (response: Responses[number], shapes: Components): JsonObject | undefined => {
  if (response === 'empty') return undefined;
  if (!isMedia(response)) return { 'application/json': { schema: shapes.schema(response) } };
  return response.carries === 'nothing' ? undefined : mediaContent(response, shapes);
};

const PHRASES: { readonly [status: number]: string } = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No content',
  206: 'One range of it',
  302: 'Where it lies; the address is good for some hours',
  303: 'See other',
  304: 'Not modified',
  400: 'Refused: not what the contract says',
  401: 'Not signed in, or not any more',
  402: 'Needs a subscription',
  403: 'Not for this caller',
  404: 'Not found',
  406: 'In none of the forms that are accepted',
  409: 'In conflict with what there is already',
  410: 'Gone for good',
  412: 'Of another version of the protocol',
  413: 'Too large',
  415: 'Of a media type that is not taken',
  416: 'No such range',
  422: 'Understood, but of no use',
  460: 'Not what its checksum promised; nothing of it was kept',
  429: 'Too many requests',
  503: 'Unavailable for now',
  507: 'No room to store it',
};

/** With problems of these statuses, on any route. */
const SENT_WITH: { readonly [status: number]: readonly string[] } = {
  401: ['WWW-Authenticate'],
  416: ['Content-Range'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

const isProblem = (response: Responses[number]): boolean =>
  response !== 'empty' && isMedia(response) && response.carries === 'problem';

const headersOf = (status: number, response: Responses[number]): readonly string[] => {
  const own = response !== 'empty' && isMedia(response) && 'headers' in response ? (response.headers ?? []) : [];
  return [...own, ...(isProblem(response) ? (SENT_WITH[status] ?? []) : [])];
};

const responseOf = (status: number, response: Responses[number], shapes: Components): JsonObject => {
  const headers = headersOf(status, response).map((name) => [name, { schema: { type: 'string' } }] as const);
  const body = content(response, shapes);
  return {
    description: PHRASES[status] ?? String(status),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(body === undefined ? {} : { content: body }),
  };
};

/** The operation object of a route. */
export const operation = ({ operationId, route }: NamedRoute, shapes: Components): JsonObject => {
  const asked = parameters(route, shapes);
  const sent = requestContent(route, shapes);
  const responses = Object.entries(responsesOf(route)).map(
    ([status, response]) => [status, responseOf(Number(status), response, shapes)] as const,
  );
  return {
    operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(asked.length === 0 ? {} : { parameters: asked }),
    ...(sent === undefined ? {} : { requestBody: { required: true, content: sent } }),
    responses: Object.fromEntries(responses),
    security: SECURITY[route.auth],
  };
};
