import { createCore } from '@backline/core';
import { memoryPorts } from '@backline/memory';
import { wav } from './wav.ts';

const ports = memoryPorts();
const { accounts, catalog, subscriptions, playback, payout } = createCore(ports);
const join = (role) => accounts.register({ email: `${role}@live.io`, password: 'Tune1n2day', role, displayName: null });
const [{ value: artist }, { value: fan }] = [await join('ARTIST'), await join('FAN')];
const { value: trackId } = await catalog.publishTrack(artist.id, (await catalog.stageAudio(wav(60, 'Dawn'))).value, {});
const paid = ports.payments.pay((await subscriptions.startCheckout(fan.id)).value.sessionId);
await subscriptions.receiveWebhook(paid.body, paid.signature);
await subscriptions.applyWebhook(paid.eventId);
await playback.recordPlays(fan.id, [{ playId: ports.ids.uuid(), trackId, startedAt: Date.now(), msPlayed: 31_000 }]);
process.stdout.write(`${(await payout.earningsOf(artist.id)).earned.micros} micro-dollars\n`);
