"""Reading the platform's Parquet files, whose columns `contract.json` names; anything else is refused by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from backline_recommender.refused import RefusedError
from backline_recommender.wire import contract

ROWS_AT_ONCE = 1_000_000


class ExportError(RefusedError):
    """A file of the export is missing, cut short or of another shape; the message names it."""


_TYPES: dict[str, tuple[pa.DataType, Callable[[pa.DataType], bool]]] = {
    "string": (
        pa.string(),
        lambda t: pa.types.is_string(t) or pa.types.is_large_string(t) or pa.types.is_dictionary(t),
    ),
    "int64": (pa.int64(), pa.types.is_integer),
    "int32": (pa.int64(), pa.types.is_integer),
    "float32": (pa.float32(), pa.types.is_floating),
    "timestamp[us, UTC]": (pa.timestamp("us", "UTC"), pa.types.is_timestamp),
    "date32": (pa.date32(), pa.types.is_date),
    "list<string>": (pa.list_(pa.string()), lambda t: pa.types.is_list(t) or pa.types.is_large_list(t)),
}


@cache
def _columns(kind: str) -> tuple[dict[str, Any], ...]:
    return tuple(contract()["x-files"][kind])


@dataclass(frozen=True)
class Columns:
    """Rows of one file, with the columns that the contract names."""

    path: Path
    table: pa.Table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def drop_null_rows(self, *names: str) -> "Columns":
        kept = pc.is_valid(self.table[names[0]])
        for name in names[1:]:
            kept = pc.and_(kept, pc.is_valid(self.table[name]))
        return Columns(self.path, self.table.filter(kept))

    def int64(self, name: str) -> NDArray[np.int64]:
        return np.asarray(self.table[name].to_numpy(), dtype=np.int64)

    def int64_or(self, name: str, absent: int) -> NDArray[np.int64]:
        return np.asarray(pc.fill_null(self.table[name], absent).to_numpy(), dtype=np.int64)

    def float32(self, name: str) -> NDArray[np.float32]:
        return np.asarray(self.table[name].to_numpy(), dtype=np.float32)

    def microseconds(self, name: str) -> NDArray[np.int64]:
        return np.asarray(self.table[name].cast(pa.int64()).to_numpy(), dtype=np.int64)

    def optional_days(self, name: str, absent: int) -> NDArray[np.int32]:
        days = pc.fill_null(self.table[name].cast(pa.int32()), absent)
        return np.asarray(days.to_numpy(), dtype=np.int32)

    def objects(self, name: str) -> list[Any]:
        values: list[Any] = self.table[name].to_pylist()
        return values

    def codes(self, name: str) -> tuple[NDArray[np.int64], list[str]]:
        """Which of the distinct texts each row has, and those texts."""
        encoded = self.table[name].combine_chunks().dictionary_encode()
        return np.asarray(encoded.indices.to_numpy(), dtype=np.int64), encoded.dictionary.to_pylist()


def _checked_schema(path: Path, schema: pa.Schema, kind: str) -> None:
    for column in _columns(kind):
        place = schema.get_field_index(column["name"])
        if place < 0 and column.get("optional") is True:
            continue
        if place < 0:
            raise ExportError(f"{path}: no column {column['name']}")
        found = schema.field(place).type
        if not _TYPES[column["type"]][1](found):
            raise ExportError(f"{path}: column {column['name']} is {found}, not {column['type']}")


def _shaped(path: Path, table: pa.Table, kind: str) -> Columns:
    columns = {}
    for column in _columns(kind):
        name, (wanted, _) = column["name"], _TYPES[column["type"]]
        present = name in table.column_names
        columns[name] = table[name].cast(wanted) if present else pa.nulls(table.num_rows, wanted)
    return Columns(path, pa.table(columns))


def check_file(path: Path, kind: str) -> None:
    """Raises ExportError where the file is missing, cut short or of another shape; looks only at its end."""
    try:
        _checked_schema(path, pq.read_schema(path), kind)
    except (pa.ArrowException, OSError) as cause:
        raise ExportError(f"{path}: can't be read: {cause}") from cause


def read_batches(path: Path, kind: str) -> Iterator[Columns]:
    """The file's rows, some at a time. `kind` is a name under `x-files`. Raises ExportError."""
    try:
        with pq.ParquetFile(path) as file:
            _checked_schema(path, file.schema_arrow, kind)
            wanted = [column["name"] for column in _columns(kind)]
            names = [name for name in wanted if name in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=names):
                yield _shaped(path, pa.Table.from_batches([batch]), kind)
    except (pa.ArrowException, OSError) as cause:
        raise ExportError(f"{path}: can't be read: {cause}") from cause


def read_columns(path: Path, kind: str) -> Columns:
    """The whole file. Raises ExportError."""
    batches = [columns.table for columns in read_batches(path, kind)]
    if not batches:
        empty = {column["name"]: pa.array([], _TYPES[column["type"]][0]) for column in _columns(kind)}
        return Columns(path, pa.table(empty))
    return Columns(path, pa.concat_tables(batches))
