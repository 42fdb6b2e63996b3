import type { Verification, VerificationLog } from '@backline/core/payout';

export const memoryVerifications = (): VerificationLog => {
  let latest: Verification | null = null;
  return {
    append: async (verification) => {
      latest = verification;
    },
    latest: async () => latest,
  };
};
