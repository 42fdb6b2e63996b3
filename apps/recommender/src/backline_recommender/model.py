"""A trained model in memory, as it answers."""

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from backline_recommender.artefacts import Array, Artefact, ArtefactError
from backline_recommender.catalogue import rows_of
from backline_recommender.exploration import NEW_BELOW_LISTENS
from backline_recommender.history import History
from backline_recommender.index import FILE as INDEX_FILE
from backline_recommender.index import TrackIndex
from backline_recommender.listener import Listener, Listeners
from backline_recommender.ranker import Ranker
from backline_recommender.taste import NO_CANDIDATES, Candidates, Ranked, ranked
from backline_recommender.wire import EngineModelStatus

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Bool = NDArray[np.bool_]

CANDIDATES = 400
"""How many of the ranker's best are looked at."""
RISING_LOOKED_AT = 100
"""Of the tracks with the most recent listens, where not all are looked at."""
POPULAR_ROOM = 2_000


@dataclass(frozen=True)
class Tracks:
    """One entry for each track, ids ascending."""

    ids: Int64
    artist_ids: Int64
    duration_ms: Int64
    popularity: Float32
    recent: Float32
    heard: Float32
    passed: Float32

    @property
    def size(self) -> int:
        return len(self.ids)


TRACK_ARRAYS = {
    "track_ids": np.int64,
    "artist_ids": np.int64,
    "duration_ms": np.int64,
    "popularity": np.float32,
    "recent": np.float32,
    "heard": np.float32,
    "passed": np.float32,
}


def track_arrays(tracks: Tracks) -> dict[str, Array]:
    named = (tracks.ids, *(getattr(tracks, name) for name in list(TRACK_ARRAYS)[1:]))
    return dict(zip(TRACK_ARRAYS, named, strict=True))


def _tracks_of(artefact: Artefact) -> Tracks:
    missing = TRACK_ARRAYS.keys() - artefact.arrays.keys()
    if missing:
        raise ArtefactError(f"{artefact.version}: no {', '.join(sorted(missing))}")
    arrays = [artefact.arrays[name] for name in TRACK_ARRAYS]
    count = len(arrays[0])
    for (name, dtype), array in zip(TRACK_ARRAYS.items(), arrays, strict=True):
        if array.dtype != dtype or array.shape != (count,) or not np.isfinite(array).all():
            raise ArtefactError(f"{artefact.version}: {name} is not what it should be")
    return Tracks(*arrays)


class Model:
    """Immutable, and safe to ask from several threads."""

    def __init__(self, status: EngineModelStatus, tracks: Tracks, ranker: Ranker, index: TrackIndex | None) -> None:
        self.version = status.version
        self.status = status
        self.tracks = tracks
        self._listeners = Listeners(ranker)
        self._index = index
        self._by_listens = np.lexsort((tracks.ids, -tracks.popularity, -tracks.recent))
        self._new = np.flatnonzero(tracks.popularity < NEW_BELOW_LISTENS)
        self._most_listens = float(tracks.popularity.max(initial=0.0))
        self._recent_share = float(tracks.recent.sum()) / max(1e-9, float(tracks.popularity.sum()))

    @staticmethod
    def of(artefact: Artefact) -> "Model":
        """Raises ArtefactError where the files are whole but don't fit together."""
        said = artefact.manifest.description
        tracks = _tracks_of(artefact)
        ranker = Ranker.from_arrays(artefact.arrays)
        if ranker.item_count != tracks.size:
            raise ArtefactError(f"{artefact.version}: the ranker is of other tracks")
        status = EngineModelStatus(
            version=artefact.version,
            trained_at=said.trained_at,
            trainer=cast(Literal["local", "spark"], said.trainer),
            family=said.family,
            tracks=said.tracks,
            listeners=said.listeners,
            data_through=said.data_through,
        )
        raw = artefact.blobs.get(INDEX_FILE)
        index = None if raw is None else TrackIndex.of(raw, tracks.size, ranker.ials.factors.shape[1])
        return Model(status, tracks, ranker, index)

    @property
    def trained_at(self) -> str:
        return self.status.trained_at

    def rows_of(self, track_ids: list[int]) -> Int64:
        """-1 for those that the model doesn't know."""
        return rows_of(self.tracks.ids, np.array(track_ids, dtype=np.int64))

    def barred(self, heard: Int64, excluded: list[int]) -> Int64:
        rows = np.append(heard, self.rows_of(excluded))
        return np.unique(rows[rows >= 0])

    def listener(self, history: History) -> Listener | None:
        """None for who played nothing that the model knows."""
        return None if len(history) == 0 else self._listeners.of(history)

    def candidates(self, listener: Listener | None, barred: Int64) -> Candidates:
        """The ranker's best without those that are barred."""
        if listener is None:
            return NO_CANDIDATES
        return (
            self._all_looked_at(listener, barred) if self._index is None else self._found(self._index, listener, barred)
        )

    def _all_looked_at(self, listener: Listener, barred: Int64) -> Candidates:
        z = listener.z_of_all()
        mean = (float(z.sum()) - float(z[barred].sum())) / max(1, len(z) - len(barred))
        z[barred] = -np.inf
        count = min(CANDIDATES, len(z))
        rows = np.argpartition(z, len(z) - count)[-count:]
        rows = rows[np.isfinite(z[rows])]
        return Candidates(rows, z[rows], mean)

    def _found(self, index: TrackIndex, listener: Listener, barred: Int64) -> Candidates:
        """For a catalogue too large to look at, beside which the listener's own plays don't move the mean from 0."""
        near = index.nearest(listener.vector.astype(np.float32), CANDIDATES + min(len(barred), CANDIDATES))
        rising = self._by_listens[:RISING_LOOKED_AT]
        rows = np.setdiff1d(np.concatenate([near, listener.strongest_linear(CANDIDATES), rising]), barred)
        return Candidates(rows, listener.z_of(rows), 0.0)

    def ranked(self, candidates: Candidates, limit: int) -> Ranked:
        rows = candidates.rows
        return ranked(candidates, self.tracks.popularity[rows], self.tracks.recent[rows], limit)

    def is_unheard(self, row: int) -> bool:
        """Whether what is known of a track is what it is, not who plays it."""
        return bool(self.tracks.popularity[row] < 1)

    def is_rising(self, row: int) -> bool:
        """Whether more of its listens are recent than of all tracks'."""
        share = self.tracks.recent[row] / max(1e-9, float(self.tracks.popularity[row]))
        return bool(share > self._recent_share)

    def share_of_listens(self, row: int) -> float:
        """Beside the track that was listened to most."""
        return float(self.tracks.popularity[row]) / max(1.0, self._most_listens)

    def most_listened(self, barred: Int64) -> Int64:
        """Lately, best first, without those that are barred."""
        rows = self._by_listens[: POPULAR_ROOM + len(barred)]
        return rows[~np.isin(rows, barred)]

    def are_new(self, rows: Int64) -> Bool:
        """Of each track whether few have heard it."""
        new: Bool = self.tracks.popularity[rows] < NEW_BELOW_LISTENS
        return new

    def some_new(self, count: int, chance: np.random.Generator) -> Int64:
        """At most so many of the tracks that few have heard, by chance."""
        if len(self._new) <= count:
            return self._new
        return np.unique(self._new[chance.integers(len(self._new), size=count)])

    def are_known(self, rows: Int64) -> Bool:
        """Of each track whether the ranker has any word on it."""
        return self._listeners.knows(rows)
