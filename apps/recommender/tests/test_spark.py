"""Spark gives the sums and confidences that this machine does, and lists of the planted tastes."""

import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from planted import AS_OF, TwoTastes, listener, play, write_erased, write_plays

from backline_recommender.artefacts import read
from backline_recommender.catalogue import read_catalogue
from backline_recommender.interactions import interactions
from backline_recommender.model import Model
from backline_recommender.parquet import ExportError
from backline_recommender.plays import read_plays
from backline_recommender.recommend import for_you
from backline_recommender.training import train
from backline_recommender.wire import ForYouRequest, RecentPlay, utc_text

pytest.importorskip("pyspark", reason="pyspark is not installed: node run.mjs --extra spark --prepare")
if shutil.which("java") is None:
    pytest.skip("there is no Java for Spark to run on", allow_module_level=True)

from backline_recommender.spark import Plays, spark_session, train_with_spark


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKLINE_SPARK_MASTER", "local[2]")
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")


def mixed_export(home: Path, planted: TwoTastes) -> Path:
    """With all that the reading has a rule for."""
    odd = [
        play(3, 1, 1, AS_OF - timedelta(hours=1), trust=float("nan")),
        play(3, 1, 1, AS_OF - timedelta(hours=1), trust=0.0),
        play(3, 9_999, 1, AS_OF - timedelta(hours=1)),
        play(3, 1, 1, AS_OF + timedelta(days=1)),
        play(3, 1, 1, AS_OF - timedelta(hours=2), ms_played=5_000),
        *[play(4, 2, 1, AS_OF - timedelta(hours=2)) for _ in range(9)],
        play(5, 3, 1, AS_OF - timedelta(days=80), trust=0.3),
    ]
    export = planted.write(home)
    write_plays(export, planted.plays + odd)
    write_erased(export, [listener(7)])
    return export


def test_sums_and_confidences_are_those_of_this_machine(tmp_path: Path, planted: TwoTastes) -> None:
    export = mixed_export(tmp_path, planted)
    catalogue = read_catalogue(export)
    log = read_plays(export, catalogue, AS_OF)
    with spark_session() as session:
        plays = Plays(session, export, catalogue, AS_OF)
        sums, counts, confidences = plays.sums(), plays.counts(), plays.confidences().toArrow()
    assert counts == log.counts
    for name, expected in vars(log.sums).items():
        assert getattr(sums, name) == pytest.approx(expected, rel=1e-5, abs=1e-6), name

    shape = (log.counts.listeners, catalogue.size)
    local = interactions(log.listeners, log.tracks, log.strengths, log.trusts, shape).confidences("lognorm")
    columns = (confidences["confidence"].to_numpy(), (confidences["id"].to_numpy(), confidences["row"].to_numpy()))
    spark = sp.coo_array(columns, shape=shape).toarray()
    in_order = [np.array(sorted(rows.tolist())) for rows in (spark, local.toarray())]
    assert in_order[0] == pytest.approx(in_order[1], rel=1e-5, abs=1e-6)


def test_every_fan_gets_tracks_of_their_own_taste(tmp_path: Path, planted: TwoTastes) -> None:
    trained = train(planted.write(tmp_path / "export"), tmp_path / "models", train_with_spark, AS_OF)
    assert trained.description.trainer == "spark"
    model = Model.of(read(tmp_path / "models", trained.version))
    own = total = 0
    for fan, taste in enumerate(planted.fan_taste):
        recent = [RecentPlay(track_id=track, started_at=utc_text(AS_OF)) for track in planted.heard[fan]]
        items = for_you(model, ForYouRequest(recent=recent, limit=10)).items
        own += sum(planted.taste_of[item.track_id] == taste for item in items)
        total += len(items)
    assert own / total > 0.9


def test_a_spoilt_file_is_refused_by_its_name(tmp_path: Path, planted: TwoTastes) -> None:
    export = planted.write(tmp_path / "export")
    spoilt = next((export / "plays").glob("*/*.parquet"))
    spoilt.write_bytes(spoilt.read_bytes()[:-20])
    with pytest.raises(ExportError, match=str(spoilt)):
        train(export, tmp_path / "models", train_with_spark, AS_OF)
