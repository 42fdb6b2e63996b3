"""An export with two tastes planted in it: every fan plays tracks of one, the other is foreign to them."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

AS_OF = datetime(2026, 11, 22, 12, tzinfo=UTC)
GENRES = ("techno", "folk")

PLAYS = pa.schema(
    [
        ("listener", pa.string()),
        ("track_id", pa.int64()),
        ("artist_id", pa.int64()),
        ("started_at", pa.timestamp("us", "UTC")),
        ("ms_played", pa.int32()),
        ("trust", pa.float32()),
    ]
)
TRACKS = pa.schema(
    [
        ("track_id", pa.int64()),
        ("artist_id", pa.int64()),
        ("tags", pa.list_(pa.string())),
        ("genre", pa.string()),
        ("released_on", pa.date32()),
        ("duration_ms", pa.int32()),
    ]
)

Row = dict[str, Any]


def listener(number: int) -> str:
    return hashlib.sha256(f"listener {number}".encode()).hexdigest()


def write_plays(export: Path, rows: list[Row]) -> None:
    for day in sorted({row["started_at"].date() for row in rows}):
        folder = export / "plays" / f"day={day}"
        folder.mkdir(parents=True, exist_ok=True)
        of_day = [row for row in rows if row["started_at"].date() == day]
        pq.write_table(pa.Table.from_pylist(of_day, PLAYS), folder / "plays.parquet")


def write_tracks(export: Path, rows: list[Row]) -> None:
    export.mkdir(parents=True, exist_ok=True)
    with_sound = any("audio_path" in row for row in rows)
    schema = TRACKS.append(pa.field("audio_path", pa.string())) if with_sound else TRACKS
    pq.write_table(pa.Table.from_pylist(rows, schema), export / "tracks.parquet")


def write_erased(export: Path, listeners: list[str]) -> None:
    pq.write_table(pa.table({"listener": pa.array(listeners, pa.string())}), export / "erased.parquet")


@dataclass(frozen=True)
class TwoTastes:
    """Track ids are from 1. `heard[f]` are the tracks that fan f played, all of the taste `fan_taste[f]`."""

    taste_of: dict[int, int]
    artist_of: dict[int, int]
    fan_taste: list[int]
    heard: list[list[int]]
    new_tracks: list[int]
    plays: list[Row]
    tracks: list[Row]

    def write(self, export: Path) -> Path:
        write_tracks(export, self.tracks)
        write_plays(export, self.plays)
        return export


def two_tastes(fans: int = 60, artists: int = 6, tracks: int = 8, heard: int = 16, seed: int = 0) -> TwoTastes:
    """`artists` a taste with `tracks` each, the last of each unheard by all; `heard` tracks a fan."""
    chance = np.random.default_rng(seed)
    rows: list[Row] = []
    taste_of, artist_of, new_tracks = {}, {}, []
    for artist in range(2 * artists):
        for number in range(tracks):
            track = artist * tracks + number + 1
            taste_of[track], artist_of[track] = artist % 2, artist + 1
            if number == tracks - 1:
                new_tracks.append(track)
            rows.append(
                {
                    "track_id": track,
                    "artist_id": artist + 1,
                    "tags": [GENRES[artist % 2], "live"],
                    "genre": GENRES[artist % 2],
                    "released_on": date(2026, 1, 1) + timedelta(days=track),
                    "duration_ms": 200_000,
                }
            )
    fan_taste = [fan % 2 for fan in range(fans)]
    chosen: list[list[int]] = []
    plays: list[Row] = []
    for fan, taste in enumerate(fan_taste):
        own = [track for track in taste_of if taste_of[track] == taste and track not in new_tracks]
        picks = sorted(int(track) for track in chance.choice(own, heard, replace=False))
        chosen.append(picks)
        for track in picks:
            for _ in range(int(chance.integers(1, 4))):
                started = AS_OF - timedelta(days=int(chance.integers(0, 20)), seconds=int(chance.integers(1, 80_000)))
                plays.append(play(fan, track, artist_of[track], started, int(chance.integers(90_000, 200_001))))
    return TwoTastes(taste_of, artist_of, fan_taste, chosen, new_tracks, plays, rows)


def play(fan: int, track: int, artist: int, started_at: datetime, ms_played: int = 180_000, trust: float = 1.0) -> Row:
    return {
        "listener": listener(fan),
        "track_id": track,
        "artist_id": artist,
        "started_at": started_at,
        "ms_played": ms_played,
        "trust": trust,
    }
