import { Compile } from 'typebox/compile';

/** A document as JSON has it: every access is checked by the rule that makes it. */
type Node = { readonly [key: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];
const member = (value: unknown, key: string): unknown => (isNode(value) ? value[key] : undefined);
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);
const TYPES = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean', 'null']);
const KEYWORDS = new Set(
  `$ref additionalProperties anyOf const default description enum examples format items maxItems maxLength
   maxProperties maximum minItems minLength minimum pattern patternProperties properties required title type`.split(
    /\s+/,
  ),
);

type Finding = string;

const operations = (document: Node) =>
  entries(document['paths']).flatMap(([path, item]) =>
    entries(item).map(([method, operation]) => ({ at: `${method} ${path}`, path, method, operation })),
  );

function* headRules(document: Node): Generator<Finding> {
  if (!/^3\.1\.\d+$/.test(String(document['openapi']))) yield 'openapi is not 3.1';
  for (const key of ['title', 'version'])
    if (typeof member(document['info'], key) !== 'string') yield `info.${key} is missing`;
  for (const key of Object.keys(document))
    if (!['openapi', 'info', 'servers', 'tags', 'paths', 'components', 'security'].includes(key))
      yield `${key} is unknown`;
}

function* parameterRules(at: string, path: string, operation: unknown): Generator<Finding> {
  const parameters = entries(member(operation, 'parameters')).map(([, parameter]) => parameter);
  const keys = parameters.map((parameter) => `${member(parameter, 'in')} ${member(parameter, 'name')}`);
  if (new Set(keys).size < keys.length) yield `${at}: a parameter twice`;
  const templated = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => `path ${name}`);
  for (const key of templated) if (!keys.includes(key)) yield `${at}: ${key} is not described`;
  for (const parameter of parameters) {
    const key = `${member(parameter, 'in')} ${member(parameter, 'name')}`;
    if (!/^(path|query|header) \S+$/.test(key)) yield `${at}: ${key} is no parameter`;
    if (key.startsWith('path ') && (!templated.includes(key) || member(parameter, 'required') !== true))
      yield `${at}: ${key} is not in the path, or not required`;
    if (/^header (accept|content-type|authorization)$/i.test(key)) yield `${at}: ${key} is ignored by tools`;
    if (!isNode(member(parameter, 'schema'))) yield `${at}: ${key} has no schema`;
  }
}

function* contentRules(at: string, content: unknown): Generator<Finding> {
  for (const [type, media] of entries(content)) {
    if (!/^[a-z]+\/[a-z0-9.+-]+(; ?[a-z0-9=.; -]+)?$/.test(type)) yield `${at}: ${type} is no media type`;
    if (!isNode(media)) yield `${at}: ${type} is not described`;
  }
}

function* responseRules(at: string, operation: unknown): Generator<Finding> {
  const responses = entries(member(operation, 'responses'));
  if (!responses.some(([status]) => /^[23]\d\d$/.test(status))) yield `${at}: no success`;
  for (const [status, response] of responses) {
    if (!/^[1-5]\d\d$/.test(status)) yield `${at}: ${status} is no status`;
    if (typeof member(response, 'description') !== 'string') yield `${at} ${status}: no description`;
    if (['204', '304'].includes(status) && member(response, 'content') !== undefined)
      yield `${at} ${status}: has content`;
    yield* contentRules(`${at} ${status}`, member(response, 'content'));
  }
}

function* operationRules(document: Node): Generator<Finding> {
  const ids = operations(document).map(({ operation }) => member(operation, 'operationId'));
  if (new Set(ids).size < ids.length) yield 'an operationId twice';
  const tags = entries(document['tags']).map(([, tag]) => member(tag, 'name'));
  const schemes = Object.keys(Object(member(document['components'], 'securitySchemes')));
  for (const { at, path, method, operation } of operations(document)) {
    if (!path.startsWith('/')) yield `${path} does not start with /`;
    if (!METHODS.has(method)) yield `${at}: no method`;
    if (typeof member(operation, 'operationId') !== 'string') yield `${at}: no operationId`;
    for (const tag of texts(member(operation, 'tags')))
      if (!tags.includes(tag)) yield `${at}: tag ${tag} is not declared`;
    for (const [, requirement] of entries(member(operation, 'security')))
      for (const [scheme] of entries(requirement))
        if (!schemes.includes(scheme)) yield `${at}: no security scheme ${scheme}`;
    yield* parameterRules(at, path, operation);
    yield* responseRules(at, operation);
    const body = member(operation, 'requestBody');
    if (body !== undefined && entries(member(body, 'content')).length === 0) yield `${at}: a body of no media type`;
    yield* contentRules(`${at} body`, member(body, 'content'));
  }
}

