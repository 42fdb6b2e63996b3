import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type HttpServer, openServer, until } from '../../support/http-server.ts';

/** A server whose lists wait until they are let go. */
const held = async (): Promise<{ app: HttpServer; waiting: () => number; letGo: () => void }> => {
  const gate = Promise.withResolvers<void>();
  let waiting = 0;
  const app = await openServer({
    deps: (ports) => ({
      readers: {
        ...ports,
        catalog: {
          ...ports.catalog,
          tracks: async (...asked: Parameters<typeof ports.catalog.tracks>) => {
            waiting += 1;
            await gate.promise;
            return ports.catalog.tracks(...asked);
          },
        },
      },
    }),
  });
  return { app, waiting: () => waiting, letGo: gate.resolve };
};

describe('stopping', () => {
  let stopped: (() => Promise<void>) | null = null;
  afterEach(async () => {
    await stopped?.();
    stopped = null;
  });

  test('says so first, finishes what is under way, and takes nothing new', async () => {
    const { app, waiting, letGo } = await held();
    const underWay = [1, 2, 3].map(() => app.call('GET', '/tracks'));
    await until(() => waiting() === 3);

    const end = app.stop();
    stopped = () => end;
    const ready = await app.call('GET', '/health/ready');
    expect(ready).toMatchObject({ status: 503, body: { status: 'unavailable' } });
    expect((await app.call('GET', '/health/live')).status).toBe(200);

    const refused = () =>
      app.call('GET', '/health/live').then(
        () => false,
        (cause: { code?: string }) => cause.code === 'ECONNREFUSED',
      );
    while (!(await refused()));
    letGo();
    const answers = await Promise.all(underWay);
    expect(answers.map(({ status, headers }) => [status, headers.connection])).toEqual(
      answers.map(() => [200, 'close']),
    );
    await end;
  });

  test('idle connections end at once', async () => {
    const { app } = await held();
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      request({ host: '127.0.0.1', port: app.port, path: '/health/live', agent }, (response) =>
        response.resume().on('end', resolve),
      )
        .on('error', reject)
        .end();
    });
    const idle = connect({ host: '127.0.0.1', port: app.port });
    await new Promise((resolve) => idle.once('connect', resolve));
    const ended = new Promise((resolve) => idle.once('close', resolve));
    idle.on('error', () => undefined).resume();
    await app.stop();
    await ended;
    agent.destroy();
  });

  test('what does not end is cut, within 10 s', async () => {
    const { app, waiting } = await held();
    const stuck = app.call('GET', '/tracks');
    await until(() => waiting() === 1);
    const begun = Date.now();
    const [cut] = await Promise.all([stuck.catch((cause: { code?: string }) => cause), app.stop()]);
    expect(cut).toMatchObject({ code: 'ECONNRESET' });
    expect(Date.now() - begun).toBeLessThan(10_000);
  }, 15_000);
});
