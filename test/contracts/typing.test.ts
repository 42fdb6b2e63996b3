import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const PRELUDE = `
import type { Static } from 'typebox';
import { type Handler, type Problem, type Route, type Track, getTrack, listTracks, publishTrack, removeTrack, streamTrack } from '@backline/contracts/http';
declare const track: Static<typeof Track>;
declare const readonlyTags: readonly string[];
const notFound = { type: '/problems/track-not-found', title: 'No such track', status: 404, detail: 'There is none.' };
`;

const COMPILES = {
  'declared answers': `
    export const one: Handler<typeof getTrack> = async ({ params }, reply) =>
      params.trackId > 1 ? reply(200, { ...track, tags: readonlyTags }) : reply(404, notFound);
    export const list: Handler<typeof listTracks> = async ({ query }, reply) =>
      reply(200, { items: [track].slice(0, query.limit), nextCursor: query.cursor ?? null });
    export const gone: Handler<typeof removeTrack> = async (_, reply) => reply(204, null);`,
  'what a route implies': `
    export const h: Handler<typeof getTrack> = async (_, reply) => reply(429, notFound, { 'Retry-After': '1' });
    export const i: Handler<typeof removeTrack> = async (_, reply) => reply(403, notFound);`,
  'an id of the core': `
    declare const trackId: number & { readonly [brand]: 'TrackId' };
    declare const brand: unique symbol;
    export const h: Handler<typeof getTrack> = async (_, reply) => reply(200, { ...track, trackId });`,
  'a problem that may name fields': `
    declare const problem: Omit<Problem, 'instance'>;
    export const h: Handler<typeof getTrack> = async (_, reply) => reply(400, problem);`,
  'a route and its handler given together': `
    declare const serve: <R extends Route>(route: R, handle: Handler<R>) => void;
    serve(getTrack, async (_, reply) => reply(200, track));`,
  bytes: `
    export const h: Handler<typeof streamTrack> = async (_, reply) => reply(206, new Uint8Array(3));`,
};

const DOES_NOT_COMPILE = {
  'an undeclared status': `
    export const h: Handler<typeof getTrack> = async (_, reply) => reply(418, notFound);`,
  'a status that only other routes have': `
    export const h: Handler<typeof getTrack> = async (_, reply) => reply(403, notFound);`,
  'an undeclared field in a literal': `
    export const h: Handler<typeof getTrack> = async (_, reply) => reply(200, { ...track, secret: 1 });`,
  'an undeclared field from elsewhere': `
    const row = { ...track, secret: 1 };
    export const h: Handler<typeof getTrack> = async (_, reply) => reply(200, row);`,
  'an undeclared field deep in a list': `
    const row = { ...track, artist: { userId: 1, displayName: null, email: 'a@b' } };
    export const h: Handler<typeof listTracks> = async (_, reply) => reply(200, { items: [row], nextCursor: null });`,
  'an undeclared optional field': `
    declare const row: Static<typeof Track> & { readonly secret?: number };
    export const h: Handler<typeof getTrack> = async (_, reply) => reply(200, row);`,
  'a missing field': `
    export const h: Handler<typeof listTracks> = async (_, reply) => reply(200, { items: [track] });`,
  'a field of another type': `
    export const h: Handler<typeof getTrack> = async (_, reply) => reply(200, { ...track, trackId: '1' });`,
  'a problem without what its type promises': `
    export const h: Handler<typeof publishTrack> = async (_, reply) => reply(409, notFound);`,
  'an answer that is not made by reply': `
    export const h: Handler<typeof getTrack> = async () => ({ status: 200 as const, body: track });`,
  'an input that the route does not take': `
    export const h: Handler<typeof getTrack> = async ({ query }, reply) => reply(200, query.limit);`,
};

const COMPILER_MS = 60_000;

const fileFor = (name: string) => `${name.replaceAll(' ', '-')}.ts`;

describe('the compiler', () => {
  let folder: string;
  let complaints: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(ROOT, 'test', 'contracts', '.planted-'));
    const planted = Object.entries({ ...COMPILES, ...DOES_NOT_COMPILE });
    await Promise.all(planted.map(([name, text]) => writeFile(join(folder, fileFor(name)), PRELUDE + text)));
    const settings = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { types: [] },
      include: ['./*.ts'],
      exclude: [],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    const run = promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], {
      cwd: folder,
    });
    complaints = await run.then(
      ({ stdout }) => stdout,
      (failure: { readonly stdout: string }) => failure.stdout,
    );
  }, COMPILER_MS);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const complaintsAbout = (name: string) =>
    complaints.split('\n').filter((line) => line.startsWith(`${fileFor(name)}(`));

  test.each(Object.keys(COMPILES))('takes %s', (name) => {
    expect(complaintsAbout(name)).toEqual([]);
  });

  test.each(Object.keys(DOES_NOT_COMPILE))('refuses %s', (name) => {
    const reasons = complaintsAbout(name);
    expect(reasons).not.toEqual([]);
    expect(reasons.join('\n')).not.toMatch(/TS(1\d\d\d|2304|2305|2307):/);
  });
});
