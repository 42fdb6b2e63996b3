import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { route, routes } from '@backline/contracts/http';
import { openApiDocument, openApiText } from '@backline/contracts/openapi';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { violations } from './openapi-rules.ts';

const CONTRACTS = fileURLToPath(new URL('../../contracts/', import.meta.url));
const COMMITTED = join(CONTRACTS, 'openapi.json');

const emit = (...options: string[]) =>
  spawnSync(process.execPath, ['--conditions=@backline/source', join(CONTRACTS, 'src/emit.ts'), ...options], {
    encoding: 'utf8',
  });

describe('contracts/openapi.json', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is what the routes say; otherwise run: npm run openapi', () => {
    expect(readFileSync(COMMITTED, 'utf8')).toBe(openApiText());
    expect(emit('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  test('a planted change is seen, and the remedy named', () => {
    const planted = join(folder, 'planted.json');
    writeFileSync(planted, openApiText().replace('"maximum": 100', '"maximum": 101'));
    const checked = emit('--check', '--file', planted);
    expect(checked.status).toBe(1);
    expect(checked.stderr).toContain('npm run openapi');
  });

  test('a file that is missing fails the check', () => {
    expect(emit('--check', '--file', join(folder, 'none.json')).status).not.toBe(0);
  });

  test('is written where it is told', () => {
    const written = join(folder, 'written.json');
    expect(emit('--file', written).status).toBe(0);
    expect(readFileSync(written, 'utf8')).toBe(openApiText());
  });
});

const shapeOf = (property: string) =>
  Type.Object({ [property]: Type.Null() }, { title: 'Twin', additionalProperties: false });

const twin = (path: `/${string}`, property: string) => ({
  operationId: property,
  route: route({
    method: 'get',
    path,
    summary: '',
    tag: 'Tracks',
    auth: 'public',
    responses: { 200: shapeOf(property) },
  }),
});

describe('the document', () => {
  test('keeps the rules of OpenAPI 3.1 and our bounds', () => {
    expect(violations(openApiDocument())).toEqual([]);
  });

  test('has an operation for every route, under its name', () => {
    const ids = Object.values(openApiDocument()['paths'] as object).flatMap((item: object) =>
      Object.values(item).map((operation: { operationId: string }) => operation.operationId),
    );
    expect(ids.sort()).toEqual(routes.map(({ operationId }) => operationId).sort());
  });

  test('does not depend on the order of the routes but for the order of tags', () => {
    const { tags: _, ...backwards } = openApiDocument(routes.toReversed());
    const { tags: __, ...forwards } = openApiDocument();
    expect(JSON.stringify(backwards['components'])).toBe(JSON.stringify(forwards['components']));
    expect(Object.keys(backwards['paths'] as object)).toEqual(Object.keys(forwards['paths'] as object));
  });

  test('refuses two shapes of one name', () => {
    expect(() => openApiDocument([twin('/a', 'a'), twin('/b', 'b')])).toThrow('two shapes are named Twin');
  });
});

type Mutable = { [key: string]: Mutable };

const track = (document: Mutable) => document['components']!['schemas']!['Track']!;

const getTrack = (document: Mutable) => document['paths']!['/tracks/{trackId}']!['get']!;

describe('each rule sees its planted violation', () => {
  test.each<[string, RegExp, (document: Mutable) => unknown]>([
    ['version', /^openapi/, (document) => Object.assign(document, { openapi: '3.0.0' })],
    ['unknown member', /is unknown/, (document) => Object.assign(document, { extra: {} })],
    ['title', /info\.title/, (document) => delete document['info']!['title']],
    ['method', /no method/, (document) => Object.assign(document['paths']!['/tracks']!, { fetch: {} })],
    [
      'operationId',
      /operationId twice/,
      (document) => Object.assign(getTrack(document), { operationId: 'listTracks' }),
    ],
    ['path parameter', /not described/, (document) => delete getTrack(document)['parameters']],
    [
      'parameter twice',
      /a parameter twice/,
      (document) => {
        const parameters = getTrack(document)['parameters'] as unknown as unknown[];
        parameters.push(parameters[0]);
      },
    ],
    [
      'status',
      /is no status/,
      (document) => Object.assign(getTrack(document)['responses']!, { 999: { description: '' } }),
    ],
    ['description', /no description/, (document) => delete getTrack(document)['responses']!['404']!['description']],
    ['tag', /is not declared/, (document) => Object.assign(getTrack(document), { tags: ['Nothing'] })],
    ['security', /no security scheme/, (document) => Object.assign(getTrack(document), { security: [{ cookie: [] }] })],
    ['reference', /leads nowhere/, (document) => delete document['components']!['schemas']!['Artist']],
    [
      'unused shape',
      /is used nowhere/,
      (document) => Object.assign(document['components']!['schemas']!, { Unused: {} }),
    ],
    [
      'bounds of a number',
      /trackId: no bounds/,
      (document) => delete track(document)['properties']!['trackId']!['maximum'],
    ],
    [
      'length of text',
      /title: of any length/,
      (document) => delete track(document)['properties']!['title']!['maxLength'],
    ],
    ['size of a list', /tags: of any number/, (document) => delete track(document)['properties']!['tags']!['maxItems']],
    ['open object', /Track: open/, (document) => delete track(document)['additionalProperties']],
    ['keyword', /is no keyword/, (document) => Object.assign(track(document), { errorMessage: 'x' })],
    ['type', /no type/, (document) => Object.assign(track(document), { type: 'track' })],
    ['required', /required but not described/, (document) => delete track(document)['properties']!['title']],
    [
      'pattern',
      /can't be compiled/,
      (document) => Object.assign(track(document)['properties']!['title']!, { pattern: '(' }),
    ],
  ])('%s', (_, complaint, plant) => {
    const document = JSON.parse(openApiText()) as Mutable;
    plant(document);
    expect(violations(document)).toContainEqual(expect.stringMatching(complaint));
  });
});
