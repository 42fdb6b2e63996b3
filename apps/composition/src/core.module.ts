import { createHash } from 'node:crypto';
import { type Ports, createCore } from '@backline/core';
import type { TrackId } from '@backline/core/catalog';
import { noWithholding } from '@backline/core/payout';
import { ContainerModule } from 'inversify';
import { rememberedReads } from './remembered-reads.ts';
import { TOKENS } from './tokens.ts';

export const coreModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.ports)
    .toResolvedValue(
      (
        database,
        clock,
        ids,
        passwordHasher,
        commonPasswords,
        accessTokens,
        secretTokens,
        streamLinks,
        images,
        media,
        uploads,
        audioInspector,
        audioRenderer,
        payments,
        recommender,
        neighbours,
        trainingFiles,
        modelTrainer,
        config,
      ): Ports => ({
        ...database.ports,
        ...rememberedReads(database.ports, clock),
        clock,
        ids,
        passwordHasher,
        commonPasswords,
        accessTokens,
        secretTokens,
        streamLinks,
        images,
        media,
        uploads,
        audioInspector,
        audioRenderer,
        paymentGateway: payments.gateway,
        webhookVerifier: payments.verifier,
        payoutGateway: payments.payoutGateway,
        withholding: noWithholding,
        digests: { sha256: (text) => createHash('sha256').update(text).digest('hex') },
        recommender,
        neighbours,
        trainingFiles,
        modelTrainer,
        editorial: config.editorialTracks as TrackId[],
      }),
      [
        TOKENS.database,
        TOKENS.clock,
        TOKENS.ids,
        TOKENS.passwordHasher,
        TOKENS.commonPasswords,
        TOKENS.accessTokens,
        TOKENS.secretTokens,
        TOKENS.streamLinks,
        TOKENS.images,
        TOKENS.media,
        TOKENS.uploads,
        TOKENS.audioInspector,
        TOKENS.audioRenderer,
        TOKENS.payments,
        TOKENS.recommender,
        TOKENS.neighbours,
        TOKENS.trainingFiles,
        TOKENS.modelTrainer,
        TOKENS.config,
      ],
    )
    .inSingletonScope();
  bind(TOKENS.core).toResolvedValue(createCore, [TOKENS.ports]).inSingletonScope();
});
