import { LARGE_BYTES } from './buffer-pool.ts';

/** The first bytes of the files that are asked for most: where every listener begins. */
export interface Heads {
  readonly find: (path: string) => Uint8Array | undefined;
  /** Whether the file was asked for before, lately: only then is its head worth keeping. */
  readonly isWanted: (path: string) => boolean;
  readonly keep: (path: string, head: Uint8Array) => void;
  readonly forget: (path: string) => void;
}

export const HEAD_BYTES = LARGE_BYTES;

const boundBy = (limit: number, among: Map<string, unknown> | Set<string>): void => {
  for (const oldest of among.keys()) {
    if (among.size <= limit) return;
    among.delete(oldest);
  }
};

/** At most `capacity` heads, the least lately used given up first. */
export const heads = ({ capacity }: { readonly capacity: number }): Heads => {
  const kept = new Map<string, Uint8Array>();
  const askedOnce = new Set<string>();

  return {
    find: (path) => {
      const head = kept.get(path);
      if (head === undefined) return undefined;
      kept.delete(path);
      kept.set(path, head);
      return head;
    },
    isWanted: (path) => {
      if (capacity === 0) return false;
      if (askedOnce.delete(path)) return true;
      askedOnce.add(path);
      boundBy(8 * capacity, askedOnce);
      return false;
    },
    keep: (path, head) => {
      kept.set(path, head);
      boundBy(capacity, kept);
    },
    forget: (path) => {
      kept.delete(path);
      askedOnce.delete(path);
    },
  };
};
