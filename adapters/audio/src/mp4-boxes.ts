import { textAt } from './seekable.ts';

/** `body` up to `end` (exclusive), in the view that the box was found in. */
export type Box = { readonly kind: string; readonly body: number; readonly end: number };

/** Null when the boxes do not fill the range exactly. */
export const boxesIn = (view: DataView, start: number, end: number): readonly Box[] | null => {
  const boxes: Box[] = [];
  for (let at = start; at < end;) {
    if (at + 8 > end) return view.getUint8(at) === 0 ? boxes : null;
    const length = view.getUint32(at);
    // Four zero bytes may close a list of boxes.
    if (length === 0 && end - at === 4) return boxes;
    if (length < 8 || at + length > end) return null;
    boxes.push({ kind: textAt(view, at + 4, at + 8), body: at + 8, end: at + length });
    at += length;
  }
  return boxes;
};

/** The boxes of the kind at the end of the path; empty where one on the way is missing or malformed. */
export const find = (view: DataView, within: Box, ...path: readonly string[]): readonly Box[] => {
  const [kind, ...rest] = path;
  const found = (boxesIn(view, within.body, within.end) ?? []).filter((box) => box.kind === kind);
  return rest.length === 0 ? found : found.flatMap((box) => find(view, box, ...rest));
};

/** The version and flags that begin a full box. */
export const versionOf = (view: DataView, box: Box): number => (box.end > box.body ? view.getUint8(box.body) : 0);

/** Big-endian, where the box has it; null where it is too short. */
export const uint = (view: DataView, box: Box, offset: number, bytes: 1 | 2 | 4 | 8): number | null => {
  const at = box.body + offset;
  if (at + bytes > box.end) return null;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at);
  return bytes === 4 ? view.getUint32(at) : Number(view.getBigUint64(at));
};

/** A full box's list: how many rows it says, and where they begin; null when they are not all there. */
export const rows = (
  view: DataView,
  box: Box,
  rowBytes: number,
  countAt = 4,
): { readonly count: number; readonly at: number } | null => {
  const count = uint(view, box, countAt, 4);
  const at = box.body + countAt + 4;
  return count === null || at + count * rowBytes > box.end ? null : { count, at };
};
