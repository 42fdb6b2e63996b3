import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ParquetWriter, fileWriter } from 'hyparquet-writer';

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema'];

/** How a column is made of rows. */
export type Column<Row> = {
  readonly name: string;
  readonly schema: Schema;
  readonly valueOf: (row: Row) => unknown;
};

/**
 * Writes rows as they come to a file that takes its place under `path` once it is whole and durable; how many rows.
 * Of none no file is left there, unless one of none is wanted.
 */
export const replaceParquet = async <Row>(
  path: string,
  columns: readonly Column<Row>[],
  fill: (take: (rows: readonly Row[]) => void) => Promise<void>,
  { evenIfEmpty }: { readonly evenIfEmpty: boolean },
): Promise<number> => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  const temporary = join(dirname(path), `.${randomUUID()}`);
  let count = 0;
  try {
    const writer = new ParquetWriter({
      writer: fileWriter(temporary),
      schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap(({ schema }) => schema)],
    });
    const write = (rows: readonly Row[]): void => {
      count += rows.length;
      void writer.write({
        columnData: columns.map(({ name, valueOf }) => ({ name, data: rows.map(valueOf) })),
        rowGroupSize: ROWS_IN_GROUP,
      });
    };
    await fill(write);
    if (count === 0) write([]);
    void writer.finish();
    sync(temporary);
    if (count > 0 || evenIfEmpty) renameSync(temporary, path);
    else rmSync(path, { force: true });
    sync(dirname(path));
    return count;
  } finally {
    rmSync(temporary, { force: true });
  }
};

const ROWS_IN_GROUP = 100_000;

const sync = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
