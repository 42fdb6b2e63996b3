import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { UserId } from '@backline/core/accounts';
import { instant } from '@backline/core/kernel';
import type { CheckoutId } from '@backline/core/subscriptions';
import { type SandboxPayments, sandboxPayments } from '@backline/sandbox-payments';
import { type Scratch, scratchDirectory } from '../support/scratch.ts';
import { CUSTOMER } from '../suites/samples.ts';

const PROGRAM = new URL('../support/sandbox-process.ts', import.meta.url).pathname;

let scratch: Scratch;
let sandbox: SandboxPayments;
let told: { readonly id: string; readonly type: string }[];
let appIsUp: boolean;
const started = new Set<ChildProcessWithoutNullStreams>();

beforeEach(() => {
  scratch = scratchDirectory();
  told = [];
  appIsUp = true;
  sandbox = sandboxPayments({
    directory: scratch.path,
    publicUrl: 'http://127.0.0.1:3000',
    signingSecret: 'a secret of the sandbox',
    clock: { now: () => instant(Date.now()) },
    ids: { uuid: () => randomUUID() },
    deliver: async (body) => {
      if (appIsUp) told.push(JSON.parse(new TextDecoder().decode(body)));
      return appIsUp;
    },
  });
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
  scratch.remove();
});

/** Started and waiting; `go` lets it do its deed, and tells how it ended and what it wrote. */
const waiting = async (deed: string, id: string) => {
  const child = spawn(process.execPath, ['--conditions=@backline/source', PROGRAM, scratch.path, deed, id]);
  started.add(child);
  let text = '';
  let trouble = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => (trouble += more));
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  const ended = once(child, 'close');
  while (!text.startsWith('ready\n') && child.exitCode === null)
    await Promise.race([once(child.stdout, 'data'), ended]);
  return async () => {
    child.stdin.write('go\n');
    const [status, signal] = (await ended) as [number | null, string | null];
    if (status !== 0 && signal === null) throw new Error(trouble);
    return { signal, written: signal === null ? JSON.parse(text.slice('ready\n'.length)) : null };
  };
};

const openSession = async (): Promise<string> => {
  const userId = 7 as UserId;
  const attempt = { id: randomUUID() as CheckoutId, userId, createdAt: instant(0), hosted: null, closedAt: null };
  const opened = await sandbox.gateway.openCheckout(attempt, CUSTOMER);
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.value.sessionId;
};

const sessionIdsOf = (written: { outcome: { value: { sessionId: string } }[] }): readonly string[] =>
  written.outcome.map(({ value }) => value.sessionId);

describe('the sandbox in several processes', () => {
  test('three that open the same attempt at once get the same session', async () => {
    const go = await Promise.all([1, 2, 3].map(() => waiting('open', 'the same attempt')));
    const runs = await Promise.all(go.map((each) => each()));
    expect(new Set(runs.flatMap(({ written }) => sessionIdsOf(written))).size).toBe(1);
    expect(readdirSync(join(scratch.path, 'accounts', '7'))).toEqual(['1.json']);
  });

  test('three that change the same account at once lose nothing of one another', async () => {
    const go = await Promise.all(['a', 'b', 'c'].map((name) => waiting('open-many', name)));
    const runs = await Promise.all(go.map((each) => each()));
    const sessionIds = runs.flatMap(({ written }) => sessionIdsOf(written));
    expect(new Set(sessionIds).size).toBe(12);
    for (const id of sessionIds) expect(await sandbox.checkout(id)).toMatchObject({ status: 'open' });

    const folder = join(scratch.path, 'accounts', '7');
    const names = readdirSync(folder);
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(names).toHaveLength(12);
    expect(statSync(join(folder, '12.json')).size).toBeGreaterThan(0);
  });

  test('three that pay the same session at once pay it once', async () => {
    const sessionId = await openSession();
    const go = await Promise.all([1, 2, 3].map(() => waiting('pay', sessionId)));
    const runs = await Promise.all(go.map((each) => each()));
    for (const { written } of runs) expect(written.outcome).toEqual({ ok: true, value: null });
    expect(new Set(runs.flatMap(({ written }) => written.delivered)).size).toBe(3);
  });

  test('one that is killed between the payment and its telling: told later, once', async () => {
    const sessionId = await openSession();
    const go = await waiting('pay-and-die', sessionId);
    expect((await go()).signal).toBe('SIGKILL');
    expect(await sandbox.checkout(sessionId)).toMatchObject({ status: 'paid' });

    appIsUp = false;
    expect(await sandbox.deliverPending()).toEqual({ delivered: 0, failed: 3 });
    appIsUp = true;
    expect(await sandbox.deliverPending()).toEqual({ delivered: 3, failed: 0 });
    expect(await sandbox.deliverPending()).toEqual({ delivered: 0, failed: 0 });
    expect(told.map(({ type }) => type)).toEqual([
      'customer.subscription.created',
      'invoice.paid',
      'checkout.session.completed',
    ]);
  });

  test('an event that was taken but not marked is told again under the same id', async () => {
    appIsUp = false;
    await sandbox.pay(await openSession());
    const twin = sandboxPayments({
      directory: scratch.path,
      publicUrl: 'http://127.0.0.1:3000',
      signingSecret: 'a secret of the sandbox',
      clock: { now: () => instant(Date.now()) },
      ids: { uuid: () => randomUUID() },
      deliver: async (body) => {
        told.push(JSON.parse(new TextDecoder().decode(body)));
        throw new Error('cut off after it was taken');
      },
    });
    await expect(twin.deliverPending()).rejects.toThrow('cut off');
    appIsUp = true;
    await sandbox.deliverPending();
    expect(told).toHaveLength(4);
    expect(new Set(told.map(({ id }) => id)).size).toBe(3);
  });
});
