"""What was played, from `plays/day=YYYY-MM-DD/*.parquet`, summed as it is read: memory grows with pairs, not plays."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backline_recommender.catalogue import Catalogue
from backline_recommender.parquet import Columns, ExportError, read_batches, read_columns

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Float32 = NDArray[np.float32]

MIN_MS = 30_000
MIN_COMPLETION = 0.25
MAX_PLAYS_A_DAY = 5
"""Of one track by one listener; more says nothing about taste, and something about bots."""
TASTE_HALF_LIFE_DAYS = 75.0
RECENT_HALF_LIFE_DAYS = 7.0
ALLOWED_AHEAD_SECONDS = 120
COMPACT_AT = 20_000_000

DAY_FOLDER = re.compile(r"day=\d{4}-\d{2}-\d{2}")
US_A_DAY = 86_400_000_000


@dataclass(frozen=True)
class TrackSums:
    """What all listeners did, by row of the catalogue."""

    popularity: Float32
    """Trusted listens, at most one a listener and day, each worth half after TASTE_HALF_LIFE_DAYS."""
    recent: Float32
    """The same with RECENT_HALF_LIFE_DAYS."""
    heard: Float32
    """Trusted plays, each as the part of the track that was heard; nothing where that was too short to count."""
    passed: Float32
    """What is left of each trusted play."""


@dataclass(frozen=True)
class PlayCounts:
    listeners: int
    """Those with a play that was worth something."""
    plays: int
    passed_over: int
    """Rows that are of no use: a trust that is no number from 0 to 1, a time to come, an unknown track."""
    data_through: datetime | None


@dataclass(frozen=True)
class PlayLog:
    """Pairs of listener and track in ascending order, and the sums over all of them."""

    listeners: Int64
    tracks: Int64
    """Rows of the catalogue."""
    strengths: Float32
    """Completed plays, each worth half after TASTE_HALF_LIFE_DAYS."""
    trusts: Float32
    """0..1"""
    sums: TrackSums
    counts: PlayCounts


def play_values(ms_played: Int64, duration_ms: Int64) -> Float64:
    """What each play says of taste: the part that was heard, nothing under 30 s or a quarter. Duration 0 is unknown."""
    completion = np.minimum(1.0, ms_played / np.where(duration_ms > 0, duration_ms, MIN_MS))
    long_enough = (ms_played >= MIN_MS) | ((duration_ms > 0) & (ms_played >= duration_ms))
    return np.where(long_enough & (completion >= MIN_COMPLETION), completion, 0.0)


@dataclass
class _Pairs:
    """Sums by pair; `key` is listener × tracks + track."""

    key: Int64
    strength: Float64
    trust: Float64
    value: Float64

    def compacted(self) -> "_Pairs":
        keys, places = np.unique(self.key, return_inverse=True)
        strength, trust, value = (
            np.bincount(places, of, len(keys)).astype(np.float64) for of in (self.strength, self.trust, self.value)
        )
        return _Pairs(keys, strength, trust, value)


def _joined(parts: list[_Pairs]) -> _Pairs:
    return _Pairs(
        np.concatenate([part.key for part in parts]),
        np.concatenate([part.strength for part in parts]),
        np.concatenate([part.trust for part in parts]),
        np.concatenate([part.value for part in parts]),
    )


@dataclass
class _Reading:
    catalogue: Catalogue
    as_of: datetime
    erased: frozenset[str]
    codes: dict[str, int] = field(default_factory=dict)
    today: list[tuple[Int64, Int64, Int64, Float64, Float64]] = field(default_factory=list)
    parts: list[_Pairs] = field(default_factory=list)
    waiting: int = 0
    plays: int = 0
    passed_over: int = 0
    newest_us: int | None = None

    def __post_init__(self) -> None:
        self.popularity = np.zeros(self.catalogue.size)
        self.recent = np.zeros(self.catalogue.size)
        self.heard = np.zeros(self.catalogue.size)
        self.passed = np.zeros(self.catalogue.size)

    def listener_codes(self, batch: Columns) -> Int64:
        """-1 for those that are to be forgotten."""
        places, names = batch.codes("listener")
        known = [-1 if name in self.erased else self.codes.setdefault(name, len(self.codes)) for name in names]
        return np.asarray(known, dtype=np.int64)[places]

    def add(self, batch: Columns) -> None:
        batch = batch.drop_null_rows("listener", "track_id", "started_at", "ms_played", "trust")
        rows = self.catalogue.rows_of(batch.int64("track_id"))
        trust = batch.float32("trust").astype(np.float64)
        started_us = batch.microseconds("started_at")
        ms_played = batch.int64("ms_played")
        latest_us = int(self.as_of.timestamp() * 1e6) + ALLOWED_AHEAD_SECONDS * 1_000_000
        sound = (trust >= 0) & (trust <= 1) & (started_us >= 0) & (started_us <= latest_us) & (ms_played >= 0)
        listeners = self.listener_codes(batch)
        used = sound & (rows >= 0) & (listeners >= 0) & (trust > 0)
        self.passed_over += int(np.count_nonzero(~sound | (rows < 0)))
        self.plays += int(np.count_nonzero(used))
        if not used.any():
            return
        self._sum(listeners[used], rows[used], started_us[used], ms_played[used], trust[used])

    def _sum(self, listeners: Int64, rows: Int64, started_us: Int64, ms_played: Int64, trust: Float64) -> None:
        newest = int(started_us.max())
        self.newest_us = newest if self.newest_us is None else max(self.newest_us, newest)
        duration = self.catalogue.duration_ms[rows]
        value = play_values(ms_played, duration)
        self.heard += np.bincount(rows, trust * value, self.catalogue.size)
        self.passed += np.bincount(rows, trust * (1 - value), self.catalogue.size)

        liked = value > 0
        day = started_us // US_A_DAY
        self.today.append((listeners[liked], rows[liked], day[liked], value[liked], trust[liked]))

    def close_day(self) -> None:
        """Sums what was read since the last call; all plays of one day must come between two calls."""
        today, self.today = [part for part in self.today if len(part[0]) > 0], []
        if not today:
            return
        listeners, rows, day = (np.concatenate([part[place] for part in today]) for place in range(3))
        value, trust = (np.concatenate([part[place] for part in today]) for place in (3, 4))
        pair = listeners * self.catalogue.size + rows
        order = np.lexsort((day, pair))
        pair, day, value, trust = pair[order], day[order], value[order], trust[order]
        first = np.flatnonzero(np.r_[True, (pair[1:] != pair[:-1]) | (day[1:] != day[:-1])])
        of_day = np.minimum(np.add.reduceat(value, first), MAX_PLAYS_A_DAY)
        believed = np.add.reduceat(value * trust, first) / np.add.reduceat(value, first)
        pair = pair[first]
        rows = pair % self.catalogue.size

        age_days = np.maximum(0.0, self.as_of.timestamp() / 86_400 - (day[first] + 0.5))
        decay = 0.5 ** (age_days / TASTE_HALF_LIFE_DAYS)
        listens = believed * np.minimum(1.0, of_day)
        self.popularity += np.bincount(rows, listens * decay, self.catalogue.size)
        self.recent += np.bincount(rows, listens * 0.5 ** (age_days / RECENT_HALF_LIFE_DAYS), self.catalogue.size)
        self._hold(_Pairs(pair, of_day * decay, of_day * believed, of_day))

    def _hold(self, pairs: _Pairs) -> None:
        self.parts.append(pairs)
        self.waiting += len(pairs.key)
        if self.waiting > COMPACT_AT:
            self.parts = [_joined(self.parts).compacted()]
            self.waiting = 0

    def finished(self) -> PlayLog:
        empty = _Pairs(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0))
        pairs = _joined([empty, *self.parts]).compacted()
        codes, listeners = np.unique(pairs.key // max(1, self.catalogue.size), return_inverse=True)
        newest = self.newest_us
        return PlayLog(
            listeners=listeners.astype(np.int64),
            tracks=pairs.key % max(1, self.catalogue.size),
            strengths=pairs.strength.astype(np.float32),
            trusts=(pairs.trust / pairs.value).astype(np.float32),
            sums=TrackSums(
                popularity=self.popularity.astype(np.float32),
                recent=self.recent.astype(np.float32),
                heard=self.heard.astype(np.float32),
                passed=self.passed.astype(np.float32),
            ),
            counts=PlayCounts(
                listeners=len(codes),
                plays=self.plays,
                passed_over=self.passed_over,
                data_through=None if newest is None else datetime.fromtimestamp(newest / 1e6, UTC),
            ),
        )


def files_by_day(export: Path) -> list[list[Path]]:
    """Files that are still being written have a name that starts with a dot or an underscore."""
    home = export / "plays"
    if not home.is_dir():
        raise ExportError(f"{home}: no such folder")
    days = sorted(folder for folder in home.iterdir() if DAY_FOLDER.fullmatch(folder.name) is not None)
    return [[path for path in sorted(day.glob("*.parquet")) if path.name[0] not in "._"] for day in days]


def erased_listeners(export: Path) -> frozenset[str]:
    path = export / "erased.parquet"
    if not path.exists():
        return frozenset()
    return frozenset(read_columns(path, "erased").drop_null_rows("listener").objects("listener"))


def read_plays(export: Path, catalogue: Catalogue, as_of: datetime) -> PlayLog:
    """All plays but those of erased listeners. Raises ExportError."""
    reading = _Reading(catalogue, as_of, erased_listeners(export))
    for files in files_by_day(export):
        for path in files:
            for batch in read_batches(path, "plays"):
                reading.add(batch)
        reading.close_day()
    return reading.finished()
