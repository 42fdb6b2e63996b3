import { type Result, ok } from '../kernel/index.ts';
import type { RateRefused } from './errors.ts';
import type { PayoutPorts } from './ports.ts';
import { type RateProposal, type RateVersion, proposeRate } from './rate.ts';

export const addRate =
  ({ uow, clock }: PayoutPorts) =>
  (proposal: RateProposal): Promise<Result<RateVersion, RateRefused>> =>
    uow.run(async ({ rates }) => {
      const proposed = proposeRate(await rates.all(), proposal, clock.now());
      return proposed.ok ? ok(await rates.append(proposed.value)) : proposed;
    });
