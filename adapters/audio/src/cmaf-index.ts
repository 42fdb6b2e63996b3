import type { FileHandle } from 'node:fs/promises';
import type { Segments } from '@backline/core/catalog';
import { invariant } from '@backline/core/kernel';
import { textAt } from './seekable.ts';

type TopBox = { readonly kind: string; readonly at: number; readonly size: number };

const readAt = async (file: FileHandle, at: number, length: number): Promise<DataView> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  invariant(bytesRead === length, 'a box is cut short');
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
};

/** Up to the first fragment; the rest is found by the index. Null where there is no fragment. */
const boxesBeforeFragments = async (file: FileHandle): Promise<readonly TopBox[] | null> => {
  const boxes: TopBox[] = [];
  const { size } = await file.stat();
  for (let at = 0; at < size;) {
    const view = await readAt(file, at, 8);
    const box = { kind: textAt(view, 4, 8), at, size: view.getUint32(0) };
    if (box.kind === 'moof') return boxes;
    invariant(box.size >= 8, 'a box of no size');
    boxes.push(box);
    at += box.size;
  }
  return null;
};

/** ISO/IEC 14496-12, 8.16.3: its own header, then twelve bytes for each reference. */
const readIndex = (view: DataView, end: number, initBytes: number): Segments => {
  const wide = view.getUint8(8) === 1;
  const timescale = view.getUint32(16);
  const firstOffset = wide ? Number(view.getBigUint64(28)) : view.getUint32(24);
  const countAt = (wide ? 36 : 28) + 2;
  const references = Array.from({ length: view.getUint16(countAt) }, (_, index) => countAt + 2 + 12 * index);
  return {
    initBytes,
    startsAt: end + firstOffset,
    sizesBytes: references.map((at) => view.getUint32(at) & 0x7fff_ffff),
    durationsMs: references.map((at) => Math.round((view.getUint32(at + 4) * 1_000) / timescale)),
  };
};

/** Where the fragments of a CMAF file lie, by the index at its front; null where it has none. */
export const segmentsOf = async (file: FileHandle): Promise<Segments | null> => {
  const boxes = await boxesBeforeFragments(file);
  if (boxes === null) return null;
  const moov = boxes.find(({ kind }) => kind === 'moov');
  const sidx = boxes.find(({ kind }) => kind === 'sidx');
  invariant(moov !== undefined && sidx !== undefined, 'a CMAF file without its index');
  return readIndex(await readAt(file, sidx.at, sidx.size), sidx.at + sidx.size, moov.at + moov.size);
};
