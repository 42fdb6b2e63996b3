import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { giveBackBroken } from './broken-connections.ts';
import { CheckoutRow } from './checkouts.ts';
import { type Connection, connectionOptions, patientOptions } from './connection.ts';
import { CustomerRow } from './customers.ts';
import { migrations } from './migrations/index.ts';
import { PeriodRow } from './periods.ts';
import { ProcessingRow } from './processings.ts';
import { RateVersionRow } from './rates.ts';
import { ReceiptLineRow, ReceiptRow } from './receipts.ts';
import { RenditionRow } from './renditions.ts';
import { RefreshTokenRow, SessionRow } from './sessions.ts';
import { PaidSpanRow, SubscriptionRow } from './subscriptions.ts';
import { TrackRow } from './tracks.ts';
import { UserRow } from './users.ts';
import { WebhookEventRow } from './webhook-inbox.ts';

const entities = [
  UserRow,
  SessionRow,
  RefreshTokenRow,
  TrackRow,
  ProcessingRow,
  RenditionRow,
  SubscriptionRow,
  PaidSpanRow,
  CustomerRow,
  CheckoutRow,
  ReceiptRow,
  ReceiptLineRow,
  WebhookEventRow,
  RateVersionRow,
  PeriodRow,
];

/** Tables that only SQL knows, with keys that refer to others. */
const WITHOUT_ROWS = [
  /^(ledger|close)_/,
  /^(track_split|split_share|hold|hold_decision|late_hold|fund_line|deferral|solvency_report|statement|payout_transfer)$/,
  /^(reversal|reversed_plays|reversed_share|statement_adjustment|verification)$/,
];

export type OrmOptions = {
  readonly poolSize: number;
  /** For transactions that take minutes. */
  readonly patient?: boolean;
};

/** The first query connects, not this. */
export const createOrm = (connection: Connection, { poolSize, patient = false }: OrmOptions): MikroORM =>
  new MikroORM({
    entities,
    clientUrl: connection.url,
    driverOptions: {
      ...(patient ? patientOptions : connectionOptions)(connection),
      max: poolSize,
      onPoolCreated: giveBackBroken,
    },
    extensions: [Migrator],
    logger: () => undefined,
    migrations: {
      migrationsList: migrations,
      snapshot: false,
      tableName: 'schema_migration',
      schema: connection.schema,
    },
    schemaGenerator: { ignoreTriggers: true, ignoreRoutines: true, skipTables: WITHOUT_ROWS },
  });
