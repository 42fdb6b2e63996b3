import math

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from backline_recommender.metrics import NOTHING, Tally, gini, top_items

Case = tuple[list[list[float]], list[set[int]], int]


@st.composite
def ranked_cases(draw: st.DrawFn) -> Case:
    """Scores without ties, test items, and k, which may be more than there are items."""
    users, items = draw(st.integers(1, 4)), draw(st.integers(1, 7))
    rows = [[float(place) for place in draw(st.permutations(range(items)))] for _ in range(users)]
    tests = [draw(st.sets(st.integers(0, items - 1))) for _ in range(users)]
    return rows, tests, draw(st.integers(1, 9))


def _marks(tests: list[set[int]], items: int) -> sp.csr_array:
    dense = np.zeros((len(tests), items), dtype=np.float32)
    for user, of_user in enumerate(tests):
        dense[user, list(of_user)] = 1
    return sp.csr_array(dense)


def _brute_ndcg(order: list[int], relevant: set[int], k: int) -> float:
    gained = sum(1 / math.log2(place + 2) for place, item in enumerate(order[:k]) if item in relevant)
    return gained / sum(1 / math.log2(place + 2) for place in range(min(k, len(relevant))))


@given(ranked_cases())
def test_recall_and_ndcg_are_those_of_a_naive_program(case: Case) -> None:
    rows, tests, k = case
    tally = Tally([k], len(rows[0]))
    tally.add(top_items(np.array(rows, dtype=np.float32), k), _marks(tests, len(rows[0])))
    tested = [user for user in range(len(rows)) if tests[user]]
    orders = {user: sorted(range(len(rows[user])), key=lambda item: -rows[user][item]) for user in tested}
    results = tally.results()
    assert tally.users == len(tested)
    if tested:
        recall = np.mean([len(set(orders[user][:k]) & tests[user]) / len(tests[user]) for user in tested])
        ndcg = np.mean([_brute_ndcg(orders[user], tests[user], k) for user in tested])
        precision = np.mean([len(set(orders[user][:k]) & tests[user]) / k for user in tested])
        assert results[f"recall@{k}"] == pytest.approx(recall)
        assert results[f"ndcg@{k}"] == pytest.approx(ndcg)
        assert results[f"precision@{k}"] == pytest.approx(precision)


@given(st.lists(st.lists(st.sampled_from([0.0, 1.0, 2.0, -np.inf]), min_size=6, max_size=6), min_size=1, max_size=3))
def test_ties_go_to_the_lower_item_and_what_is_barred_is_never_listed(rows: list[list[float]]) -> None:
    lists = top_items(np.array(rows, dtype=np.float32), 4)
    for row, listed in zip(rows, lists.tolist(), strict=True):
        able = sorted((item for item in range(6) if row[item] > -np.inf), key=lambda item: (-row[item], item))[:4]
        assert listed == able + [NOTHING] * (4 - len(able))


def test_coverage_and_gini_are_of_the_first_ten() -> None:
    lists = np.tile(np.arange(12), (3, 1))
    tally = Tally([12], 20)
    tally.add(lists, _marks([{0}, {1}, {2}], 20))
    results = tally.results()
    assert results["coverage@10"] == pytest.approx(10 / 20)
    assert results["gini@10"] == pytest.approx(0.5)


def test_gini_is_0_where_all_is_shown_alike_and_nears_1_where_one_item_is_all() -> None:
    assert gini(np.ones(50)) == pytest.approx(0.0)
    assert gini(np.eye(50)[0]) == pytest.approx(0.98)
    assert gini(np.zeros(50)) == 0.0
