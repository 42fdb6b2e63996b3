"""What a model has to be better than."""

import numpy as np
import scipy.sparse as sp

from backline_recommender.arrays import Csr, Float32
from backline_recommender.cold_items import unit_rows
from backline_recommender.interactions import Interactions
from backline_recommender.ranking import Score

KNN_NEIGHBOURS = 200


def popularity(train: Interactions) -> Score:
    listeners = train.listeners().astype(np.float32)
    return lambda histories: np.tile(listeners, (int(histories.shape[0]), 1))


def _strongest(row: Float32) -> Float32:
    least = np.partition(row, len(row) - KNN_NEIGHBOURS)[len(row) - KNN_NEIGHBOURS]
    return np.where(row >= least, row, 0.0).astype(np.float32)


def item_knn(train: Interactions) -> Score:
    """Cosine of who listens, the 200 nearest of each item."""
    items: Csr = unit_rows(train.confidences("binary").T.tocsr())
    across = items.T.tocsr()
    rows = []
    for start in range(0, train.item_count, 1_000):
        similar = (items[start : start + 1_000] @ across).toarray()
        similar[np.arange(len(similar)), start + np.arange(len(similar))] = 0.0
        rows.append(sp.csr_array(np.apply_along_axis(_strongest, 1, similar)))
    nearest = sp.csr_array(sp.vstack(rows))
    return lambda histories: (histories @ nearest).toarray().astype(np.float32)
