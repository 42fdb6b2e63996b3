"""Lists for listeners and for tracks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backline_recommender import wire
from backline_recommender.history import History, of_plays, of_rows
from backline_recommender.listener import Listener
from backline_recommender.listing import Place, listed
from backline_recommender.model import Model
from backline_recommender.novelty import exploring, novelties
from backline_recommender.taste import Ranked

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

FILLED_TO = 10
"""With a history a list is not filled beyond this with tracks that are merely popular."""
CLEAR_SHARE = 0.02
"""A play is named as the reason if it did most for the track, and this part of all that was done for it."""


class UnknownTrackError(Exception):
    """The model knows neither the track nor anything else that was named."""


def chance_of(model: Model, seed: int) -> np.random.Generator:
    """The same for the same seed and model."""
    return np.random.default_rng([seed, *model.version.encode()])


def falling(scores: Sequence[float | None]) -> list[float]:
    """
    Scores along the list: none is above the one before. A track that stands higher than its score would have it,
    being new, has the score of its place.
    """
    first = next((score for score in scores if score is not None), 0.0)
    out: list[float] = []
    for score in scores:
        before = out[-1] if out else first
        out.append(before if score is None else min(before, score))
    return out


def reasons_of(
    model: Model, history: History, listener: Listener | None, rows: list[int]
) -> dict[int, wire.EngineReason]:
    """What brought each track here, by each play's own part of its score."""
    if listener is None or not rows:
        return {}
    parts = listener.parts(np.array(rows, dtype=np.int64))
    raised = np.maximum(parts, 0).sum(axis=0)
    most = parts.argmax(axis=0)
    cited = model.tracks.ids[history.rows[most]].tolist()
    shares = parts[most, np.arange(len(rows))] / np.maximum(raised, 1e-12)
    return {
        row: _reason(model, row, track, share) for row, track, share in zip(rows, cited, shares.tolist(), strict=True)
    }


def _reason(model: Model, row: int, cited: int, share: float) -> wire.EngineReason:
    """`cited` is the play that did most, `share` its part of all that raised the score."""
    if share <= 0:
        return wire.EngineReason(kind="fans-like-you")
    if model.is_unheard(row):
        return wire.EngineReason(kind="sounds-like", track_id=cited)
    if share >= CLEAR_SHARE:
        return wire.EngineReason(kind="because-you-played", track_id=cited)
    return wire.EngineReason(kind="fans-like-you")


def popular_reason(model: Model, row: int) -> wire.EngineReason:
    return wire.EngineReason(kind="new-and-rising" if model.is_rising(row) else "popular")


def answer(model: Model, items: list[wire.EngineItem]) -> wire.EngineAnswer:
    return wire.EngineAnswer(items=items, model=wire.EngineModel(version=model.version, trained_at=model.trained_at))


def _for_place(
    model: Model, found: Ranked, reasons: dict[int, wire.EngineReason], place: Place
) -> tuple[wire.Source, wire.EngineReason]:
    if place.explored:
        return "explore", wire.EngineReason(kind="new-and-rising")
    if place.row in found.risen:
        return "recent", wire.EngineReason(kind="new-and-rising")
    if place.row not in reasons:
        return "recent", popular_reason(model, place.row)
    return "content" if model.is_unheard(place.row) else "ranker", reasons[place.row]


def _own_scores(model: Model, found: Ranked, places: list[Place]) -> list[float | None]:
    """Tracks that are merely popular come below all that the ranker found; new ones have no score of their own."""
    own = dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True))
    lowest = float(found.scores.min()) if len(found.scores) > 0 else 0.0
    return [
        None if place.explored else own.get(place.row, lowest - 1 + model.share_of_listens(place.row))
        for place in places
    ]


def _items(
    model: Model, found: Ranked, reasons: dict[int, wire.EngineReason], places: list[Place]
) -> list[wire.EngineItem]:
    scores = falling(_own_scores(model, found, places))
    given = [_for_place(model, found, reasons, place) for place in places]
    return [
        wire.EngineItem(
            track_id=int(model.tracks.ids[place.row]),
            score=score,
            reason=reason,
            source=source,
            propensity=place.propensity,
        )
        for place, score, (source, reason) in zip(places, scores, given, strict=True)
    ]


def for_you(model: Model, asked: wire.ForYouRequest) -> wire.EngineAnswer:
    """Unheard tracks for whoever played these. Raises NoSuchTimeError."""
    heard = model.rows_of([play.track_id for play in asked.recent])
    history = of_plays(asked.recent, heard, model.tracks.duration_ms)
    barred = model.barred(heard, asked.exclude)
    listener = model.listener(history)
    candidates = model.candidates(listener, barred)
    found = model.ranked(candidates.to_taste(), asked.limit)
    chance = chance_of(model, asked.seed)
    explore = (
        exploring(model, novelties(model, listener, candidates, barred, chance), chance) if asked.explore else None
    )

    places = listed(found.rows, model.tracks.artist_ids, asked.limit, explore, chance)
    enough = asked.limit if listener is None else min(asked.limit, FILLED_TO)
    if len(places) < enough:
        popular = model.most_listened(np.union1d(barred, found.rows))
        places = listed(np.concatenate([found.rows, popular]), model.tracks.artist_ids, enough, explore, chance)
    of_ranker = [place.row for place in places if place.row in found]
    return answer(model, _items(model, found, reasons_of(model, history, listener, of_ranker), places))


def _similar_reason(model: Model, seed: int, row: int) -> wire.EngineReason:
    if model.is_unheard(row) or model.is_unheard(seed):
        return wire.EngineReason(kind="sounds-like", track_id=int(model.tracks.ids[seed]))
    return wire.EngineReason(kind="fans-like-you")


def similar(model: Model, asked: wire.SimilarRequest) -> wire.EngineAnswer:
    """Tracks that the same listeners play; where nobody played it yet, that sound alike. Raises UnknownTrackError."""
    seed = int(model.rows_of([asked.track_id])[0])
    if seed < 0:
        raise UnknownTrackError
    history = of_rows(np.array([seed]), np.ones(1))
    candidates = model.candidates(model.listener(history), model.barred(np.array([seed]), asked.exclude))
    found = model.ranked(candidates.to_taste(), asked.limit)
    places = listed(found.rows, model.tracks.artist_ids, asked.limit, None, chance_of(model, 0))
    own = dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True))
    scores = falling([own[place.row] for place in places])
    items = [
        wire.EngineItem(
            track_id=int(model.tracks.ids[place.row]),
            score=score,
            reason=_similar_reason(model, seed, place.row),
            source="content" if model.is_unheard(place.row) else "ranker",
            propensity=place.propensity,
        )
        for place, score in zip(places, scores, strict=True)
    ]
    return answer(model, items)
