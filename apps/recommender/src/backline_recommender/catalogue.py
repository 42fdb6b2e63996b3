"""The catalogue as the platform exports it: `tracks.parquet` of `contract.json`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backline_recommender.parquet import ExportError, read_columns

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

NO_DAY = np.iinfo(np.int32).min
"""Stands for a day that is not known."""


@dataclass(frozen=True)
class Catalogue:
    """Every array has one entry for each track; ids ascend, and a track's place among them is its row."""

    track_ids: Int64
    artist_ids: Int64
    tags: tuple[tuple[str, ...], ...]
    """In lower case, each once, the genre among them."""
    released_on: Int32
    """Days since 1970, or NO_DAY."""
    duration_ms: Int64
    """0 where unknown."""
    audio_paths: tuple[str | None, ...]

    @property
    def size(self) -> int:
        return len(self.track_ids)

    def rows_of(self, track_ids: Int64) -> Int64:
        """The rows of these ids, -1 for those that the catalogue doesn't have."""
        return rows_of(self.track_ids, track_ids)


def rows_of(ascending_ids: Int64, track_ids: Int64) -> Int64:
    if len(ascending_ids) == 0:
        return np.full(len(track_ids), -1, dtype=np.int64)
    places = np.minimum(np.searchsorted(ascending_ids, track_ids), len(ascending_ids) - 1)
    return np.where(ascending_ids[places] == track_ids, places, -1)


def _tags_of(given: list[str | None] | None, genre: str | None) -> tuple[str, ...]:
    words = [*(given or []), genre]
    cleaned = (word.strip().lower() for word in words if word is not None)
    return tuple(dict.fromkeys(word for word in cleaned if word))


def read_catalogue(export: Path) -> Catalogue:
    """Raises ExportError where the file is missing, cut short or of another shape."""
    path = export / "tracks.parquet"
    table = read_columns(path, "tracks").drop_null_rows("track_id", "artist_id")
    ids = table.int64("track_id")
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    if len(ids) > 0 and ids[0] < 1:
        raise ExportError(f"{path}: ids start at 1")
    if len(np.unique(ids)) < len(ids):
        raise ExportError(f"{path}: a track is in it twice")
    tags, genres = table.objects("tags"), table.objects("genre")
    released = table.optional_days("released_on", NO_DAY)
    durations = table.int64_or("duration_ms", 0)
    paths = table.objects("audio_path")
    return Catalogue(
        track_ids=ids,
        artist_ids=table.int64("artist_id")[order],
        tags=tuple(_tags_of(tags[row], genres[row]) for row in order),
        released_on=released[order],
        duration_ms=durations[order],
        audio_paths=tuple(paths[row] for row in order),
    )
