import type { Profile as ProfileSchema } from '@backline/contracts/http';
import type { Profile, UserId } from '@backline/core/accounts';
import type { Static } from 'typebox';
import { type ImageUrl, imageUrlWire, imageUrlsWire } from './track-wire.ts';

export const profileWire = (userId: UserId, profile: Profile, imageUrl: ImageUrl): Static<typeof ProfileSchema> => ({
  userId,
  displayName: profile.displayName,
  bio: profile.bio,
  avatarUrl: imageUrlWire(profile.avatar, imageUrl),
  avatarUrls: imageUrlsWire(profile.avatar, imageUrl),
});
