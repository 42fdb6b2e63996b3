import type { Readable } from 'node:stream';
import type { Clock } from '@backline/core/kernel';
import { DataStore, Upload } from '@tus/server';
import { type Checksum, verifier } from './checksum.ts';
import type { StoredUpload, UploadFiles } from './upload-files.ts';
import { UploadFault } from './upload-fault.ts';

/** Who asks, and what the piece that they send adds up to. */
export type Asking = { readonly artistId: number; readonly checksum: Checksum | null };

export type UploadLimits = {
  readonly maxBytes: number;
  /** Of an artist, finished ones included, until they are published. */
  readonly maxUploads: number;
  readonly maxBytesOfArtist: number;
  readonly lifeMs: number;
};

type Dependencies = {
  readonly files: UploadFiles;
  readonly clock: Clock;
  readonly limits: UploadLimits;
  readonly asking: () => Asking;
};

/** Keeps what the protocol's server is sent: each piece is on the disk before it is acknowledged. */
export class UploadStore extends DataStore {
  override readonly extensions = ['creation', 'creation-with-upload', 'termination', 'checksum', 'expiration'];
  readonly #deps: Dependencies;
  /** One after another, so that two at once do not both find the last place free. */
  #creating: Promise<unknown> = Promise.resolve();

  constructor(deps: Dependencies) {
    super();
    this.#deps = deps;
  }

  override create(upload: Upload): Promise<Upload> {
    const created = this.#creating.then(() => this.#create(upload));
    this.#creating = created.catch(() => undefined);
    return created;
  }

  async #create(upload: Upload): Promise<Upload> {
    const { files, clock, limits, asking } = this.#deps;
    const { artistId } = asking();
    const sizeBytes = upload.size ?? 0;
    if (sizeBytes === 0) throw new UploadFault('bad_header', 'Upload-Length');
    const others = await Promise.all((await files.idsOf(artistId)).map((id) => files.find(artistId, id)));
    const taken = others.reduce((sum, other) => sum + (other?.sizeBytes ?? 0), 0);
    if (others.length >= limits.maxUploads || taken + sizeBytes > limits.maxBytesOfArtist)
      throw new UploadFault('quota');
    await files.create(artistId, upload.id, { sizeBytes, metadata: upload.metadata ?? {}, createdAt: clock.now() });
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const { sizeBytes, metadata, receivedBytes } = await this.#find(id);
    return new Upload({ id, size: sizeBytes, offset: receivedBytes, metadata });
  }

  async #find(id: string): Promise<StoredUpload> {
    const { files, clock, limits, asking } = this.#deps;
    const found = await files.find(asking().artistId, id);
    if (found === null) throw new UploadFault('not_found');
    if (clock.now() > found.createdAt + limits.lifeMs) throw new UploadFault('expired');
    return found;
  }

  override async remove(id: string): Promise<void> {
    await this.#find(id);
    await this.#deps.files.remove(this.#deps.asking().artistId, id);
  }

  /** Of a piece that breaks off what came is kept, but for one with a checksum, which then can't be right. */
  override async write(piece: Readable, id: string, offset: number): Promise<number> {
    const { artistId, checksum } = this.#deps.asking();
    const sum = checksum === null ? null : verifier(checksum);
    const handle = await this.#deps.files.open(artistId, id);
    let [position, isKept] = [offset, sum === null];
    try {
      for await (const chunk of piece as AsyncIterable<Uint8Array>) {
        sum?.add(chunk);
        for (let done = 0; done < chunk.length;) {
          const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, position);
          done += bytesWritten;
          position += bytesWritten;
        }
      }
      if (sum !== null && !sum.isRight()) throw new UploadFault('wrong_checksum');
      isKept = true;
      return position;
    } finally {
      if (!isKept) await handle.truncate(offset);
      await handle.sync();
      await handle.close();
    }
  }
}
