"""What every answer promises, for any listener."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planted import TwoTastes
from scipy.sparse import csr_array

from backline_recommender.ials import Ials, IalsSettings, gram_of
from backline_recommender.model import Model, Tracks
from backline_recommender.radio import radio_next
from backline_recommender.ranker import Ranker
from backline_recommender.recommend import UnknownTrackError, falling, for_you, similar
from backline_recommender.taste import NO_CANDIDATES, Candidates, ranked
from backline_recommender.wire import (
    EngineAnswer,
    EngineModelStatus,
    ForYouRequest,
    RadioRequest,
    RecentPlay,
    SimilarRequest,
)

UNKNOWN = 2**53 - 1
track_ids = st.one_of(st.integers(1, 96), st.just(UNKNOWN))
lasting = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
plays = st.lists(
    st.builds(
        RecentPlay,
        track_id=track_ids,
        started_at=st.sampled_from(["2026-11-22T10:00:00Z", "1000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"]),
        ms_played=st.sampled_from([0, 5_000, 40_000, 86_400_000]),
    ),
    max_size=40,
)


def check(answer: EngineAnswer, limit: int, barred: set[int]) -> list[int]:
    tracks = [item.track_id for item in answer.items]
    assert len(tracks) == len(set(tracks)) <= limit
    assert not set(tracks) & barred
    assert all(math.isfinite(item.score) and 0 < item.propensity <= 1 for item in answer.items)
    return tracks


@lasting
@given(plays, st.lists(track_ids, max_size=30), st.integers(1, 100), st.integers(0, UNKNOWN), st.booleans())
def test_lists_for_listeners(
    model: Model,
    planted: TwoTastes,
    recent: list[RecentPlay],
    exclude: list[int],
    limit: int,
    seed: int,
    explore: bool,
) -> None:
    request = ForYouRequest(recent=recent, exclude=exclude, limit=limit, seed=seed, explore=explore)
    answer = for_you(model, request)
    heard = {play.track_id for play in recent}
    tracks = check(answer, limit, heard | set(exclude))
    for start in range(0, len(tracks), 10):
        assert max(Counter(planted.artist_of[track] for track in tracks[start : start + 10]).values()) <= 2
    for item in answer.items:
        if item.reason.kind in ("because-you-played", "sounds-like"):
            assert item.reason.track_id in heard
    scores = [item.score for item in answer.items]
    assert scores == sorted(scores, reverse=True)
    assert explore or all(item.source != "explore" for item in answer.items)
    assert for_you(model, request) == answer


@lasting
@given(st.integers(1, 96), st.lists(track_ids, max_size=30), st.integers(1, 100))
def test_lists_for_tracks(model: Model, track: int, exclude: list[int], limit: int) -> None:
    answer = similar(model, SimilarRequest(track_id=track, exclude=exclude, limit=limit))
    check(answer, limit, {track, *exclude})
    assert {item.reason.kind for item in answer.items} <= {"fans-like-you", "sounds-like"}


@lasting
@given(st.integers(1, 96), st.lists(track_ids, max_size=30), st.lists(track_ids, max_size=9), st.integers(1, 100))
def test_what_a_station_plays_next(
    model: Model, planted: TwoTastes, seed: int, played: list[int], exclude: list[int], limit: int
) -> None:
    answer = radio_next(model, RadioRequest(seed_track_id=seed, played=played, exclude=exclude, limit=limit))
    tracks = check(answer, limit, {seed, *played, *exclude})
    known = [seed, *(track for track in played if track != UNKNOWN)]
    order = [planted.artist_of[track] for track in known + tracks]
    for at in range(len(known), len(order)):
        assert order[at] != order[at - 1]
        assert order[max(0, at - 9) : at + 1].count(order[at]) <= 2


def test_similar_tracks_are_of_the_same_taste(model: Model, planted: TwoTastes) -> None:
    own = total = 0
    for track in range(1, 97):
        if track in planted.new_tracks:
            continue
        items = similar(model, SimilarRequest(track_id=track, limit=8)).items
        own += sum(planted.taste_of[item.track_id] == planted.taste_of[track] for item in items)
        total += len(items)
    assert own / total > 0.85


def test_a_station_stays_with_its_taste_and_wanders_with_its_seed(model: Model, planted: TwoTastes) -> None:
    starts = [planted.heard[0][0], planted.heard[1][0]]
    own = total = 0
    for start in starts:
        lists = [radio_next(model, RadioRequest(seed_track_id=start, limit=10, seed=seed)).items for seed in range(10)]
        own += sum(planted.taste_of[item.track_id] == planted.taste_of[start] for items in lists for item in items)
        total += sum(map(len, lists))
        assert len({tuple(item.track_id for item in items) for items in lists}) > 5
    assert own / total > 0.85


def crossing_model() -> Model:
    """Tracks 1 and 3 point one way, 2 and 4 another; 5 lies between; all but 5 and 6 were listened to."""
    factors = np.array([[1, 0], [0, 1], [1, 0.1], [0.1, 1], [0.9, 0.5], [-1, -1]], np.float32)
    count = len(factors)
    ids, listens = np.arange(1, count + 1), np.array([9, 9, 9, 9, 0, 0], np.float32)
    ials = Ials(IalsSettings(2, 0.1, 0.01), factors, gram_of(factors), count)
    status = EngineModelStatus(
        version="v",
        trained_at="2026-11-22T12:00:00.000Z",
        trainer="local",
        family="ials",
        tracks=count,
        listeners=9,
        data_through=None,
    )
    tracks = Tracks(ids, ids, np.full(count, 200_000), listens, np.zeros_like(listens), listens, listens)
    return Model(status, tracks, Ranker("lognorm", 0.0, ials, csr_array(np.zeros((count, count), np.float32))), None)


def test_the_play_that_did_most_is_the_reason() -> None:
    at = "2026-11-22T10:00:00Z"
    recent = [RecentPlay(track_id=track, started_at=at, weight=weight) for track, weight in ((1, 2.0), (2, 1.0))]
    answer = for_you(crossing_model(), ForYouRequest(recent=recent, explore=False))
    reasons = {item.track_id: (item.source, item.reason.kind, item.reason.track_id) for item in answer.items}
    assert reasons[3] == ("ranker", "because-you-played", 1)
    assert reasons[4] == ("ranker", "because-you-played", 2)
    assert reasons[5] == ("content", "sounds-like", 1)


def test_what_nobody_knows_is_said_to_be_unknown(model: Model) -> None:
    with pytest.raises(UnknownTrackError):
        similar(model, SimilarRequest(track_id=UNKNOWN))
    with pytest.raises(UnknownTrackError):
        radio_next(model, RadioRequest(seed_track_id=UNKNOWN, played=[UNKNOWN]))
    assert radio_next(model, RadioRequest(seed_track_id=UNKNOWN, played=[1])).items


def test_popular_tracks_have_to_be_better_to_stand_as_high() -> None:
    alike = Candidates(np.arange(3), np.array([9.0, 9.0, 8.5], np.float32), 0.0)
    popularity = np.array([1_000, 10, 1_000], np.float32)
    assert ranked(alike, popularity, np.zeros(3, np.float32), 3).rows.tolist() == [1, 0, 2]


def test_a_rising_track_is_lifted_and_said_to_rise() -> None:
    candidates = Candidates(np.arange(4), np.array([2.0, 1.9, 1.8, 1.7], np.float32), 0.0)
    recent = np.array([0, 0, 0, 90], np.float32)
    found = ranked(candidates, np.full(4, 90, np.float32), recent, 2)
    assert found.rows.tolist()[:2] == [3, 0]
    assert found.risen == {3}


def test_nothing_ranked_is_nothing() -> None:
    found = ranked(NO_CANDIDATES, np.zeros(0, np.float32), np.zeros(0, np.float32), 10)
    assert len(found.rows) == 0


@pytest.mark.parametrize(
    ("given_scores", "expected"),
    [([], []), ([None], [0.0]), ([None, 2.0, 3.0, None, 1.0], [2.0, 2.0, 2.0, 2.0, 1.0])],
)
def test_scores_fall_along_a_list(given_scores: list[float | None], expected: list[float]) -> None:
    assert falling(given_scores) == expected
