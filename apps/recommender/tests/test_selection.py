import logging
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrices import of_pairs, two_camps

from backline_recommender import grids, selection
from backline_recommender.ease import EaseSettings
from backline_recommender.holdout import MIN_PLAYS, sampled, split
from backline_recommender.ials import IalsSettings
from backline_recommender.interactions import Interactions
from backline_recommender.ranker_training import train_ranker
from backline_recommender.search import Search
from backline_recommender.selection import UNTESTED, choose


@pytest.fixture(autouse=True)
def small_grids(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paths are those of the full search; there are fewer steps on them."""
    monkeypatch.setattr(grids, "UNOBSERVED", (0.3, 0.03))
    monkeypatch.setattr(grids, "REGULARISATION", (0.03, 0.003))
    monkeypatch.setattr(grids, "RIDGES", (3.0, 100.0))
    monkeypatch.setattr(grids, "DROPOUTS", (0.0, 0.5))
    monkeypatch.setattr(grids, "COARSE_DIMENSIONS", 8)
    monkeypatch.setattr(grids, "MORE_DIMENSIONS", (16,))
    monkeypatch.setattr(selection, "ROUNDS", 1)


@given(st.integers(0, 1_000), st.integers(1, 12))
def test_a_split_parts_every_history_and_loses_nothing(seed: int, plays: int) -> None:
    source = two_camps(users=10, items=30, plays=plays)
    inner = split(source, 10, seed)
    held = np.zeros(source.strengths.shape, dtype=np.float32)
    held[inner.listeners] = inner.held.toarray()
    assert np.array_equal(inner.fit.strengths.toarray() + held, source.strengths.toarray())
    assert not (inner.fit.strengths.toarray().astype(bool) & held.astype(bool)).any()
    expected = 0 if plays < MIN_PLAYS else max(1, plays // 10)
    assert (held > 0).sum(axis=1).tolist() == [expected] * 10


def test_at_most_so_many_listeners_are_tested() -> None:
    inner = split(two_camps(users=30), 7)
    assert len(inner.listeners) == inner.held.shape[0] == 7


def test_a_sample_is_of_whole_listeners() -> None:
    source = two_camps(users=30, plays=8)
    sample = sampled(source, 85)
    assert sample.user_count == 10
    assert (np.diff(sample.strengths.indptr) == 8).all()
    assert sampled(source, 10_000) is source


def test_the_same_data_gives_the_same_choice() -> None:
    source = two_camps(users=30)
    assert choose(source, threads=1) == choose(source, threads=2)


def test_what_was_chosen_tells_the_camps_apart() -> None:
    source = two_camps()
    chosen = choose(source, threads=2)
    assert max(chosen.validation.values()) == chosen.validation["blend ndcg@20"] > 0.3
    histories = source.confidences("lognorm")
    scores = train_ranker(source, chosen, threads=1).scores_of_many(histories)
    own = np.arange(source.item_count) % 2 == np.arange(source.user_count)[:, None] % 2
    assert scores[own].mean() > scores[~own].mean() + 0.5


def _chain(users: int = 300, items: int = 60) -> Interactions:
    """Each listener has three neighbouring items: what is near is all there is to learn."""
    chance = np.random.default_rng(0)
    starts = chance.integers(0, items, users)
    columns = (starts[:, None] + np.arange(3)) % items
    return of_pairs(
        np.repeat(np.arange(users), 3).tolist(),
        columns.ravel().tolist(),
        np.ones(3 * users, np.float32),
        (users, items),
    )


def test_the_family_that_is_better_on_the_data_has_the_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two dimensions can't hold a chain; nor can a linear model that is hardly allowed to say anything."""
    monkeypatch.setattr(grids, "COARSE_DIMENSIONS", 2)
    monkeypatch.setattr(grids, "MORE_DIMENSIONS", ())
    linear = choose(_chain(), threads=2)
    assert linear.scale == "binary"
    assert linear.ease_share >= 0.5
    assert linear.validation["ease ndcg@20"] > linear.validation["ials ndcg@20"]

    monkeypatch.setattr(grids, "COARSE_DIMENSIONS", 32)
    monkeypatch.setattr(Search, "ease_score", lambda *_: lambda histories: -histories.toarray())
    assert choose(_chain(), threads=2).ease_share <= 0.1


def test_where_nobody_can_be_tested_the_settled_choice_is_taken() -> None:
    assert choose(two_camps(plays=2), threads=1) == UNTESTED
    nothing = of_pairs([], [], np.zeros(0, np.float32), (0, 0))
    assert choose(nothing, threads=1) == UNTESTED


def test_settings_found_on_a_sample_are_said_of_all() -> None:
    """A third of the listeners have a third of the gram; the same ridge in terms of all must score the same."""
    source = two_camps(users=60)
    thrice = source.of_users(np.tile(np.arange(60), 3))
    inner = split(source, 60)
    part = Search(inner, sample_share=1 / 3, threads=1).ease_score("lognorm", EaseSettings(ridge=30.0))
    tripled = Search(replace(inner, fit=inner.fit.of_users(np.tile(np.arange(60), 3))), 1.0, threads=1)
    whole = tripled.ease_score("lognorm", EaseSettings(ridge=30.0))
    histories = inner.histories("lognorm")
    assert part(histories) == pytest.approx(whole(histories), abs=1e-4)
    assert thrice.pair_count == 3 * source.pair_count


def test_no_candidate_is_tried_twice(caplog: pytest.LogCaptureFixture) -> None:
    search = Search(split(two_camps(users=20), 20), 1.0, threads=2)
    settings = IalsSettings(4, 0.1, 0.01, epochs=2)
    with caplog.at_level(logging.INFO):
        search.best("lognorm", [settings, replace(settings, unobserved=0.3), settings])
        search.value("lognorm", settings)
    assert len(caplog.records) == 2
