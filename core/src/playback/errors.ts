export type SubscriptionRequired = { readonly code: 'subscription_required' };
/** The link is forged, past its time, or its session has ended. */
export type BadStreamLink = { readonly code: 'bad_stream_link' };

export type PlayRejection = 'unknown-track' | 'started-too-long-ago' | 'started-in-the-future' | 'play-id-taken';
