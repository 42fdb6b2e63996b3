import type { UserId } from '../accounts/index.ts';
import type { MediaKey, TrackId } from '../catalog/index.ts';
import { type Day, type Instant, type Result, ok } from '../kernel/index.ts';

/** A play as the engine learns from it. */
export type TrainingPlay = {
  readonly listenerId: UserId;
  readonly trackId: TrackId;
  readonly artistId: UserId;
  readonly startedAt: Instant;
  readonly msPlayed: number;
  /** How far play and account are believed, from 0 to 1. */
  readonly trust: number;
};

export type TrainingTrack = {
  readonly trackId: TrackId;
  readonly artistId: UserId;
  readonly tags: readonly string[];
  readonly genre: string | null;
  readonly releasedOn: Day | null;
  readonly durationMs: number;
  /** A preview of it, once there is one: what the platform made itself, so that the engine reads no file of an upload. */
  readonly preview: MediaKey | null;
};

/** How far an export has come; what it says is the reader's own matter. */
export type TrainingMark = { readonly logPosition: number; readonly at: Instant };

type Take<Row> = (rows: readonly Row[]) => void;

/** Reads for the export. Of erased accounts nothing is read, of self-plays and overlapping ones neither. */
export interface TrainingReader {
  /**
   * UTC days of which plays may read otherwise than at the mark: reported since, or of accounts or tracks that were held,
   * released or erased since; all days without a mark. With the mark for the next time.
   */
  readonly changedDays: (
    since: TrainingMark | null,
    now: Instant,
  ) => Promise<{ readonly days: readonly Day[]; readonly mark: TrainingMark }>;
  /** Of the day, some thousand at a time. Held plays, and those of accounts with a held day, are believed a tenth. */
  readonly plays: (day: Day, take: Take<TrainingPlay>) => Promise<void>;
  /** All that can be recommended. */
  readonly tracks: (take: Take<TrainingTrack>) => Promise<void>;
}

/** The files that the engine learns from. Each is replaced as a whole, or not at all. */
export interface TrainingFiles {
  readonly mark: () => Promise<TrainingMark | null>;
  /** Of a day without plays no file is left. */
  readonly replaceDay: (day: Day, fill: (take: Take<TrainingPlay>) => Promise<void>) => Promise<void>;
  readonly replaceTracks: (fill: (take: Take<TrainingTrack>) => Promise<void>) => Promise<void>;
  readonly saveMark: (mark: TrainingMark) => Promise<void>;
}

export type TrainedModel = {
  readonly version: string;
  readonly family: string;
  readonly tracks: number;
  readonly listeners: number;
  readonly plays: number;
};

/** `reason` is for operators. What served goes on serving. */
export type TrainingRefused = { readonly code: 'training_refused'; readonly reason: string };

/** Learns from the files, and publishes what it learnt. */
export interface ModelTrainer {
  readonly train: () => Promise<Result<TrainedModel, TrainingRefused>>;
}

export type TrainingPorts = {
  readonly trainingReader: TrainingReader;
  readonly trainingFiles: TrainingFiles;
  readonly modelTrainer: ModelTrainer;
  readonly clock: { readonly now: () => Instant };
};

/** Brings the files up to date; how many days were written. Broken off, it writes them again the next time. */
export const exportTrainingData =
  ({ trainingReader, trainingFiles, clock }: TrainingPorts) =>
  async (): Promise<number> => {
    const { days, mark } = await trainingReader.changedDays(await trainingFiles.mark(), clock.now());
    for (const day of days) await trainingFiles.replaceDay(day, (take) => trainingReader.plays(day, take));
    await trainingFiles.replaceTracks(trainingReader.tracks);
    await trainingFiles.saveMark(mark);
    return days.length;
  };

export type Training = TrainedModel & { readonly daysExported: number };

export const trainRecommender = (ports: TrainingPorts) => async (): Promise<Result<Training, TrainingRefused>> => {
  const daysExported = await exportTrainingData(ports)();
  const trained = await ports.modelTrainer.train();
  return trained.ok ? ok({ ...trained.value, daysExported }) : trained;
};
