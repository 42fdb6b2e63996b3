import { named, nullable, object, optional, prose } from './fields.ts';
import { problem, route } from './route.ts';
import { Count, DisplayName, Id, Url } from './wire.ts';

const MEBIBYTE = 1024 * 1024;

/** By content; vector formats are not among them because they can carry scripts. */
export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/avif'] as const;
export const MAX_IMAGE_BYTES = 5 * MEBIBYTE;

export const PictureUrls = named(
  'PictureUrls',
  { square64: Url, square256: Url, square640: Url, original: Url },
  { description: "Squares of the picture's middle, by the pixels of a side." },
);

export const Biography = prose(2_000);

export const Profile = named('Profile', {
  userId: Id,
  displayName: nullable(DisplayName),
  bio: nullable(Biography),
  avatarUrl: nullable(Url),
  avatarUrls: nullable(PictureUrls),
});

export const ArtistProfile = named('ArtistProfile', {
  userId: Id,
  displayName: nullable(DisplayName),
  bio: nullable(Biography),
  avatarUrl: nullable(Url),
  avatarUrls: nullable(PictureUrls),
  trackCount: Count,
});

const Avatar = named('Avatar', { avatarUrl: nullable(Url), avatarUrls: nullable(PictureUrls) });

export const getProfile = route({
  method: 'get',
  path: '/profile',
  summary: 'The profile of the caller',
  tag: 'Profiles',
  auth: 'signed-in',
  responses: { 200: Profile },
});

export const updateProfile = route({
  method: 'patch',
  path: '/profile',
  summary: 'Changes the profile; null clears a field, one that is left out stays',
  tag: 'Profiles',
  auth: 'signed-in',
  body: object({ displayName: optional(nullable(DisplayName)), bio: optional(nullable(Biography)) }),
  responses: { 200: Profile },
});

export const uploadAvatar = route({
  method: 'post',
  path: '/profile/avatar',
  summary: 'Replaces the avatar; 202 where the media service is away and the upload is finished later',
  tag: 'Profiles',
  auth: 'signed-in',
  multipart: {
    files: { file: { required: true, contentTypes: IMAGE_TYPES, maxBytes: MAX_IMAGE_BYTES } },
    fields: object({}),
  },
  responses: { 200: Avatar, 202: Avatar, 507: problem },
});

export const getArtist = route({
  method: 'get',
  path: '/artists/:userId',
  summary: 'What anyone may know of an artist',
  tag: 'Profiles',
  auth: 'public',
  params: object({ userId: Id }),
  responses: { 200: ArtistProfile, 404: problem },
});
