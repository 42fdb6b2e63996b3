"""The ranker's word on one listener. What all answers need is computed once; scores are asked for by track.

The scores and parts are those of `Ranker.scores` and `Ranker.contributions`, of which this is the fast form: nothing
here takes time that grows with the catalogue but `z_of_all`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from backline_recommender.arrays import Bool, Float32, Float64, Int64
from backline_recommender.history import History
from backline_recommender.ranker import NO_SPREAD, Ranker


@dataclass(frozen=True)
class _Linear:
    """Tracks that the plays add to in EASE's terms: ascending, with their sums and moments over all tracks."""

    rows: Int64
    sums: Float64
    mean: float
    deviation: float


def _deviation(mean_square: float, mean: float) -> float:
    deviation = max(0.0, mean_square - mean * mean) ** 0.5
    return deviation if deviation > NO_SPREAD else np.inf


class Listeners:
    """Of one ranker."""

    def __init__(self, ranker: Ranker) -> None:
        wide = ranker.ials.factors.astype(np.float64)
        self.ranker = ranker
        self.count = max(1, ranker.item_count)
        self.mean_factor: Float64 = wide.sum(axis=0) / self.count
        self.second_moment: Float64 = wide.T @ wide / self.count
        self.neighbour_means: Float64 = np.asarray(ranker.neighbours.sum(axis=1), dtype=np.float64).ravel() / self.count

    def knows(self, rows: Int64) -> Bool:
        """Of each track whether the ranker has any word on it."""
        known: Bool = (self.ranker.ials.factors[rows] != 0).any(axis=1)
        return known

    def of(self, history: History) -> "Listener":
        return Listener(self, history)


class Listener:
    """Has played at least one track."""

    def __init__(self, among: Listeners, history: History) -> None:
        ranker = among.ranker
        self._among = among
        self._ranker = ranker
        self._rows = history.rows
        binary = ranker.scale == "binary"
        self._confidences: Float64 = np.ones(len(history)) if binary else history.weights.astype(np.float64)
        self._vectors: Float64 = ranker.ials.factors[history.rows].astype(np.float64)
        self._normal = cho_factor(self._normal_matrix(), lower=True, overwrite_a=True, check_finite=False)
        self.vector: Float64 = cho_solve(self._normal, self._confidences @ self._vectors, check_finite=False)

        self._ials_mean = float(self.vector @ among.mean_factor)
        self._ials_deviation = _deviation(float(self.vector @ among.second_moment @ self.vector), self._ials_mean)

    def _normal_matrix(self) -> Float64:
        """A of A·u = b: that of `Ials.fold_in`."""
        ials = self._ranker.ials
        settings = ials.settings
        mass = settings.unobserved * ials.trained_items + len(self._rows)
        normal: Float64 = (
            settings.unobserved * ials.gram + (self._vectors * self._confidences[:, None]).T @ self._vectors
        )
        normal[np.diag_indices_from(normal)] += settings.regularisation * mass**settings.frequency
        return normal

    @cached_property
    def _entries(self) -> tuple[Int64, Int64, Float64]:
        """Every weight of the played tracks' neighbours: which play, which track, and what it adds."""
        neighbours = self._ranker.neighbours
        starts = neighbours.indptr[self._rows].astype(np.int64)
        lengths = neighbours.indptr[self._rows + 1].astype(np.int64) - starts
        plays = np.repeat(np.arange(len(self._rows)), lengths)
        places = np.arange(len(plays)) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
        added = neighbours.data[places].astype(np.float64) * self._confidences[plays]
        return plays, neighbours.indices[places].astype(np.int64), added

    @cached_property
    def _linear(self) -> _Linear:
        _, tracks, added = self._entries
        order = np.argsort(tracks)
        tracks, added = tracks[order], added[order]
        first = np.flatnonzero(np.r_[True, tracks[1:] != tracks[:-1]][: len(tracks)])
        sums = np.add.reduceat(added, first) if len(first) > 0 else np.zeros(0)
        mean = float(sums.sum()) / self._among.count
        return _Linear(tracks[first], sums, mean, _deviation(float(sums @ sums) / self._among.count, mean))

    def strongest_linear(self, count: int) -> Int64:
        """The tracks that EASE thinks most of, in any order."""
        linear = self._linear
        if self._ranker.ease_share == 0 or len(linear.rows) <= count:
            return linear.rows[:count]
        return linear.rows[np.argpartition(-linear.sums, count)[:count]]

    def _blended(self, ials: Float64) -> Float64:
        return (ials - self._ials_mean) * ((1 - self._ranker.ease_share) / self._ials_deviation)

    def z_of(self, rows: Int64) -> Float32:
        share, linear = self._ranker.ease_share, self._linear
        z = self._blended((self._ranker.ials.factors[rows] @ self.vector.astype(np.float32)).astype(np.float64))
        if share > 0:
            places = np.minimum(np.searchsorted(linear.rows, rows), max(0, len(linear.rows) - 1))
            known = linear.rows[places] == rows if len(linear.rows) > 0 else np.zeros(len(rows), dtype=bool)
            sums = np.where(known, linear.sums[places] if len(linear.rows) > 0 else 0.0, 0.0)
            z = z + (sums - linear.mean) * (share / linear.deviation)
        return z.astype(np.float32)

    def ials_z_of(self, rows: Int64) -> Float32:
        """In iALS's terms alone: EASE has no word on what nobody has played."""
        scores = self._ranker.ials.factors[rows] @ self.vector.astype(np.float32)
        return ((scores - self._ials_mean) / self._ials_deviation).astype(np.float32)

    def z_of_all(self) -> Float32:
        share, linear = self._ranker.ease_share, self._linear
        weight = (1 - share) / self._ials_deviation
        z: Float32 = self._ranker.ials.factors @ (self.vector * weight).astype(np.float32)
        offset = self._ials_mean * weight
        if share > 0:
            z[linear.rows] += (linear.sums * (share / linear.deviation)).astype(np.float32)
            offset += linear.mean * share / linear.deviation
        z -= np.float32(offset)
        return z

    def parts(self, rows: Int64) -> Float64:
        """[plays, len(rows)] What each play adds to the z-score of each of these tracks; all of them sum to it."""
        share = self._ranker.ease_share
        beyond = self._ranker.ials.factors[rows].astype(np.float64) - self._among.mean_factor
        pulls = cho_solve(self._normal, beyond.T, check_finite=False)
        parts: Float64 = self._confidences[:, None] * (self._vectors @ pulls) * ((1 - share) / self._ials_deviation)
        if share > 0:
            parts += self._linear_parts(rows) * (share / self._linear.deviation)
        return parts

    def _linear_parts(self, rows: Int64) -> Float64:
        plays, tracks, added = self._entries
        order = np.argsort(rows)
        places = np.minimum(np.searchsorted(rows, tracks, sorter=order), len(rows) - 1)
        found = rows[order[places]] == tracks
        parts = np.zeros((len(self._rows), len(rows)))
        parts[plays[found], order[places[found]]] = added[found]
        parts -= (self._confidences * self._among.neighbour_means[self._rows])[:, None]
        return parts
