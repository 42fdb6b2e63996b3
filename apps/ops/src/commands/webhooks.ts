import { TOKENS, openPlatform } from '@backline/composition';
import { isoText } from '@backline/core/kernel';
import type { EventId, InboxEntry } from '@backline/core/subscriptions';
import { type Command, UsageError } from './command.ts';

const MOST_LISTED = 1_000;

export const webhooksList: Command = {
  name: ['webhooks', 'list'],
  usage: '[--undone]',
  run: async (words, config) => {
    if (words.some((word) => word !== '--undone')) throw new UsageError('webhooks list knows only the option --undone');
    const platform = await openPlatform(config);
    try {
      const { webhooks } = platform.container.get(TOKENS.ports);
      const events = await webhooks.events({ undone: words.length > 0 }, MOST_LISTED);
      return { ok: true, document: { events: events.map(toDocument) } };
    } finally {
      await platform.close();
    }
  },
};

export const webhooksReplay: Command = {
  name: ['webhooks', 'replay'],
  usage: 'EVENT',
  run: async (words, config) => {
    const [event, ...rest] = words;
    if (event === undefined || rest.length > 0) throw new UsageError('webhooks replay takes the id of one event');
    const platform = await openPlatform(config);
    try {
      const { subscriptions } = platform.container.get(TOKENS.core);
      const replayed = await subscriptions.replayWebhook(event as EventId);
      return replayed.ok
        ? { ok: true, document: { replayed: event, by: 'the worker, as soon as it runs' } }
        : { ok: false, document: { error: `there is no event ${event} in the inbox` } };
    } finally {
      await platform.close();
    }
  },
};

const toDocument = ({ id, type, object, createdAt, receivedAt, doneAt }: InboxEntry) => ({
  id,
  type,
  object,
  createdAt: isoText(createdAt),
  receivedAt: isoText(receivedAt),
  doneAt: doneAt === null ? null : isoText(doneAt),
});
