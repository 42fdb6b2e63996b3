import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { wav } from './audio-fixtures.ts';
import { audioForm } from './http.ts';
import { type Program, eventually } from './programs.ts';

export type Member = { readonly userId: number; readonly email: string; readonly token: string };

export const PASSWORD = 'Correct1horse';

export const logIn = async (app: Program, email: string): Promise<string> => {
  const { status, body } = await app.call('POST', '/auth/login', { json: { email, password: PASSWORD } });
  expect(status).toBe(200);
  return body.accessToken;
};

/** Registered with a platform that runs, and signed in. */
export const join = async (app: Program, role: 'FAN' | 'ARTIST'): Promise<Member> => {
  const email = `${randomUUID()}@example.com`;
  const { status, body } = await app.call('POST', '/auth/register', { json: { email, password: PASSWORD, role } });
  expect(status).toBe(201);
  return { userId: body.userId, email, token: await logIn(app, email) };
};

let songs = 0;

/** A song of more than 30 s that no other has the sound of; its id. */
export const publish = async (app: Program, artist: Member, title = `Song ${songs + 1}`): Promise<number> => {
  songs += 1;
  const form = audioForm(wav({ seconds: 40 + songs / 100 }), { title });
  const { status, body } = await app.call('POST', '/tracks', { token: artist.token, form });
  expect(status).toBe(201);
  return body.trackId;
};

/** Presses the button of the sandbox's checkout page. */
export const pay = async (app: Program, fan: Member): Promise<void> => {
  const checkout = await app.call('POST', '/payments/checkout', { token: fan.token });
  expect(checkout.status).toBe(200);
  const paid = await app.call('POST', new URL(checkout.body.url).pathname, {
    bytes: 'action=pay',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
  expect(paid.status).toBe(303);
};

export const isSubscribed = async (app: Program, fan: Member): Promise<boolean> =>
  (await app.call('GET', '/payments/subscription', { token: fan.token })).body.active === true;

export const subscribe = async (app: Program, fan: Member): Promise<void> => {
  await pay(app, fan);
  await eventually(() => isSubscribed(app, fan));
};
