import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toNginx } from '@backline/http';
import { localMediaStore } from '@backline/local-media';
import { systemClock } from '@backline/memory';
import {
  type Answer,
  type Call,
  type HttpApp,
  type Person,
  expectProblem,
  openHttpApp,
  send,
} from '../../support/http.ts';
import { eventually, freePort } from '../../support/programs.ts';
import { type Scratch, filesBelow, scratchDirectory } from '../../support/scratch.ts';

/** Debian's; `.ci/run` installs it. */
const isThere = spawnSync('nginx', ['-v']).error === undefined;
const behindNginx = isThere ? describe : describe.skip;

const configurationOf = (port: number, app: number, home: string, audio: string): string => `
daemon off;
master_process off;
user root;
pid ${home}/nginx.pid;
error_log ${home}/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi; scgi_temp_path ${home}/scgi;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://127.0.0.1:${app}; }
    location /masters/ { internal; alias ${audio}/; add_header X-Content-Type-Options nosniff; }
  }
}
`;

behindNginx('audio behind nginx (needs nginx on the path)', () => {
  let scratch: Scratch;
  let media: ReturnType<typeof localMediaStore>;
  let app: HttpApp;
  let nginx: ChildProcess;
  let port: number;
  let artist: Person;
  let fan: Person;
  let trackId: number;
  let whole: Answer;

  beforeAll(async () => {
    scratch = scratchDirectory();
    const audio = join(scratch.path, 'audio');
    media = localMediaStore({ directory: audio, clock: systemClock() });
    app = await openHttpApp({ ports: { media }, deps: { handOver: toNginx('/masters', audio) } });
    port = await freePort();
    const config = join(scratch.path, 'nginx.conf');
    writeFileSync(config, configurationOf(port, app.port, scratch.path, audio));
    nginx = spawn('nginx', ['-c', config, '-e', join(scratch.path, 'error.log')], { stdio: 'ignore' });
    await eventually(async () => (await call('GET', '/health/live').catch(() => null))?.status === 200);
    artist = await app.person('ARTIST');
    fan = await app.person('FAN');
    trackId = (await app.publish(artist, 'Sent by another')).trackId;
    whole = await stream();
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => nginx.once('exit', resolve));
    nginx.kill('SIGKILL');
    await ended;
    await app.close();
    await media.close();
    scratch.remove();
  });

  const call = (method: string, path: string, options: Call = {}): Promise<Answer> => send(port, method, path, options);
  const stream = (headers: Record<string, string> = {}, by = artist, method = 'GET') =>
    call(method, `/tracks/${trackId}/stream`, { token: by.token, headers });

  test('is sent whole by nginx, as what the app says that it is', async () => {
    expect(whole).toMatchObject({
      status: 200,
      headers: { 'content-type': 'audio/wav', 'x-content-type-options': 'nosniff' },
    });
    expect(whole.headers['content-disposition']).toBe(`inline; filename="track-${trackId}"`);
    expect(whole.headers['x-accel-redirect']).toBeUndefined();
    const said = await app.call('GET', `/tracks/${trackId}/stream`, { token: artist.token });
    expect([said.status, said.text, said.headers.etag]).toEqual([200, '', undefined]);
    expect(said.headers['x-accel-redirect']).toMatch(/^\/masters\/[\w./-]+$/);
    expect(whole.text.slice(0, 4)).toBe('RIFF');
    expect(Number(whole.headers['content-length'])).toBeGreaterThan(600_000);
  });

  test('in parts, from where it broke off, not again where it is known, and without a body for HEAD', async () => {
    const size = Number(whole.headers['content-length']);
    const part = await stream({ Range: 'bytes=0-3' });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, 'RIFF', `bytes 0-3/${size}`]);
    const etag = String(whole.headers.etag);
    expect((await stream({ Range: 'bytes=0-3', 'If-Range': etag })).status).toBe(206);
    expect((await stream({ Range: 'bytes=0-3', 'If-Range': '"another"' })).status).toBe(200);
    expect((await stream({ 'If-None-Match': etag })).status).toBe(304);
    expect((await stream({ Range: `bytes=${size}-` })).status).toBe(416);
    const head = await stream({}, artist, 'HEAD');
    expect([head.status, head.text, head.headers.etag, head.headers['content-length']]).toEqual([
      200,
      '',
      etag,
      String(size),
    ]);
  });

  test('only to whom the app lets hear it, and never by its place', async () => {
    expectProblem(await stream({}, fan), 402, 'subscription-required');
    expectProblem(await call('GET', `/tracks/${trackId}/stream`), 401, 'unauthorized');
    const [file] = filesBelow(join(scratch.path, 'audio')).filter((path) => !path.includes('staging'));
    const place = file!.slice(join(scratch.path, 'audio').length);
    expect((await call('GET', `/masters${place}`)).status).toBe(404);
  });
});
