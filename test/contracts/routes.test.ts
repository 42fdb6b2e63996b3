import { routes } from '@backline/contracts/http';
import { describe, expect, test } from '@jest/globals';

/** Fixed by the API's design; who may call is reviewed here, one line a route. */
const REVIEWED = [
  'DELETE /tracks/:trackId artist',
  'DELETE /uploads/:uploadId artist',
  'DELETE /users/me signed-in',
  'GET /artists/:userId public',
  'GET /docs public',
  'GET /docs/:file public',
  'GET /health/live public',
  'GET /health/ready public',
  'GET /media/images/:name public',
  'GET /metrics public',
  'GET /openapi.json public',
  'GET /payments/account public',
  'GET /payments/cancelled public',
  'GET /payments/subscription signed-in',
  'GET /payments/success public',
  'GET /payouts artist',
  'GET /payouts/onboarding/done public',
  'GET /payouts/onboarding/expired public',
  'GET /payouts/plays artist',
  'GET /payouts/statements artist',
  'GET /payouts/statements/:period artist',
  'GET /profile signed-in',
  'GET /radio signed-in',
  'GET /recommendations signed-in',
  'GET /sandbox/checkout/:sessionId public',
  'GET /sandbox/onboarding/:payeeId public',
  'GET /sandbox/portal/:portalId public',
  'GET /streams signed-in',
  'GET /tracks public',
  'GET /tracks/:trackId public',
  'GET /tracks/:trackId/events artist',
  'GET /tracks/:trackId/hold artist',
  'GET /tracks/:trackId/playlists/:file signed-in-or-link',
  'GET /tracks/:trackId/preview public',
  'GET /tracks/:trackId/segments/:file signed-in-or-link',
  'GET /tracks/:trackId/similar signed-in',
  'GET /tracks/:trackId/splits signed-in',
  'GET /tracks/:trackId/stream signed-in-or-link',
  'GET /tracks/:trackId/stream.m3u8 signed-in-or-link',
  'GET /tracks/:trackId/waveform public',
  'GET /users/me signed-in',
  'GET /users/me/export signed-in',
  'HEAD /tracks/:trackId/preview public',
  'HEAD /tracks/:trackId/stream signed-in-or-link',
  'HEAD /uploads/:uploadId artist',
  'OPTIONS /uploads public',
  'PATCH /profile signed-in',
  'PATCH /tracks/:trackId artist',
  'PATCH /uploads/:uploadId artist',
  'POST /auth/login public',
  'POST /auth/logout public',
  'POST /auth/refresh public',
  'POST /auth/register public',
  'POST /payments/checkout signed-in',
  'POST /payments/portal signed-in',
  'POST /payouts/onboarding artist',
  'POST /profile/avatar signed-in',
  'POST /sandbox/checkout/:sessionId public',
  'POST /sandbox/onboarding/:payeeId public',
  'POST /sandbox/portal/:portalId public',
  'POST /sandbox/subscriptions/cancel signed-in',
  'POST /sandbox/subscriptions/past-due signed-in',
  'POST /sandbox/subscriptions/refund signed-in',
  'POST /splits/:splitId/accept signed-in',
  'POST /splits/:splitId/decline signed-in',
  'POST /streams signed-in',
  'POST /streams/batch signed-in',
  'POST /tracks artist',
  'POST /tracks/:trackId/stream-url signed-in',
  'POST /uploads artist',
  'POST /webhooks/stripe public',
  'PUT /tracks/:trackId/splits artist',
];

describe('routes', () => {
  test('are those of the design, each with its reviewed policy', () => {
    const actual = routes.map(({ route }) => `${route.method.toUpperCase()} ${route.path} ${route.auth}`);
    expect(actual.sort()).toEqual(REVIEWED);
  });

  test('take one kind of body at most', () => {
    const bodies = routes.map(
      ({ route }) =>
        [route.body, route.form, route.multipart, route.rawBody].filter((part) => part !== undefined).length,
    );
    expect(Math.max(...bodies)).toBe(1);
  });
});
