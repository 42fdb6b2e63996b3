import type { Core, Ports } from '@backline/core';
import type { ImageStore } from '@backline/core/accounts';
import type { StatementPrinter } from '@backline/core/payout';
import type { Circuit, HealthCheck } from '@backline/composition';
import type { Logger } from 'pino';
import type { CountRung } from './recommendation-metrics.ts';
import type { Registry } from 'prom-client';
import type { HandOver } from './hand-over.ts';
import type { Limits } from './limits.ts';
import type { ImageUrl } from './routes/track-wire.ts';
import type { SandboxDesk } from './sandbox-desk.ts';
import type { UploadDesk } from './upload-desk.ts';

/** What the routes work with. */
export type Dependencies = {
  readonly core: Core;
  /** Reads for screens. */
  readonly readers: Pick<Ports, 'accounts' | 'catalog' | 'plays' | 'payouts'>;
  readonly statementPrinter: StatementPrinter;
  readonly clock: Ports['clock'];
  readonly imageUrl: ImageUrl;
  readonly isImageSettled: ImageStore['isSettled'];
  /** How clients reach the app, without a slash at its end. */
  readonly publicUrl: string;
  /** Null where a real provider takes the money. */
  readonly sandbox: SandboxDesk | null;
  readonly wait: (ms: number) => Promise<void>;
  readonly countRung: CountRung;
};

/** What the app around the routes works with. */
export type AppDependencies = Omit<Dependencies, 'countRung'> &
  Pick<Ports, 'accessTokens' | 'ids' | 'verifications'> & {
    readonly images: Pick<ImageStore, 'open'>;
    readonly handOver: HandOver;
    readonly uploads: UploadDesk;
    readonly log: Logger;
    readonly registry: Registry;
    readonly healthChecks: readonly HealthCheck[];
    readonly circuits: readonly Circuit[];
    readonly limits: Limits;
    readonly corsOrigins: readonly string[];
    readonly trustedProxies: number;
  };
