"""From an export with two planted tastes to lists."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile
from planted import AS_OF, TwoTastes, play, two_tastes, write_tracks

from backline_recommender import neighbours
from backline_recommender.arrays import Int64
from backline_recommender.artefacts import read, read_pointer
from backline_recommender.history import of_rows
from backline_recommender.local import train_locally
from backline_recommender.model import Model
from backline_recommender.parquet import ExportError
from backline_recommender.recommend import for_you
from backline_recommender.refused import RefusedError
from backline_recommender.training import train
from backline_recommender.wire import EngineItem, ForYouRequest, RecentPlay, utc_text

RATE_HZ = 48_000


def list_for(model: Model, tracks: list[int], limit: int = 10, seed: int = 0) -> list[EngineItem]:
    recent = [RecentPlay(track_id=track, started_at=utc_text(AS_OF), ms_played=180_000) for track in tracks]
    return for_you(model, ForYouRequest(recent=recent, limit=limit, seed=seed)).items


def test_every_fan_gets_unheard_tracks_of_their_own_taste(model: Model, planted: TwoTastes) -> None:
    own = total = 0
    for fan, taste in enumerate(planted.fan_taste):
        items = list_for(model, planted.heard[fan], seed=fan)
        assert len(items) == 10
        assert not {item.track_id for item in items} & set(planted.heard[fan])
        of_taste = sum(planted.taste_of[item.track_id] == taste for item in items)
        assert of_taste >= 8
        own, total = own + of_taste, total + len(items)
    assert own / total > 0.97


def score_after(model: Model, played: Int64, row: int) -> float:
    listener = model.listener(of_rows(played, np.ones(len(played))))
    assert listener is not None
    return float(listener.z_of(np.array([row]))[0])


def test_reasons_cite_plays_without_which_the_score_is_no_higher(model: Model, planted: TwoTastes) -> None:
    cited = 0
    for fan in range(12):
        heard = planted.heard[fan]
        rows = model.rows_of(heard)
        for item in list_for(model, heard):
            if item.reason.kind not in ("because-you-played", "sounds-like"):
                continue
            cited += 1
            assert item.reason.track_id in heard
            row = int(model.rows_of([item.track_id])[0])
            without = rows[np.array(heard) != item.reason.track_id]
            with_it, without_it = (score_after(model, those, row) for those in (rows, without))
            assert without_it <= with_it + 1e-4
    assert cited > 60


def test_tracks_that_nobody_played_are_tried_by_those_whom_they_suit(model: Model, planted: TwoTastes) -> None:
    tried = [
        (fan, item.track_id)
        for fan in range(10)
        for seed in range(20)
        for item in list_for(model, planted.heard[fan], seed=seed)
        if item.track_id in planted.new_tracks
    ]
    assert len({track for _, track in tried}) == len(planted.new_tracks)
    own = sum(planted.taste_of[track] == planted.fan_taste[fan] for fan, track in tried)
    assert own / len(tried) > 0.9


def test_tracks_of_which_nothing_is_known_are_tried_too(tmp_path: Path, planted: TwoTastes) -> None:
    unknown = {"track_id": 500, "artist_id": 500, "tags": [], "duration_ms": None}
    stranger = TwoTastes(**{**vars(planted), "tracks": [*planted.tracks, unknown]})
    trained = train(stranger.write(tmp_path / "export"), tmp_path / "models", train_locally, AS_OF)
    model = Model.of(read(tmp_path / "models", trained.version))
    lists = [list_for(model, planted.heard[fan], seed=seed) for fan in range(10) for seed in range(30)]
    shown = [item for items in lists for item in items if item.track_id == 500]
    assert shown
    assert {item.source for item in shown} == {"explore"}


def record(path: Path, taste: int, seed: int) -> str:
    """Two seconds of a low hum, or of a hiss."""
    chance = np.random.default_rng(seed)
    times = np.arange(2 * RATE_HZ) / RATE_HZ
    hum = np.sin(2 * np.pi * chance.uniform(90, 160) * times)
    hiss = chance.standard_normal(len(times))
    soundfile.write(path, 0.3 * (hum if taste == 0 else hiss), RATE_HZ, format="OGG", subtype="OPUS")
    return str(path)


def test_a_new_track_of_which_only_its_sound_is_known_finds_its_listeners(tmp_path: Path) -> None:
    planted = two_tastes(fans=24, artists=4, tracks=5, heard=10)
    rows = [
        row
        | {"tags": [], "genre": None, "audio_path": record(tmp_path / str(track), planted.taste_of[track], track)}
        | ({"artist_id": 1_000 + track} if track in planted.new_tracks else {})
        for row in planted.tracks
        for track in [row["track_id"]]
    ]
    planted.write(tmp_path)
    write_tracks(tmp_path, rows)
    trained = train(tmp_path, tmp_path / "models", train_locally, AS_OF)
    model = Model.of(read(tmp_path / "models", trained.version))
    for track in planted.new_tracks:
        row = int(model.rows_of([track])[0])
        scores = np.array([score_after(model, model.rows_of(heard), row) for heard in planted.heard])
        own = scores[np.array(planted.fan_taste) == planted.taste_of[track]]
        assert own.mean() > scores.mean() + 0.1, track


@pytest.mark.parametrize("limit", [1, 7, 10, 20, 55, 100])
def test_no_ten_has_more_than_two_of_an_artist(model: Model, planted: TwoTastes, limit: int) -> None:
    items = list_for(model, planted.heard[0], limit)
    assert len(items) <= limit
    assert len({item.track_id for item in items}) == len(items)
    for start in range(0, len(items), 10):
        artists = Counter(planted.artist_of[item.track_id] for item in items[start : start + 10])
        assert max(artists.values()) <= 2


def test_who_played_nothing_gets_what_is_popular_and_new(model: Model) -> None:
    items = list_for(model, [], limit=20)
    assert len(items) == 20
    assert {item.reason.kind for item in items} <= {"popular", "new-and-rising"}
    assert sum(item.source == "explore" for item in items) == 2


def test_scores_fall_along_the_list(model: Model, planted: TwoTastes) -> None:
    scores = [item.score for item in list_for(model, planted.heard[3], limit=40)]
    assert scores == sorted(scores, reverse=True)


def test_a_bot_farm_that_is_not_trusted_moves_nobody(tmp_path: Path, planted: TwoTastes) -> None:
    target = planted.new_tracks[0]
    bots = [
        play(1_000 + bot, track, planted.artist_of[track], AS_OF, trust=0.05)
        for bot in range(30)
        for track in [target, *planted.heard[1][:6]]
    ]
    export = planted.write(tmp_path / "export")
    with_bots = TwoTastes(**{**vars(planted), "plays": planted.plays + bots})
    with_bots.write(export)
    trained = train(export, tmp_path / "models", train_locally, AS_OF)
    model = Model.of(read(tmp_path / "models", trained.version))
    of_other_taste = [fan for fan, taste in enumerate(planted.fan_taste) if taste != planted.taste_of[target]]
    shown = [fan for fan in of_other_taste if target in {item.track_id for item in list_for(model, planted.heard[fan])}]
    assert len(shown) <= 1


def test_an_export_that_is_broken_leaves_the_model_that_was(tmp_path: Path, planted: TwoTastes) -> None:
    export = planted.write(tmp_path / "export")
    trained = train(export, tmp_path / "models", train_locally, AS_OF)
    spoilt = next((export / "plays").glob("*/*.parquet"))
    spoilt.write_bytes(spoilt.read_bytes()[:-20])
    with pytest.raises(ExportError, match=str(spoilt)):
        train(export, tmp_path / "models", train_locally, AS_OF)
    pointer = read_pointer(tmp_path / "models")
    assert pointer is not None
    assert pointer.current == trained.version


def test_an_empty_catalogue_is_refused(tmp_path: Path) -> None:
    write_tracks(tmp_path / "export", [])
    (tmp_path / "export" / "plays").mkdir()
    with pytest.raises(RefusedError, match="no tracks"):
        train(tmp_path / "export", tmp_path / "models", train_locally, AS_OF)


def test_a_catalogue_that_nobody_played_still_makes_a_list(tmp_path: Path) -> None:
    quiet = two_tastes(fans=0)
    export = quiet.write(tmp_path / "export")
    (export / "plays").mkdir()
    trained = train(export, tmp_path / "models", train_locally, AS_OF)
    model = Model.of(read(tmp_path / "models", trained.version))
    assert len(list_for(model, [])) == 10
    assert len(list_for(model, [1, 2, 3])) == 10


def test_the_neighbours_for_the_app_are_of_the_same_taste(trained_models: Path, planted: TwoTastes) -> None:
    pointer = read_pointer(trained_models)
    assert pointer is not None
    _, arrays = neighbours.from_bytes(read(trained_models, pointer.current).blobs[neighbours.FILE])
    ids, offsets = arrays["trackIds"].astype(np.int64), arrays["offsets"].astype(np.int64)
    heard = [row for row, track in enumerate(ids.tolist()) if track not in planted.new_tracks]
    for row in heard:
        nearest = ids[arrays["neighbours"][offsets[row] : offsets[row + 1]][:8]]
        own = sum(planted.taste_of[int(track)] == planted.taste_of[int(ids[row])] for track in nearest)
        assert own >= 0.7 * len(nearest)
        weights = arrays["weights"][offsets[row] : offsets[row + 1]]
        assert (np.diff(weights) <= 0).all()
        assert (weights > 0).all()
