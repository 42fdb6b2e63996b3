import type { AppDependencies } from '@backline/http';

/** For apps of which no test uploads in pieces. */
export const noUploads: AppDependencies['uploads'] = {
  answer: () => Promise.reject(new Error('there are no uploads here')),
  capabilities: () => Promise.reject(new Error('there are no uploads here')),
};
