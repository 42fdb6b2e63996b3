from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrices import two_camps

from backline_recommender.artefacts import ArtefactError
from backline_recommender.ease import EaseSettings
from backline_recommender.ials import IalsSettings
from backline_recommender.interactions import Scale, interactions
from backline_recommender.metrics import top_items
from backline_recommender.ranker import Array, Ranker
from backline_recommender.ranker_training import train_ranker
from backline_recommender.ranking import without_played
from backline_recommender.selection import Chosen

ITEMS = 40
CHOSEN = Chosen("lognorm", IalsSettings(8, 0.1, 0.01, epochs=10), EaseSettings(5.0), ease_share=0.3, validation={})
scales: tuple[Scale, ...] = ("lognorm", "binary")
RANKERS = {
    (scale, share): train_ranker(two_camps(items=ITEMS), replace(CHOSEN, scale=scale, ease_share=share), threads=1)
    for scale in scales
    for share in (0.0, 0.3, 1.0)
}
rankers = st.sampled_from(list(RANKERS.values()))
histories = st.dictionaries(st.integers(0, ITEMS - 1), st.floats(0.125, 5, width=32), min_size=1, max_size=8)


def _rows(history: dict[int, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(list(history), dtype=np.int64), np.array(list(history.values()), dtype=np.float32)


@given(rankers, histories, st.integers(0, ITEMS - 1))
def test_contributions_sum_to_the_score(ranker: Ranker, history: dict[int, float], item: int) -> None:
    rows, weights = _rows(history)
    added = ranker.contributions(rows, weights, item)
    assert len(added) == len(rows)
    assert float(added.sum()) == pytest.approx(float(ranker.scores(rows, weights)[item]), abs=2e-3)


@given(rankers, histories)
def test_scores_of_some_items_are_those_of_all(ranker: Ranker, history: dict[int, float]) -> None:
    rows, weights = _rows(history)
    some = np.array([5, 0, 31, 5])
    assert ranker.scores_of(rows, weights, some) == pytest.approx(ranker.scores(rows, weights)[some], abs=1e-3)


@given(rankers, histories)
def test_scores_don_t_depend_on_the_order_of_plays(ranker: Ranker, history: dict[int, float]) -> None:
    rows, weights = _rows(history)
    turned = ranker.scores(rows[::-1].copy(), weights[::-1].copy())
    assert turned == pytest.approx(ranker.scores(rows, weights), abs=1e-3)


@given(rankers, histories)
def test_scores_are_standardised_within_the_share_of_each_family(ranker: Ranker, history: dict[int, float]) -> None:
    scores = ranker.scores(*_rows(history))
    assert np.isfinite(scores).all()
    assert float(scores.mean()) == pytest.approx(0.0, abs=1e-3)
    assert float(scores.std()) <= 1 + 1e-3


@given(rankers, histories)
def test_arrays_make_the_same_ranker(ranker: Ranker, history: dict[int, float]) -> None:
    again = Ranker.from_arrays(ranker.to_arrays())
    assert np.array_equal(again.scores(*_rows(history)), ranker.scores(*_rows(history)))


def test_every_listener_gets_their_own_camp() -> None:
    source = two_camps(items=ITEMS)
    histories_ = source.confidences("lognorm")
    for (_, share), ranker in RANKERS.items():
        lists = top_items(without_played(ranker.scores_of_many(histories_), histories_), 5)
        own = (lists % 2 == (np.arange(source.user_count) % 2)[:, None]).mean()
        assert own > 0.95, share


def test_the_first_reason_is_a_play_of_the_same_camp() -> None:
    ranker = RANKERS["lognorm", 0.3]
    rows = np.array([0, 2, 4, 7, 9])
    added = ranker.contributions(rows, np.ones(5, np.float32), 6)
    assert rows[added.argmax()] % 2 == 0
    without = ranker.scores(np.delete(rows, added.argmax()), np.ones(4, np.float32))
    assert without[6] < ranker.scores(rows, np.ones(5, np.float32))[6]


def test_who_has_no_history_scores_nothing() -> None:
    ranker = RANKERS["lognorm", 0.3]
    nothing = np.zeros(0, np.int64), np.zeros(0, np.float32)
    assert not ranker.scores(*nothing).any()
    assert ranker.contributions(*nothing, 3).shape == (0,)


@pytest.mark.parametrize("weight", [np.nan, np.inf, -1.0])
def test_a_weight_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="a weight is a number"):
        RANKERS["lognorm", 0.3].scores(np.array([1]), np.array([weight], np.float32))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ranker_factors", np.full((ITEMS, 8), np.nan, np.float32)),
        ("ranker_factors", np.zeros((ITEMS, 8))),
        ("ranker_gram", np.zeros((7, 7))),
        ("ranker_settings", np.zeros(3)),
        ("ranker_settings", np.array([9, 0.3, 0.1, 0.1, 1, 10, ITEMS], dtype=np.float64)),
        ("ranker_neighbour_pointers", np.arange(ITEMS + 1)[::-1].astype(np.int64)),
    ],
)
def test_arrays_that_don_t_fit_are_refused(name: str, value: Array) -> None:
    arrays = RANKERS["lognorm", 0.3].to_arrays()
    with pytest.raises(ArtefactError):
        Ranker.from_arrays(arrays | {name: value})
    with pytest.raises(ArtefactError):
        Ranker.from_arrays({key: array for key, array in arrays.items() if key != name})


def test_plays_that_are_hardly_believed_don_t_put_an_item_before_anyone() -> None:
    """Bots play what the odd camp plays, and an item that nobody else does."""
    target, bots = ITEMS, 30
    entries = two_camps(items=ITEMS).strengths.tocoo()
    chance = np.random.default_rng(0)
    played = np.concatenate([[target, *chance.choice(np.arange(1, ITEMS, 2), 6, replace=False)] for _ in range(bots)])
    histories_ = two_camps(items=ITEMS + 1).confidences("lognorm")[1::2]

    def ahead_of_target(trust: float) -> float:
        poisoned = interactions(
            np.append(entries.row, np.repeat(np.arange(60, 60 + bots), 7)),
            np.append(entries.col, played),
            np.append(entries.data, np.full(len(played), 50)).astype(np.float32),
            np.append(np.ones(entries.nnz), np.full(len(played), trust)).astype(np.float32),
            (60 + bots, ITEMS + 1),
        )
        scores = train_ranker(poisoned, CHOSEN, threads=1).scores_of_many(histories_)
        return float((scores > scores[:, [target]]).sum(axis=1).mean())

    assert ahead_of_target(1.0) < 10
    assert ahead_of_target(0.1) > 20
