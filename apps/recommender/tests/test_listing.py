"""Exploration and the artist cap, and what is said of how likely each place was."""

from collections import Counter
from collections.abc import Set

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backline_recommender.exploration import DRAWS, PLACES, Arms, Drawn, draw
from backline_recommender.listing import MAX_OF_ARTIST, listed

NOVELTY = 999


def arms(heard: list[float], passed: list[float], suits: float = 0.5) -> Arms:
    rows = np.arange(len(heard))
    return Arms(rows, np.full(len(rows), suits), np.array(heard), np.array(passed))


def test_without_new_tracks_nothing_is_drawn() -> None:
    assert draw(arms([], []), np.random.default_rng(0)) is None


def test_what_is_received_well_is_drawn_more_often() -> None:
    chance = np.random.default_rng(0)
    drawn = Counter(found.row for _ in range(300) if (found := draw(arms([20, 0, 0], [0, 20, 0]), chance)) is not None)
    assert drawn[0] > drawn[2] > drawn[1]


def test_what_suits_the_listener_is_drawn_more_often() -> None:
    chance = np.random.default_rng(0)
    both = Arms(np.arange(2), np.array([0.9, 0.1]), np.zeros(2), np.zeros(2))
    drawn = Counter(found.row for _ in range(300) if (found := draw(both, chance)) is not None)
    assert drawn[0] > 3 * drawn[1]


def test_the_propensity_is_how_often_it_is_drawn() -> None:
    chance = np.random.default_rng(1)
    found = [found for _ in range(3_000) if (found := draw(arms([3, 1, 0], [1, 2, 0]), chance)) is not None]
    for row in range(3):
        said = [drawn.propensity for drawn in found if drawn.row == row]
        share = len(said) / len(found)
        # The mean over its draws of an arm's share is E[s²]/E[s], which is close to E[s] for so many samples.
        assert np.mean(said) == pytest.approx(share, abs=0.05)
    assert all(drawn.propensity * DRAWS == int(drawn.propensity * DRAWS) for drawn in found)


def novelty(_: Set[int]) -> Drawn:
    return Drawn(NOVELTY, 0.25)


def artists(count: int) -> np.ndarray:
    return np.arange(NOVELTY + 1) % count


@pytest.mark.parametrize("limit", [4, 10])
def test_propensities_are_how_often_a_track_stands_at_its_place(limit: int) -> None:
    rows = np.arange(30)
    seen: Counter[tuple[int, int]] = Counter()
    said: dict[tuple[int, int], float] = {}
    rounds = 4_000
    for seed in range(rounds):
        for at, place in enumerate(listed(rows, artists(1_000), limit, novelty, np.random.default_rng(seed))):
            seen[place.row, at] += 1
            said[place.row, at] = place.propensity
    for (row, at), propensity in said.items():
        share = seen[row, at] / rounds
        assert share == pytest.approx(propensity / (0.25 if row == NOVELTY else 1), abs=0.04)


def test_one_place_of_ten_is_explored() -> None:
    placed: list[int] = []

    def explore(taken: Set[int]) -> Drawn:
        placed.append(len(taken))
        return Drawn(NOVELTY - len(placed), 0.5)

    places = listed(np.arange(100), artists(1_000), 30, explore, np.random.default_rng(0))
    assert [sum(place.explored for place in places[start : start + PLACES]) for start in (0, 10, 20)] == [1, 1, 1]
    assert placed == [0, 10, 20]


def test_without_exploration_the_order_is_that_of_the_rank() -> None:
    places = listed(np.array([5, 3, 8]), artists(1_000), 10, None, np.random.default_rng(0))
    assert [(place.row, place.propensity) for place in places] == [(5, 1.0), (3, 1.0), (8, 1.0)]


@given(st.integers(1, 8), st.integers(0, 60), st.integers(1, 40), st.booleans(), st.integers(0, 50))
def test_a_list_keeps_its_promises(artist_count: int, tracks: int, limit: int, exploring: bool, seed: int) -> None:
    of_artist = artists(artist_count)
    explore = (lambda taken: None if NOVELTY in taken else Drawn(NOVELTY, 0.5)) if exploring else None
    places = listed(np.arange(tracks), of_artist, limit, explore, np.random.default_rng(seed))
    rows = [place.row for place in places]
    assert len(rows) == len(set(rows)) <= limit
    for start in range(0, len(rows), PLACES):
        counts = Counter(of_artist[row] for row in rows[start : start + PLACES])
        assert max(counts.values()) <= MAX_OF_ARTIST
    assert all(0 < place.propensity <= 1 for place in places)


def test_a_track_that_the_cap_held_back_comes_first_in_the_next_ten() -> None:
    of_artist = np.array([7, 7, 7, *range(100, 120)])
    places = listed(np.arange(23), of_artist, 20, None, np.random.default_rng(0))
    assert [place.row for place in places][:12] == [0, 1, *range(3, 11), 2, 11]
