"""The model that was chosen: what a listener's plays say of every item, and what each play has to do with it.

A score is a blend of z-scores, (1 − share)·z(iALS) + share·z(EASE), each z over all items of the catalogue. Both
families are linear in what a play contributes, so the contributions of the plays sum to the score exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from backline_recommender.arrays import Csr, Float32, Float64, Int64
from backline_recommender.artefacts import ArtefactError
from backline_recommender.ials import Ials, IalsSettings, gram_of
from backline_recommender.interactions import Scale

SCALE_CODES: tuple[Scale, ...] = ("lognorm", "binary")
NO_SPREAD = 1e-9
"""A standard deviation below this is none: all items score alike."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Moments:
    """Of a family's scores over all items, one entry for each listener."""

    mean: Float64
    deviation: Float64


def _moments(total: Float64, squares: Float64, count: int) -> Moments:
    mean = total / max(1, count)
    deviation = np.sqrt(np.maximum(squares / max(1, count) - mean**2, 0.0))
    return Moments(mean, np.where(deviation > NO_SPREAD, deviation, np.inf))


@dataclass(frozen=True)
class Ranker:
    """
    Histories are listeners × items of confidences; `rows` and `weights` are one listener's, an item at most once.

    Who has no history scores 0 everywhere. Immutable, and safe to ask from several threads.
    """

    scale: Scale
    ease_share: float
    ials: Ials
    """`factors` has a row for each item; that of an item which nobody played may be guessed from its content."""
    neighbours: Csr
    """items × items: what a play of the row adds to others, in EASE's terms."""

    @property
    def item_count(self) -> int:
        return len(self.ials.factors)

    @cached_property
    def _mean_factor(self) -> Float64:
        return np.asarray(self.ials.factors.sum(axis=0, dtype=np.float64) / max(1, self.item_count))

    @cached_property
    def _second_moment(self) -> Float64:
        return gram_of(self.ials.factors)

    @cached_property
    def _neighbour_means(self) -> Float64:
        return np.asarray(self.neighbours.sum(axis=1), dtype=np.float64).ravel() / max(1, self.item_count)

    def _history(self, rows: Int64, weights: Float32) -> Csr:
        if not (np.isfinite(weights).all() and (weights >= 0).all()):
            raise ValueError("a weight is a number of at least 0")
        return self._scaled(sp.csr_array((weights, rows, np.array([0, len(rows)])), shape=(1, self.item_count)))

    def _scaled(self, histories: Csr) -> Csr:
        data = histories.data if self.scale == "lognorm" else np.ones_like(histories.data)
        return sp.csr_array((data.astype(np.float32), histories.indices, histories.indptr), shape=histories.shape)

    def _ials_moments(self, users: Float32) -> Moments:
        wide = users.astype(np.float64)
        squares = np.einsum("ud,de,ue->u", wide, self._second_moment, wide, optimize=True)
        return _moments(wide @ self._mean_factor * self.item_count, squares, self.item_count)

    def _ease_scores(self, histories: Csr) -> tuple[Csr, Moments]:
        scores = sp.csr_array(histories @ self.neighbours)
        ones = np.ones(self.item_count)
        return scores, _moments(scores @ ones, scores.multiply(scores) @ ones, self.item_count)

    def scores_of_many(self, histories: Csr) -> Float32:
        """[listeners, items]"""
        taken = self._scaled(histories)
        users = self.ials.fold_in(taken)
        moments = self._ials_moments(users)
        scores = (users * (1 - self.ease_share) / moments.deviation[:, None].astype(np.float32)) @ self.ials.factors.T
        offset = (1 - self.ease_share) * moments.mean / moments.deviation
        if self.ease_share > 0:
            linear, moments = self._ease_scores(taken)
            scores += linear.multiply((self.ease_share / moments.deviation)[:, None]).toarray()
            offset += self.ease_share * moments.mean / moments.deviation
        return (scores - offset[:, None]).astype(np.float32)

    def scores(self, rows: Int64, weights: Float32) -> Float32:
        """[items]"""
        scores: Float32 = self.scores_of_many(self._history(rows, weights))[0]
        return scores

    def scores_of(self, rows: Int64, weights: Float32, items: Int64) -> Float32:
        """[len(items)] What `scores` has for these items, without a look at all others."""
        history = self._history(rows, weights)
        users = self.ials.fold_in(history)
        moments = self._ials_moments(users)
        scores = (self.ials.factors[items] @ users[0] - moments.mean[0]) / moments.deviation[0] * (1 - self.ease_share)
        if self.ease_share > 0:
            linear, moments = self._ease_scores(history)
            of_items = linear[:, items].toarray()[0]
            scores = scores + (of_items - moments.mean[0]) / moments.deviation[0] * self.ease_share
        return np.asarray(scores, dtype=np.float32)

    def contributions(self, rows: Int64, weights: Float32, item: int) -> Float32:
        """[len(rows)] What each play adds to the score of the item; their sum is that score."""
        history = self._history(rows, weights)
        moments = self._ials_moments(self.ials.fold_in(history))
        beyond_mean = self.ials.factors[item] - self._mean_factor
        added = self.ials.shares(history, beyond_mean.astype(np.float32)) / moments.deviation[0] * (1 - self.ease_share)
        if self.ease_share > 0:
            _, moments = self._ease_scores(history)
            linear = self.neighbours[rows][:, [item]].toarray()[:, 0] - self._neighbour_means[rows]
            added = added + history.data * linear / moments.deviation[0] * self.ease_share
        return np.asarray(added, dtype=np.float32)

    def to_arrays(self) -> dict[str, Array]:
        """All there is to the model; `from_arrays` makes the same of it."""
        settings = self.ials.settings
        return {
            "ranker_settings": np.array(
                [
                    SCALE_CODES.index(self.scale),
                    self.ease_share,
                    settings.unobserved,
                    settings.regularisation,
                    settings.frequency,
                    settings.epochs,
                    self.ials.trained_items,
                ],
                dtype=np.float64,
            ),
            "ranker_factors": self.ials.factors,
            "ranker_gram": self.ials.gram,
            "ranker_neighbour_pointers": self.neighbours.indptr.astype(np.int64),
            "ranker_neighbour_items": self.neighbours.indices.astype(np.int32),
            "ranker_neighbour_weights": self.neighbours.data.astype(np.float32),
        }

    @staticmethod
    def from_arrays(arrays: Mapping[str, Array]) -> "Ranker":
        """Raises ArtefactError if an array is missing, has another shape or holds what is no number."""
        stored = _Stored(arrays)
        scale, share, unobserved, regularisation, frequency, epochs, trained_items = stored.take(
            "ranker_settings", np.float64, (7,)
        )
        factors = stored.take("ranker_factors", np.float32, (None, None))
        items, dimensions = factors.shape
        settings = IalsSettings(
            dimensions, float(unobserved), float(regularisation), float(frequency), epochs=int(epochs)
        )
        gram = stored.take("ranker_gram", np.float64, (dimensions, dimensions))
        pointers = stored.take("ranker_neighbour_pointers", np.int64, (items + 1,))
        weights = stored.take("ranker_neighbour_weights", np.float32, (int(pointers[-1]),))
        columns = stored.take("ranker_neighbour_items", np.int32, weights.shape)
        sound = (
            pointers[0] == 0
            and (np.diff(pointers) >= 0).all()
            and ((columns >= 0) & (columns < items)).all()
            and scale in range(len(SCALE_CODES))
            and 0 <= share <= 1
        )
        if not sound:
            raise ArtefactError("the ranker's arrays don't fit together")
        return Ranker(
            SCALE_CODES[int(scale)],
            float(share),
            Ials(settings, factors, gram, int(trained_items)),
            sp.csr_array((weights, columns, pointers), shape=(items, items)),
        )


@dataclass(frozen=True)
class _Stored:
    arrays: Mapping[str, Array]

    def take(self, name: str, dtype: type, shape: tuple[int | None, ...]) -> Array:
        """A None in the shape is any length."""
        array = self.arrays.get(name)
        if array is None:
            raise ArtefactError(f"no {name}")
        fits = len(array.shape) == len(shape) and all(
            expected in (None, length) for expected, length in zip(shape, array.shape, strict=True)
        )
        if array.dtype != dtype or not fits or not np.isfinite(array).all():
            raise ArtefactError(f"{name} is not what it should be")
        return array
