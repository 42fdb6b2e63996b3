"""Implicit ALS with the objective of Rendle et al., "Revisiting the Performance of iALS" (arXiv 2110.14037).

Σ over plays c·(u·v − 1)² + α₀ Σ over all pairs (u·v)² + λ Σ (α₀·others + plays)^ν ‖·‖²
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from backline_recommender.arrays import Csr, Float32, Float64, Int64


@dataclass(frozen=True)
class IalsSettings:
    dimensions: int
    unobserved: float
    """α₀, the weight of a pair without a play beside one with."""
    regularisation: float
    """λ"""
    frequency: float = 1.0
    """ν, how far regularisation grows with the number of plays."""
    epochs: int = 15


@dataclass(frozen=True)
class Ials:
    """`factors` is items × dimensions, `gram` its inner product over the items that it was trained on."""

    settings: IalsSettings
    factors: Float32
    gram: Float64
    trained_items: int

    def _normal_matrix(self, vectors: Float64, confidences: Float64) -> Float64:
        """The matrix A of A·u = b for a listener whose plays have these vectors [n, d] and confidences [n]."""
        plays = len(confidences)
        ridge = (
            self.settings.regularisation
            * (self.settings.unobserved * self.trained_items + plays) ** self.settings.frequency
        )
        observed = (vectors * confidences[:, None]).T @ vectors
        normal: Float64 = self.settings.unobserved * self.gram + observed
        normal[np.diag_indices_from(normal)] += ridge
        return normal

    def fold_in(self, history: Csr) -> Float32:
        """[listeners, d] The vector that training would give each row of `history` (listeners × items)."""
        users = np.zeros((history.shape[0], self.factors.shape[1]), dtype=np.float32)
        for user in range(history.shape[0]):
            plays = slice(history.indptr[user], history.indptr[user + 1])
            if plays.start < plays.stop:
                users[user] = self._solved(history.indices[plays].astype(np.int64), history.data[plays])
        return users

    def _solved(self, items: Int64, weights: Float32) -> Float64:
        vectors = self.factors[items].astype(np.float64)
        confidences = weights.astype(np.float64)
        normal = self._normal_matrix(vectors, confidences)
        solution: Float64 = cho_solve(cho_factor(normal, lower=True, overwrite_a=True), confidences @ vectors)
        return solution

    def shares(self, history: Csr, item_vector: Float32) -> Float64:
        """
        [plays] What each play of the single row adds to the score of an item: their sum is u·v.

        From Hu, Koren, Volinsky (2008), section 5: u = A⁻¹ Σ c·v, so u·v is a sum over plays.
        """
        vectors = self.factors[history.indices].astype(np.float64)
        confidences = history.data.astype(np.float64)
        if len(confidences) == 0:
            return np.zeros(0)
        normal = self._normal_matrix(vectors, confidences)
        pull = cho_solve(cho_factor(normal, lower=True, overwrite_a=True), item_vector.astype(np.float64))
        shares: Float64 = confidences * (vectors @ pull)
        return shares


def gram_of(factors: Float32) -> Float64:
    wide = factors.astype(np.float64)
    return np.asarray(wide.T @ wide)
