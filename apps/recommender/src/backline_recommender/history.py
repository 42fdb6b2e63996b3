"""What a listener played, as the ranker takes it: a weight for each track, the same way that training weighs plays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from backline_recommender.plays import TASTE_HALF_LIFE_DAYS, play_values
from backline_recommender.wire import RecentPlay

MAX_TRACKS = 300
"""Of a longer history only the tracks that weigh most are ranked by."""

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Rows of the catalogue, each once, the heaviest first; weights are positive."""

    rows: Int64
    weights: Float32

    def __len__(self) -> int:
        return len(self.rows)


NOTHING = History(np.zeros(0, np.int64), np.zeros(0, np.float32))


def of_rows(rows: Int64, values: Float64) -> History:
    """Sums the values of each row; tracks that come to nothing are left out."""
    used = (rows >= 0) & (values > 0)
    if not used.any():
        return NOTHING
    each, places = np.unique(rows[used], return_inverse=True)
    sums = np.bincount(places, values[used], len(each))
    order = np.argsort(-sums, kind="stable")[:MAX_TRACKS]
    logs = np.log1p(sums[order])
    return History(each[order], (logs / logs.mean()).astype(np.float32))


def _worth(plays: Sequence[RecentPlay], duration_ms: Int64) -> Float64:
    ms_played = np.array([0 if play.ms_played is UNSET else play.ms_played for play in plays], dtype=np.int64)
    heard = np.where([play.ms_played is UNSET for play in plays], 1.0, play_values(ms_played, duration_ms))
    return np.array(
        [worth if play.weight is UNSET else play.weight for play, worth in zip(plays, heard, strict=True)],
        dtype=np.float64,
    )


class NoSuchTimeError(Exception):
    """A time of the right form that no calendar has; `place` is that of the play."""

    def __init__(self, place: int) -> None:
        super().__init__(f"the time of play {place} does not exist")
        self.place = place


def _started_days(place: int, play: RecentPlay) -> float:
    """Days since 1970."""
    try:
        return datetime.fromisoformat(play.started_at).timestamp() / 86_400
    except ValueError as cause:
        raise NoSuchTimeError(place) from cause


def of_plays(plays: Sequence[RecentPlay], rows: Int64, duration_ms: Int64) -> History:
    """`rows` are those of the plays, -1 where unknown; ages are counted from the newest. Raises NoSuchTimeError."""
    days = np.array([_started_days(place, play) for place, play in enumerate(plays)])
    known = rows >= 0
    if not known.any():
        return NOTHING
    worth = _worth(plays, np.where(known, duration_ms[np.maximum(rows, 0)], 0))
    decay = 0.5 ** ((days.max() - days) / TASTE_HALF_LIFE_DAYS)
    return of_rows(rows, worth * decay)
