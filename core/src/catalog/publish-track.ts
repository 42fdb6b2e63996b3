import type { ImageRef, UserId } from '../accounts/index.ts';
import { type Day, type Result, err, ok } from '../kernel/index.ts';
import type { PublishTrackError } from './errors.ts';
import type { CatalogPorts, EmbeddedTags, StagedMedia } from './ports.ts';
import { tidy } from './details.ts';
import { newProcessing } from './processing.ts';
import type { AudioFacts, AudioFile, Track, TrackDetails, TrackId } from './track.ts';

/** What the artist says of the track; what is undefined is taken from the file's own tags. */
export type TrackForm = {
  readonly title?: string;
  readonly genre?: string;
  readonly tags?: readonly string[];
  readonly releasedOn?: Day;
  /** At most 5 MiB. */
  readonly artwork?: Uint8Array;
};

/** Inspects a staged upload and puts it into the catalogue. Whatever the outcome, it is staged no longer. */
export const publishTrack =
  (ports: CatalogPorts) =>
  async (artistId: UserId, staged: StagedMedia, form: TrackForm): Promise<Result<TrackId, PublishTrackError>> => {
    try {
      return await publish(ports, artistId, staged, form);
    } finally {
      await ports.media.discard(staged);
    }
  };

const publish = async (
  ports: CatalogPorts,
  artistId: UserId,
  staged: StagedMedia,
  form: TrackForm,
): Promise<Result<TrackId, PublishTrackError>> => {
  const inspected = await ports.audioInspector.inspect(staged);
  if (!inspected.ok) return inspected;
  const details = describe(form, inspected.value.tags);
  if (details === null) return err({ code: 'title_missing' });
  const artwork = form.artwork === undefined ? ok(null) : await ports.images.put(form.artwork);
  if (!artwork.ok) return artwork;

  const audio = await keepAudio(ports, staged, inspected.value.facts);
  return insert(ports, artistId, details, audio, artwork.value);
};

/** Where the form says nothing, or only blanks, the file's own tags do. */
const describe = (form: TrackForm, embedded: EmbeddedTags): TrackDetails | null =>
  tidy({
    title: form.title?.trim() || (embedded.title ?? ''),
    genre: form.genre?.trim() || (embedded.genre ?? null),
    tags: form.tags ?? [],
    releasedOn: form.releasedOn ?? embedded.releasedOn ?? null,
  });

const keepAudio = async ({ media }: CatalogPorts, staged: StagedMedia, facts: AudioFacts): Promise<AudioFile> => ({
  ...facts,
  key: await media.keep(staged, 'master'),
  sizeBytes: staged.sizeBytes,
  sha256: staged.sha256,
});

/**
 * The files are kept before the row, so that no row ever names a missing file. Refused, they are removed; when
 * the store throws, whether it committed is not known, and they stay.
 */
const insert = async (
  { uow, media, images, clock }: CatalogPorts,
  artistId: UserId,
  details: TrackDetails,
  audio: AudioFile,
  artwork: ImageRef | null,
): Promise<Result<TrackId, PublishTrackError>> => {
  const inserted = await uow.run(async ({ tracks, processings, outbox }) => {
    const now = clock.now();
    const track: Track = {
      ...details,
      id: await tracks.nextId(),
      artistId,
      audio,
      artwork,
      loudnessLufs: null,
      status: 'processing',
      createdAt: now,
      removedAt: null,
    };
    const result = await tracks.insert(track);
    if (!result.ok) return result;
    await processings.save(newProcessing(track.id, now));
    await outbox.append({ type: 'catalog.track_published', trackId: track.id, artistId, occurredAt: now });
    if (artwork !== null && !images.isSettled(artwork))
      await outbox.append({ type: 'catalog.artwork_pending', trackId: track.id, artwork, occurredAt: now });
    return ok(track.id);
  });
  if (!inserted.ok) {
    await media.remove(audio.key);
    if (artwork !== null) await images.remove(artwork);
  }
  return inserted;
};