function* shapeRules(at: string, schema: Node): Generator<Finding> {
  const { type } = schema;
  if (type !== undefined && !TYPES.has(String(type))) yield `${at}: no type ${String(type)}`;
  for (const key of Object.keys(schema)) if (!KEYWORDS.has(key)) yield `${at}: ${key} is no keyword`;
  if ((type === 'integer' || type === 'number') && !('minimum' in schema && 'maximum' in schema))
    yield `${at}: no bounds`;
  if (type === 'string' && !['maxLength', 'enum', 'const'].some((key) => key in schema)) yield `${at}: of any length`;
  if (type === 'array' && !('maxItems' in schema && isNode(schema['items']))) yield `${at}: of any number`;
  if (type === 'object' && schema['additionalProperties'] !== false) yield `${at}: open`;
  for (const name of texts(schema['required']))
    if (member(schema['properties'], name) === undefined) yield `${at}: ${name} is required but not described`;
}

function* schemaRules(at: string, schema: unknown): Generator<Finding> {
  if (!isNode(schema)) return yield `${at}: no schema`;
  yield* shapeRules(at, schema);
  if (!('$ref' in schema))
    try {
      if (typeof schema['pattern'] === 'string') RegExp(schema['pattern'], 'u');
      Compile(JSON.parse(JSON.stringify(schema).replaceAll(/\{"\$ref":"[^"]*"\}/g, 'true')));
    } catch {
      yield `${at}: can't be compiled`;
    }
  for (const [name, property] of entries(schema['properties'])) yield* schemaRules(`${at}.${name}`, property);
  for (const [name, property] of entries(schema['patternProperties'])) yield* schemaRules(`${at}.${name}`, property);
  for (const [index, branch] of entries(schema['anyOf'])) yield* schemaRules(`${at}|${index}`, branch);
  if ('items' in schema) yield* schemaRules(`${at}[]`, schema['items']);
}

/** Where a caller's files, or a whole document, stand for themselves. */
const isFreeForm = (schema: unknown): boolean =>
  JSON.stringify(schema) === '{"type":"object"}' || JSON.stringify(schema) === '{"type":"string"}';

function* everySchema(document: Node): Generator<readonly [string, unknown]> {
  yield* entries(member(document['components'], 'schemas'));
  for (const { at, operation } of operations(document)) {
    for (const [, parameter] of entries(member(operation, 'parameters')))
      yield [`${at} ${String(member(parameter, 'name'))}`, member(parameter, 'schema')];
    const answers = entries(member(operation, 'responses')).map(([status, answer]) => [status, answer] as const);
    for (const [part, holder] of [['body', member(operation, 'requestBody')] as const, ...answers])
      for (const [type, media] of entries(member(holder, 'content'))) {
        const schema = member(media, 'schema');
        if (schema !== undefined && !isFreeForm(schema) && type !== 'multipart/form-data')
          yield [`${at} ${part}`, schema];
      }
  }
}

function* referenceRules(document: Node): Generator<Finding> {
  const schemas = member(document['components'], 'schemas');
  const names = entries(schemas).map(([name]) => name);
  const referred = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, target]) => target ?? '');
  for (const target of new Set(referred)) {
    const name = /^#\/components\/schemas\/([A-Za-z0-9._-]+)$/.exec(target)?.[1];
    if (name === undefined || !names.includes(name)) yield `${target} leads nowhere`;
  }
  for (const name of names) if (!referred.includes(`#/components/schemas/${name}`)) yield `${name} is used nowhere`;
}

/** What is wrong with an OpenAPI 3.1 document, by the specification's structure and by our own bounds. */
export const violations = (document: Node): readonly Finding[] => {
  const found: Finding[] = [...headRules(document), ...operationRules(document), ...referenceRules(document)];
  for (const [at, schema] of everySchema(document)) found.push(...schemaRules(at, schema));
  return found;
};
