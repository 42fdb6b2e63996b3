import type { Static, TSchema } from 'typebox';
import { MAX_SAFE, formed, integer, line, list, name, named, nullable, object, opaque, optional } from './fields.ts';

/** Ids are given by the server. */
export const Id = integer(1, MAX_SAFE);

export const Count = integer(0, MAX_SAFE);

/** Integer count of 10⁻⁶ currency units as a decimal string: JSON numbers lose integers past 2⁵³. */
export const Micros = formed('^-?(0|[1-9][0-9]{0,37})$', 39, 'a whole number of micro-units as a decimal string', {
  description: 'Millionths of a currency unit.',
  examples: ['200500000'],
});

export const Currency = formed('^[A-Z]{3}$', 3, 'an ISO 4217 currency code', { examples: ['USD'] });

/** RFC 3339 in UTC. No leap second and no year before 1000: neither can be stored. */
export const Time = formed(
  '^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]00:00)$',
  40,
  'an RFC 3339 time in UTC, such as 2026-11-22T08:30:00Z',
  { format: 'date-time', description: 'RFC 3339, UTC.', examples: ['2026-11-22T08:30:00.000Z'] },
);

export const Day = formed('^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$', 10, 'a day that exists, as YYYY-MM-DD', {
  format: 'date',
  examples: ['2026-11-22'],
});

export const FirstOfMonth = formed('^[1-9][0-9]{3}-(0[1-9]|1[0-2])-01$', 10, 'the first of a month, as YYYY-MM-01', {
  format: 'date',
  examples: ['2026-12-01'],
});

export const Period = formed('^[1-9][0-9]{3}-(0[1-9]|1[0-2])$', 7, 'a month as YYYY-MM', {
  description: 'A calendar month in UTC.',
  examples: ['2026-11'],
});

export const PlayId = formed(
  '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[47][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$',
  36,
  'a UUID of version 4 or 7',
  {
    description: 'A UUID of version 4 or 7 that the player makes; letters compare case-insensitively.',
    examples: ['018f4e6c-2b1a-7c3d-9e4f-5a6b7c8d9e0f'],
  },
);

export const Url = formed('^https?://[!-~]+$', 2_048, 'an http or https URL', {});

export const DisplayName = name(100);

/** Members that the problem details of RFC 9457 always have. */
const problemMembers = {
  type: formed('^(/problems/[a-z0-9-]+|about:blank)$', 200, 'a problem type', {
    description: 'Stable; tells one kind of problem from another.',
    examples: ['/problems/email-taken'],
  }),
  title: line(1, 200),
  status: integer(400, 599),
  detail: line(1, 1_000),
  instance: line(1, 200, { description: 'The request id, as in X-Request-Id.' }),
};

const FieldError = named('FieldError', {
  field: line(1, 200, { description: 'Where it is: `email`, `plays[3].playId`.' }),
  message: line(1, 500),
});

export const Problem = named(
  'Problem',
  { ...problemMembers, errors: optional(list(FieldError, 1, 100)) },
  { description: 'RFC 9457. `errors` names each field that was refused.' },
);
export type Problem = Static<typeof Problem>;

/** A problem of one type that says more than others do. */
export const problemWith = <const Members extends Record<string, TSchema>>(title: string, members: Members) =>
  named(title, { ...problemMembers, ...members });

/** A title of 200 characters, of four bytes each, in base64. */
const MAX_CURSOR = 2_048;

/** One page of a list; `nextCursor` is null on the last. */
export const page = <Item extends TSchema>(item: Item) =>
  object({ items: list(item, 0, 100), nextCursor: nullable(opaque(MAX_CURSOR)) });

const LIMIT = integer(1, 100, { default: 20 });

export const limitQuery = { limit: LIMIT };

export const pageQuery = {
  ...limitQuery,
  cursor: optional(opaque(MAX_CURSOR, { description: 'The `nextCursor` of the page before.' })),
};
