"""The fast form of the ranker gives the ranker's own scores and parts."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from backline_recommender.arrays import Csr, Int64
from backline_recommender.history import History
from backline_recommender.ials import Ials, IalsSettings, gram_of
from backline_recommender.interactions import Scale
from backline_recommender.listener import Listeners
from backline_recommender.ranker import Ranker

TRACKS, DIMENSIONS = 30, 6


def made_ranker(seed: int, share: float, scale: Scale, density: float) -> Ranker:
    chance = np.random.default_rng(seed)
    factors = chance.normal(size=(TRACKS, DIMENSIONS)).astype(np.float32)
    neighbours: Csr = sp.csr_array(sp.random_array((TRACKS, TRACKS), density=density, dtype=np.float32, rng=chance))
    neighbours.sort_indices()
    ials = Ials(IalsSettings(DIMENSIONS, 0.1, 0.01), factors, gram_of(factors), TRACKS)
    return Ranker(scale, share, ials, neighbours)


def made_history(rows: list[int], seed: int) -> History:
    weights = np.random.default_rng(seed).uniform(0.1, 3, len(rows)).astype(np.float32)
    return History(np.array(rows, dtype=np.int64), weights)


@settings(deadline=None)
@given(
    st.integers(0, 1_000),
    st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from(["lognorm", "binary"]),
    st.sampled_from([0.0, 0.2, 1.0]),
    st.lists(st.integers(0, TRACKS - 1), min_size=1, max_size=12, unique=True),
    st.lists(st.integers(0, TRACKS - 1), min_size=1, max_size=9, unique=True),
)
def test_scores_and_parts_are_the_rankers(
    seed: int, share: float, scale: Scale, density: float, played: list[int], asked: list[int]
) -> None:
    ranker, history = made_ranker(seed, share, scale, density), made_history(played, seed)
    listener = Listeners(ranker).of(history)
    rows: Int64 = np.array(asked, dtype=np.int64)
    scores = ranker.scores(history.rows, history.weights)
    assert listener.z_of_all() == pytest.approx(scores, rel=1e-3, abs=1e-4)
    assert listener.z_of(rows) == pytest.approx(scores[rows], rel=1e-3, abs=1e-4)
    parts = listener.parts(rows)
    assert parts.sum(axis=0) == pytest.approx(scores[rows], rel=1e-3, abs=1e-4)
    for place, row in enumerate(asked):
        assert parts[:, place] == pytest.approx(
            ranker.contributions(history.rows, history.weights, row), rel=1e-3, abs=1e-4
        )


def test_the_tracks_that_ease_has_a_word_on() -> None:
    ranker = made_ranker(1, 0.5, "lognorm", 0.1)
    history = made_history([3, 4], 1)
    expected = np.unique(np.concatenate([ranker.neighbours[[row]].indices for row in (3, 4)]))
    listener = Listeners(ranker).of(history)
    assert sorted(listener.strongest_linear(TRACKS).tolist()) == expected.tolist()
    first = int(listener.strongest_linear(1)[0])
    sums = history.weights @ ranker.neighbours[[3, 4]].toarray()
    assert first == int(sums.argmax())
