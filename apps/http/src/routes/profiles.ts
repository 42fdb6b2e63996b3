import {
  MAX_IMAGE_BYTES,
  getArtist,
  getProfile,
  textValidator,
  updateProfile,
  uploadAvatar,
} from '@backline/contracts/http';
import type { ImageRefused, ReplaceAvatarError, UserId } from '@backline/core/accounts';
import type { MediaTooLarge } from '@backline/core/catalog';
import { invariant } from '@backline/core/kernel';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Form } from '../form-intake.ts';
import { collect, connectionHeaders, readForm } from '../multipart.ts';
import { FORM_STATUS, imageRefusal, problem, refusal } from '../refusal.ts';
import { profileWire } from './profile-wire.ts';
import { imageUrlsWire } from './track-wire.ts';

const AVATAR_STATUS = {
  ...FORM_STATUS,
  storage_full: 507,
  user_not_found: 401,
  busy: 503,
} as const satisfies Record<Exclude<ReplaceAvatarError, ImageRefused>['code'], number>;

const GONE = { user_not_found: 401 } as const;

const NO_ARTIST = problem(404, 'not-found', 'There is no such artist', 'There is no artist with this id.');

type Files = { readonly file: Uint8Array };

export const profileRoutes = (serve: Serve, { core, readers, imageUrl, isImageSettled }: Dependencies): void => {
  serve(getProfile, async (_input, reply, { caller }) => {
    const account = await readers.accounts.account(caller.userId);
    if (account !== null) return reply(200, profileWire(caller.userId, account.profile, imageUrl));
    const refused = refusal(GONE, { code: 'user_not_found' });
    return reply(refused.status, refused.body);
  });

  serve(updateProfile, async ({ body }, reply, { caller }) => {
    const edited = await core.accounts.editProfile(caller.userId, body);
    if (edited.ok) return reply(200, profileWire(caller.userId, edited.value, imageUrl));
    const refused = refusal(GONE, edited.error);
    return reply(refused.status, refused.body);
  });

  const avatarTakers = { file: collect(MAX_IMAGE_BYTES) };
  const judgeAvatarFields = textValidator(uploadAvatar.multipart.fields);
  serve(uploadAvatar, async (_input, reply, { caller, request }) => {
    const form = await readForm<object, Files, MediaTooLarge>(
      request,
      uploadAvatar.multipart,
      avatarTakers,
      judgeAvatarFields,
    );
    const replaced = form.ok ? await core.accounts.replaceAvatar(caller.userId, pictureOf(form.value)) : form;
    if (replaced.ok) {
      const avatar = { avatarUrl: imageUrl(replaced.value), avatarUrls: imageUrlsWire(replaced.value, imageUrl) };
      return reply(isImageSettled(replaced.value) ? 200 : 202, avatar);
    }
    const refused =
      replaced.error.code === 'image_refused' ? imageRefusal(replaced.error) : refusal(AVATAR_STATUS, replaced.error);
    return reply(refused.status, refused.body, { ...refused.headers, ...connectionHeaders(request) });
  });

  serve(getArtist, async ({ params }, reply) => {
    const userId = params.userId as UserId;
    const account = await readers.accounts.account(userId);
    if (account?.role !== 'ARTIST') return reply(NO_ARTIST.status, NO_ARTIST.body);
    const trackCount = await readers.catalog.trackCountOf(userId);
    return reply(200, { ...profileWire(userId, account.profile, imageUrl), trackCount });
  });
};

const pictureOf = ({ files }: Form<object, Files>): Uint8Array => {
  invariant(files.file !== undefined, 'a form has the files that its contract requires');
  return files.file;
};
