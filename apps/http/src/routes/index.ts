import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import { accountRoutes } from './accounts.ts';
import { onboardingRoutes } from './onboarding.ts';
import { paymentRoutes } from './payments.ts';
import { payoutRoutes } from './payouts.ts';
import { profileRoutes } from './profiles.ts';
import { publishingRoutes } from './publishing.ts';
import { recommendationRoutes } from './recommendations.ts';
import { sandboxRoutes } from './sandbox.ts';
import { splitRoutes } from './splits.ts';
import { statementRoutes } from './statements.ts';
import { streamRoutes } from './streams.ts';
import { trackRoutes } from './tracks.ts';
import { waveformRoutes } from './waveforms.ts';

/** All routes of the API but those of the audio itself and of operations. */
export const apiRoutes = (serve: Serve, deps: Dependencies): void => {
  accountRoutes(serve, deps);
  profileRoutes(serve, deps);
  publishingRoutes(serve, deps);
  trackRoutes(serve, deps);
  waveformRoutes(serve, deps);
  streamRoutes(serve, deps);
  paymentRoutes(serve, deps);
  splitRoutes(serve, deps);
  payoutRoutes(serve, deps);
  statementRoutes(serve, deps);
  onboardingRoutes(serve, deps);
  recommendationRoutes(serve, deps);
  if (deps.sandbox !== null) sandboxRoutes(serve, deps.sandbox, deps);
};
