"""From the platform's export to a model that serves."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from backline_recommender import artefacts, neighbours
from backline_recommender.artefacts import Description
from backline_recommender.catalogue import Catalogue, read_catalogue
from backline_recommender.interactions import Interactions, interactions
from backline_recommender.model import Tracks, track_arrays
from backline_recommender.nearest import neighbour_arrays
from backline_recommender.plays import PlayLog, read_plays
from backline_recommender.ranker import Ranker
from backline_recommender.refused import RefusedError
from backline_recommender.wire import utc_text


@dataclass(frozen=True)
class Fitted:
    """A ranker of all tracks of the catalogue, and how it came about."""

    ranker: Ranker
    trainer: str
    family: str
    settings: dict[str, float | int | str | bool | None]
    metrics: dict[str, float]


class Trainer(Protocol):
    def __call__(self, catalogue: Catalogue, played: Interactions) -> Fitted: ...


@dataclass(frozen=True)
class Trained:
    version: str
    description: Description


def tracks_of(catalogue: Catalogue, log: PlayLog) -> Tracks:
    return Tracks(
        ids=catalogue.track_ids,
        artist_ids=catalogue.artist_ids,
        duration_ms=catalogue.duration_ms,
        popularity=log.popularity,
        recent=log.recent,
        heard_through=log.heard_through,
        skipped=log.skipped,
    )


def played_of(catalogue: Catalogue, log: PlayLog) -> Interactions:
    shape = (log.listener_count, catalogue.size)
    return interactions(log.listeners, log.tracks, log.strengths, log.trusts, shape)


def train(export: Path, models: Path, trainer: Trainer, now: datetime) -> Trained:
    """
    Reads the export, trains, stores the model and makes it current.

    Raises RefusedError where the export is of no use; what served before goes on serving.
    """
    catalogue = read_catalogue(export)
    if catalogue.size == 0:
        raise RefusedError(f"{export / 'tracks.parquet'}: no tracks, so there is nothing to recommend")
    log = read_plays(export, catalogue, now)
    fitted = trainer(catalogue, played_of(catalogue, log))
    description = Description(
        trained_at=utc_text(now),
        trainer=fitted.trainer,
        family=fitted.family,
        tracks=catalogue.size,
        listeners=log.listener_count,
        plays=log.plays,
        data_through=None if log.data_through is None else utc_text(log.data_through),
        settings=fitted.settings | {"rows_passed_over": log.passed_over},
        metrics=fitted.metrics,
    )
    tracks = tracks_of(catalogue, log)
    nearest = neighbours.to_bytes(description.trained_at, neighbour_arrays(tracks, fitted.ranker))
    arrays = track_arrays(tracks) | fitted.ranker.to_arrays()
    version = artefacts.write(models, description, arrays, {neighbours.FILE: nearest}, now)
    artefacts.activate(models, version)
    return Trained(version, description)
