export type Key = string | number;

export interface Rows<Row, Index extends string> {
  readonly get: (key: Key) => Row | undefined;
  readonly all: () => readonly Row[];
  /** The rows that the index gives this value, in no order. */
  readonly where: (index: Index, value: Key) => readonly Row[];
}

/** A transaction's own view of a table. Nothing is seen outside before `commit`. */
export interface Draft<Row, Index extends string> extends Rows<Row, Index> {
  /** Inserts or replaces by key. */
  readonly put: (row: Row) => void;
  readonly remove: (key: Key) => void;
  readonly commit: () => void;
}

/** What is committed. */
export interface Table<Row, Index extends string> extends Rows<Row, Index> {
  readonly draft: () => Draft<Row, Index>;
}

/** A row whose index is null is in that index under no value. */
export type Indexes<Row, Index extends string> = Readonly<Record<Index, (row: Row) => Key | null>>;

/** Rows are values: never changed in place. A draft costs what it changes, however large the table is. */
export const table = <Row, Index extends string = never>(
  keyOf: (row: Row) => Key,
  indexes: Indexes<Row, Index>,
): Table<Row, Index> => {
  const rows = new Map<Key, Row>();
  const indexed = new Map<string, Map<Key, Set<Key>>>();

  const entriesOf = (row: Row): readonly (readonly [Index, Key])[] =>
    (Object.keys(indexes) as Index[]).flatMap((index) => {
      const value = indexes[index](row);
      return value === null ? [] : [[index, value] as const];
    });

  const store = (key: Key, row: Row | undefined): void => {
    const previous = rows.get(key);
    if (previous !== undefined)
      for (const [index, value] of entriesOf(previous)) indexed.get(index)?.get(value)?.delete(key);
    if (row === undefined) {
      rows.delete(key);
      return;
    }
    rows.set(key, row);
    for (const [index, value] of entriesOf(row)) entryOf(entryOf(indexed, index, newMap), value, newSet).add(key);
  };

  const committed: Rows<Row, Index> = {
    get: (key) => rows.get(key),
    all: () => [...rows.values()],
    where: (index, value) =>
      [...(indexed.get(index)?.get(value) ?? [])].flatMap((key) => {
        const row = rows.get(key);
        return row === undefined ? [] : [row];
      }),
  };
  return { ...committed, draft: () => draftOn(committed, keyOf, indexes, store) };
};

const draftOn = <Row, Index extends string>(
  committed: Rows<Row, Index>,
  keyOf: (row: Row) => Key,
  indexes: Indexes<Row, Index>,
  store: (key: Key, row: Row | undefined) => void,
): Draft<Row, Index> => {
  /** Undefined for what the transaction removed. */
  const changes = new Map<Key, Row | undefined>();

  const merged = (base: readonly Row[], matches: (row: Row) => boolean): readonly Row[] => [
    ...base.filter((row) => !changes.has(keyOf(row))),
    ...[...changes.values()].filter((row): row is Row => row !== undefined && matches(row)),
  ];

  return {
    get: (key) => (changes.has(key) ? changes.get(key) : committed.get(key)),
    all: () => merged(committed.all(), () => true),
    where: (index, value) => merged(committed.where(index, value), (row) => indexes[index](row) === value),
    put: (row) => void changes.set(keyOf(row), row),
    remove: (key) => void changes.set(key, undefined),
    commit: () => {
      for (const [key, row] of changes) store(key, row);
      changes.clear();
    },
  };
};

const newMap = (): Map<Key, Set<Key>> => new Map();
const newSet = (): Set<Key> => new Set();

const entryOf = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};
