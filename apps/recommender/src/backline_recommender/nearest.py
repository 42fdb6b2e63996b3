"""The neighbours of every track, as the ranker has them: what one play of a track adds to others."""

import numpy as np
import scipy.sparse as sp

from backline_recommender.arrays import Csr
from backline_recommender.artefacts import Array
from backline_recommender.model import Tracks
from backline_recommender.ranker import Ranker
from backline_recommender.ranking import blocks

NEIGHBOURS = 100


def _one_play_each(rows: slice, count: int) -> Csr:
    plays = np.arange(rows.start, rows.stop)
    return sp.csr_array((np.ones(len(plays), np.float32), plays, np.arange(len(plays) + 1)), shape=(len(plays), count))


def neighbour_arrays(tracks: Tracks, ranker: Ranker) -> dict[str, Array]:
    """For `item_neighbours.bin`: of each track at most NEIGHBOURS, those with a score above the mean of all tracks."""
    kept = min(NEIGHBOURS, max(0, tracks.size - 1))
    counts, rows, weights = [np.zeros(1, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
    for block in blocks(tracks.size, tracks.size):
        z = ranker.scores_of_many(_one_play_each(block, tracks.size))
        z[np.arange(len(z)), np.arange(block.start, block.stop)] = -np.inf
        nearest = np.argsort(-z, axis=1, kind="stable")[:, :kept]
        scores = np.take_along_axis(z, nearest, axis=1)
        near = scores > 0
        counts.append(near.sum(axis=1))
        rows.append(nearest[near])
        weights.append(scores[near])
    return {
        "trackIds": tracks.ids,
        "artistIds": tracks.artist_ids,
        "popularity": tracks.popularity,
        "offsets": np.cumsum(np.concatenate(counts)),
        "neighbours": np.concatenate(rows),
        "weights": np.concatenate(weights),
    }
