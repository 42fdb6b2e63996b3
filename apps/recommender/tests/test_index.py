import numpy as np
import pytest
from scipy.sparse import csr_array

from backline_recommender.arrays import Csr, Float32
from backline_recommender.artefacts import ArtefactError
from backline_recommender.history import History
from backline_recommender.ials import Ials, IalsSettings, gram_of
from backline_recommender.index import TrackIndex, index_bytes
from backline_recommender.listener import Listeners
from backline_recommender.model import Model, Tracks
from backline_recommender.nearest import neighbour_arrays
from backline_recommender.ranker import Ranker
from backline_recommender.wire import EngineModelStatus

TRACKS, DIMENSIONS = 3_000, 32


@pytest.fixture(scope="module")
def factors() -> Float32:
    """Of lengths that differ, in directions that matter unequally, as trained ones are and do."""
    chance = np.random.default_rng(0)
    centres = chance.normal(size=(60, DIMENSIONS))
    directions = centres[chance.integers(60, size=TRACKS)] + 0.7 * chance.normal(size=(TRACKS, DIMENSIONS))
    spectrum = np.arange(1, DIMENSIONS + 1) ** -0.7
    return (directions * spectrum * chance.lognormal(0, 0.5, (TRACKS, 1))).astype(np.float32)


@pytest.fixture(scope="module")
def index(factors: Float32) -> TrackIndex:
    return TrackIndex.of(index_bytes(factors, 2), *factors.shape)


def test_nearly_all_of_the_largest_inner_products_are_found(factors: Float32, index: TrackIndex) -> None:
    chance = np.random.default_rng(1)
    found = 0
    for _ in range(40):
        listener = factors[chance.choice(TRACKS, 5)].sum(axis=0)
        best = np.argsort(-(factors @ listener))[:200]
        found += len(np.intersect1d(best, index.nearest(listener, 200)))
    assert found / (40 * 200) > 0.97


def _no_neighbours() -> Csr:
    nothing = (np.zeros(0, np.float32), np.zeros(0, np.int64), np.zeros(TRACKS + 1, np.int64))
    return csr_array(nothing, shape=(TRACKS, TRACKS))


def made_ranker(factors: Float32) -> Ranker:
    ials = Ials(IalsSettings(DIMENSIONS, 0.1, 0.01), factors, gram_of(factors), TRACKS)
    return Ranker("lognorm", 0.0, ials, _no_neighbours())


def made_tracks() -> Tracks:
    ids, ones = np.arange(1, TRACKS + 1), np.ones(TRACKS, np.float32)
    return Tracks(ids, ids, np.zeros(TRACKS, np.int64), ones, ones, ones, ones)


def test_a_model_with_an_index_finds_what_one_without_does(factors: Float32, index: TrackIndex) -> None:
    status = EngineModelStatus(
        version="x",
        trained_at="2026-11-22T12:00:00.000Z",
        trainer="local",
        family="ials",
        tracks=TRACKS,
        listeners=1,
        data_through=None,
    )
    ranker = made_ranker(factors)
    looking, finding = Model(status, made_tracks(), ranker, None), Model(status, made_tracks(), ranker, index)
    history = History(np.array([5, 900, 2_000]), np.ones(3, np.float32))
    barred = history.rows
    by_look = looking.candidates(looking.listener(history), barred)
    by_index = finding.candidates(finding.listener(history), barred)
    best = set(by_look.rows[np.argsort(-by_look.z)[:100]].tolist())
    assert len(best & set(by_index.rows.tolist())) >= 90
    assert not set(barred.tolist()) & set(by_index.rows.tolist())


def test_neighbours_by_index_are_those_by_looking(factors: Float32, index: TrackIndex) -> None:
    few = Listeners(made_ranker(factors)).ranker
    looked, found = neighbour_arrays(made_tracks(), few), neighbour_arrays(made_tracks(), few, index)
    shared = 0.0
    for row in range(0, TRACKS, 30):
        one, other = (
            set(arrays["neighbours"][arrays["offsets"][row] : arrays["offsets"][row + 1]].tolist())
            for arrays in (looked, found)
        )
        shared += len(one & other) / max(1, len(one))
    assert shared / len(range(0, TRACKS, 30)) > 0.95


@pytest.mark.parametrize("raw", [b"", b"x" * 1_000])
def test_an_index_that_is_none_is_refused(raw: bytes) -> None:
    with pytest.raises(ArtefactError):
        TrackIndex.of(raw, TRACKS, DIMENSIONS)


def test_an_index_of_other_tracks_is_refused(factors: Float32) -> None:
    raw = index_bytes(factors, 1)
    for tracks, dimensions in ((TRACKS - 1, DIMENSIONS), (TRACKS, DIMENSIONS + 1)):
        with pytest.raises(ArtefactError):
            TrackIndex.of(raw, tracks, dimensions)
