import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from backline_recommender.blending import blend_values, shortlist, standardised
from backline_recommender.metrics import top_items
from backline_recommender.ranking import measured, without_played


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([30, 900]))
def test_the_shortlist_ranks_as_all_items_do(seed: int, share: float, items: int) -> None:
    chance = np.random.default_rng(seed)
    first, second = (standardised(chance.standard_normal((3, items)).astype(np.float32)) for _ in range(2))
    played = sp.csr_array((chance.random((3, items)) < 0.1).astype(np.float32))
    whole = top_items(without_played(((1 - share) * first + share * second).astype(np.float32), played), 20)
    assert np.array_equal(shortlist(first, second, played).ranked(share, 20), whole)


def test_a_blend_of_one_family_alone_is_worth_what_the_family_is() -> None:
    chance = np.random.default_rng(0)
    first, second = (chance.standard_normal((6, 300)).astype(np.float32) for _ in range(2))
    played = sp.csr_array((chance.random((6, 300)) < 0.1).astype(np.float32))
    held = sp.csr_array((chance.random((6, 300)) < 0.05).astype(np.float32))
    values = blend_values(played, held, [lambda _: first.copy()], lambda _: second.copy(), [0.0, 1.0], 20)
    alone = [measured(lambda _, of=of: of.copy(), played, held, [20])["ndcg@20"] for of in (first, second)]  # type: ignore[misc]
    assert values[0] == pytest.approx(alone)


def test_scores_that_are_all_alike_standardise_to_nothing() -> None:
    assert not standardised(np.full((2, 5), 3.0, dtype=np.float32)).any()
