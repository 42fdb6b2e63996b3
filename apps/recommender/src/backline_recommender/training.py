"""From the platform's export to a model that serves."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from backline_recommender import artefacts, neighbours
from backline_recommender.artefacts import Description
from backline_recommender.catalogue import Catalogue, read_catalogue
from backline_recommender.cold_items import Content
from backline_recommender.content import content_of
from backline_recommender.index import FILE as INDEX_FILE
from backline_recommender.index import INDEXED_ABOVE, TrackIndex, index_bytes
from backline_recommender.model import Tracks, track_arrays
from backline_recommender.nearest import neighbour_arrays
from backline_recommender.plays import PlayCounts, TrackSums
from backline_recommender.ranker import Ranker
from backline_recommender.ranker_training import available_threads
from backline_recommender.refused import RefusedError
from backline_recommender.wire import utc_text

SOUNDS = "sounds"
"""The folder beside the models that keeps what was heard once."""


@dataclass(frozen=True)
class Learnt:
    """A ranker of all tracks of the catalogue, what it was learnt from, and how."""

    ranker: Ranker
    sums: TrackSums
    counts: PlayCounts
    trainer: Literal["local", "spark"]
    family: str
    settings: dict[str, float | int | str | bool | None]
    metrics: dict[str, float]


class Trainer(Protocol):
    """Learns from the plays of the export and from what the tracks are. Raises RefusedError where it is of no use."""

    def __call__(self, export: Path, catalogue: Catalogue, content: Content, as_of: datetime) -> Learnt: ...


@dataclass(frozen=True)
class Trained:
    version: str
    description: Description


def tracks_of(catalogue: Catalogue, sums: TrackSums) -> Tracks:
    return Tracks(
        ids=catalogue.track_ids,
        artist_ids=catalogue.artist_ids,
        duration_ms=catalogue.duration_ms,
        popularity=sums.popularity,
        recent=sums.recent,
        heard=sums.heard,
        passed=sums.passed,
    )


def blobs_of(trained_at: str, tracks: Tracks, ranker: Ranker) -> dict[str, bytes]:
    """The app's neighbours and, for a catalogue that needs one, the index."""
    if tracks.size <= INDEXED_ABOVE:
        return {neighbours.FILE: neighbours.to_bytes(trained_at, neighbour_arrays(tracks, ranker))}
    factors = ranker.ials.factors
    raw = index_bytes(factors, available_threads())
    index = TrackIndex.of(raw, *factors.shape)
    nearest = neighbour_arrays(tracks, ranker, index)
    return {neighbours.FILE: neighbours.to_bytes(trained_at, nearest), INDEX_FILE: raw}


def train(export: Path, models: Path, trainer: Trainer, now: datetime) -> Trained:
    """
    Reads the export, trains, stores the model and makes it current.

    Raises RefusedError where the export is of no use; what served before goes on serving.
    """
    catalogue = read_catalogue(export)
    if catalogue.size == 0:
        raise RefusedError(f"{export / 'tracks.parquet'}: no tracks, so there is nothing to recommend")
    learnt = trainer(export, catalogue, content_of(catalogue, export, models / SOUNDS), now)
    through = learnt.counts.data_through
    description = Description(
        trained_at=utc_text(now),
        trainer=learnt.trainer,
        family=learnt.family,
        tracks=catalogue.size,
        listeners=learnt.counts.listeners,
        plays=learnt.counts.plays,
        data_through=None if through is None else utc_text(through),
        settings=learnt.settings | {"rows_passed_over": learnt.counts.passed_over},
        metrics=learnt.metrics,
    )
    tracks = tracks_of(catalogue, learnt.sums)
    blobs = blobs_of(description.trained_at, tracks, learnt.ranker)
    version = artefacts.write(models, description, track_arrays(tracks) | learnt.ranker.to_arrays(), blobs, now)
    artefacts.activate(models, version)
    return Trained(version, description)
