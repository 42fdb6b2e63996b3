"""Small made-up listening for tests of the models."""

import numpy as np

from backline_recommender.arrays import Float32
from backline_recommender.interactions import Interactions, interactions


def two_camps(users: int = 60, items: int = 40, plays: int = 8, seed: int = 0) -> Interactions:
    """Even users play even items, odd users odd ones."""
    chance = np.random.default_rng(seed)
    rows, columns = [], []
    for user in range(users):
        own = np.arange(user % 2, items, 2)
        picked = chance.choice(own, plays, replace=False)
        rows.extend([user] * plays)
        columns.extend(picked.tolist())
    strengths = chance.integers(1, 30, len(rows)).astype(np.float32)
    return of_pairs(rows, columns, strengths, (users, items))


def of_pairs(rows: list[int], columns: list[int], strengths: Float32, shape: tuple[int, int]) -> Interactions:
    return interactions(np.array(rows), np.array(columns), strengths, np.ones_like(strengths), shape)
