import { MAX_IMAGE_BYTES, publishTrack, textValidator } from '@backline/contracts/http';
import type { ImageRefused } from '@backline/core/accounts';
import type {
  DuplicateTrack,
  PublishTrackError,
  StageAudioError,
  StagedMedia,
  TrackForm,
  UploadId,
  UploadNotFound,
  UploadUnfinished,
} from '@backline/core/catalog';
import { day, invariant } from '@backline/core/kernel';
import type { Static } from 'typebox';
import type { Serve } from '../bind.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Form } from '../form-intake.ts';
import { collect, connectionHeaders, readForm } from '../multipart.ts';
import { FORM_STATUS, imageRefusal, plain, refusal } from '../refusal.ts';
import { trackWire } from './track-wire.ts';

const PUBLISH_STATUS = {
  ...FORM_STATUS,
  title_missing: 400,
  upload_not_found: 400,
  upload_unfinished: 400,
  unsupported_audio: 415,
  unplayable_audio: 422,
  storage_full: 507,
  busy: 503,
} as const satisfies Record<
  Exclude<
    PublishTrackError | StageAudioError | UploadNotFound | UploadUnfinished,
    ImageRefused | DuplicateTrack
  >['code'],
  number
>;

type Fields = Static<typeof publishTrack.multipart.fields>;
type Files = { readonly file: StagedMedia; readonly artwork: Uint8Array };

export const publishingRoutes = (serve: Serve, { core, readers, imageUrl }: Dependencies): void => {
  const { catalog } = core;
  const judgeFields = textValidator(publishTrack.multipart.fields);
  const takers = {
    file: { take: catalog.stageAudio, discard: catalog.discardAudio },
    artwork: collect(MAX_IMAGE_BYTES),
  };

  serve(publishTrack, async ({ body }, reply, { caller, request }) => {
    const publishForm = async () => {
      const form = await readForm<Fields, Files, StageAudioError>(request, publishTrack.multipart, takers, judgeFields);
      if (!form.ok) return form;
      const { fields, files } = form.value;
      return catalog.publishTrack(caller.userId, audioOf(form.value), {
        ...trackForm(fields),
        ...(files.artwork === undefined ? {} : { artwork: files.artwork }),
      });
    };
    const publishUpload = ({ uploadId, ...fields }: NonNullable<typeof body>) =>
      catalog.publishUpload(caller.userId, uploadId as UploadId, trackForm(fields));

    const published = body === undefined ? await publishForm() : await publishUpload(body);
    if (published.ok) {
      const track = await readers.catalog.track(published.value);
      invariant(track !== null, 'a track is found once it is published');
      return reply(201, trackWire(imageUrl)(track), { Location: `/tracks/${track.trackId}` });
    }

    const { error } = published;
    if (error.code === 'duplicate_track')
      return reply(409, {
        ...plain(refusal({ duplicate_track: 409 }, error).body),
        trackId: error.trackId,
      });
    const refused = error.code === 'image_refused' ? imageRefusal(error) : refusal(PUBLISH_STATUS, error);
    return reply(refused.status, refused.body, { ...refused.headers, ...connectionHeaders(request) });
  });
};

const audioOf = ({ files }: Form<Fields, Files>): StagedMedia => {
  invariant(files.file !== undefined, 'a form has the files that its contract requires');
  return files.file;
};

const trackForm = ({ releasedOn, ...fields }: Fields): TrackForm => ({
  ...fields,
  ...(releasedOn === undefined ? {} : { releasedOn: day(releasedOn) }),
});
