import type { Logger } from 'pino';
import type { FfmpegRenderer, MusicMetadataInspector } from '@backline/audio';
import type { Argon2PasswordHasher } from '@backline/auth';
import type { CloudinaryImages } from '@backline/cloudinary';
import type { Core, Ports } from '@backline/core';
import type { MediaKey } from '@backline/core/catalog';
import type { Recommender } from '@backline/core/discovery';
import type { Clock, Ids } from '@backline/core/kernel';
import type { LocalImageStore, LocalMediaStore } from '@backline/local-media';
import type { Database } from '@backline/mikro-orm';
import type { SandboxPayments } from '@backline/sandbox-payments';
import type { EngineFolders, EngineRecommender, EngineTrainer } from '@backline/recommender';
import type { S3MediaStore } from '@backline/s3-media';
import type { PdfStatementPrinter } from '@backline/statement-pdf';
import type { TusUploads } from '@backline/tus-uploads';
import type { ServiceIdentifier } from 'inversify';
import type { StripePayments } from '@backline/stripe';
import type { Circuit } from './circuit.ts';
import type { Config } from './config.ts';
import type { EngineAddress } from './engine-address.ts';
import type { HealthCheck } from './health.ts';
import type { LocalAddress } from './local-address.ts';
import type { SandboxPages } from './sandbox-pages.ts';
import type { StartWorker } from './jobs.ts';

type Payments = {
  readonly gateway: Ports['paymentGateway'];
  readonly payoutGateway: Ports['payoutGateway'];
  readonly verifier: Ports['webhookVerifier'];
};

/** Typed, so that a wrong wire does not compile. */
const token = <T>(name: string): ServiceIdentifier<T> => Symbol(name);

export const TOKENS = {
  config: token<Config>('config'),
  log: token<Logger>('log'),
  clock: token<Clock>('clock'),
  ids: token<Ids>('ids'),
  localAddress: token<LocalAddress>('localAddress'),
  database: token<Database>('database'),
  passwordHasher: token<Argon2PasswordHasher>('passwordHasher'),
  commonPasswords: token<Ports['commonPasswords']>('commonPasswords'),
  accessTokens: token<Ports['accessTokens']>('accessTokens'),
  secretTokens: token<Ports['secretTokens']>('secretTokens'),
  streamLinks: token<Ports['streamLinks']>('streamLinks'),
  localImages: token<LocalImageStore>('localImages'),
  cloudinary: token<CloudinaryImages>('cloudinary'),
  images: token<Ports['images']>('images'),
  localMedia: token<LocalMediaStore>('localMedia'),
  /** Where audio lies in a bucket. */
  bucket: token<S3MediaStore>('bucket'),
  media: token<Ports['media'] & { readonly close: () => Promise<void> }>('media'),
  /** Where this machine has the file of a key; null where it has none. */
  mediaPath: token<(key: MediaKey) => string | null>('mediaPath'),
  uploads: token<TusUploads>('uploads'),
  /** Removes what uploads of processes that died left behind; how many files. */
  sweepUploads: token<() => Promise<number>>('sweepUploads'),
  engineFolders: token<EngineFolders>('engineFolders'),
  engineAddress: token<EngineAddress>('engineAddress'),
  recommender: token<EngineRecommender>('recommender'),
  neighbours: token<Recommender>('neighbours'),
  trainingFiles: token<Ports['trainingFiles']>('trainingFiles'),
  modelTrainer: token<EngineTrainer>('modelTrainer'),
  audioInspector: token<MusicMetadataInspector>('audioInspector'),
  audioRenderer: token<FfmpegRenderer>('audioRenderer'),
  payments: token<Payments>('payments'),
  stripe: token<StripePayments>('stripe'),
  desk: token<SandboxPayments>('desk'),
  /** Null where Stripe takes the money. */
  sandbox: token<SandboxPayments | null>('sandbox'),
  /** Null where Stripe takes the money. */
  sandboxPages: token<SandboxPages | null>('sandboxPages'),
  /** To what lies beyond this platform; each that goes there binds its own. */
  circuit: token<Circuit>('circuit'),
  /** Whether what lies beyond this platform answers; each that goes there binds its own. */
  remoteCheck: token<HealthCheck>('remoteCheck'),
  ports: token<Ports>('ports'),
  core: token<Core>('core'),
  statementPrinter: token<PdfStatementPrinter>('statementPrinter'),
  healthChecks: token<readonly HealthCheck[]>('healthChecks'),
  startWorker: token<StartWorker>('startWorker'),
};
