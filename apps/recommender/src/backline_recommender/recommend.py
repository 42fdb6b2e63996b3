"""Lists for listeners and for tracks."""

from collections.abc import Sequence, Set

import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray

from backline_recommender import wire
from backline_recommender.exploration import MAX_ARMS, Arms, Drawn, draw
from backline_recommender.history import History, of_plays, of_rows
from backline_recommender.listing import Explore, Place, listed
from backline_recommender.model import Model
from backline_recommender.taste import Candidates, Ranked

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

FILLED_TO = 10
"""With a history a list is not filled beyond this with tracks that are merely popular."""
CLEAR_SHARE = 0.15
"""A play that brought this part of a track's score is named as its reason."""


class UnknownTrackError(Exception):
    """The model knows neither the track nor anything else that was named."""


def chance_of(model: Model, seed: int) -> np.random.Generator:
    """The same for the same seed and model."""
    return np.random.default_rng([seed, *model.version.encode()])


def exploring(
    model: Model, history: History, candidates: Candidates, barred: Int64, chance: np.random.Generator
) -> Explore:
    """New tracks to this listener's taste; any new tracks where the taste isn't known."""
    rows, suits = model.new_tracks(history, candidates, barred, chance)

    def explore(placed: Set[int]) -> Drawn | None:
        free = np.array([row not in placed for row in rows.tolist()], dtype=bool)
        arms = rows[free][:MAX_ARMS]
        return draw(
            Arms(arms, suits[free][:MAX_ARMS], model.tracks.heard_through[arms], model.tracks.skipped[arms]), chance
        )

    return explore


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


def reason_of(model: Model, history: History, row: int) -> wire.EngineReason:
    """What brought the track here, by each play's own part of its score."""
    parts = model.contributions(history, row)
    most = int(parts.argmax())
    cited: int | UnsetType = int(model.tracks.ids[history.rows[most]])
    if parts[most] <= 0:
        return wire.EngineReason(kind="fans-like-you")
    if model.is_unheard(row):
        return wire.EngineReason(kind="sounds-like", track_id=cited)
    if parts[most] >= CLEAR_SHARE * parts[parts > 0].sum():
        return wire.EngineReason(kind="because-you-played", track_id=cited)
    return wire.EngineReason(kind="fans-like-you")


def popular_reason(model: Model, row: int) -> wire.EngineReason:
    return wire.EngineReason(kind="new-and-rising" if model.is_rising(row) else "popular")


def answer(model: Model, items: list[wire.EngineItem]) -> wire.EngineAnswer:
    return wire.EngineAnswer(items=items, model=wire.EngineModel(version=model.version, trained_at=model.trained_at))


def _item(model: Model, history: History, found: Ranked, place: Place, score: float) -> wire.EngineItem:
    row = place.row
    source: wire.Source
    if place.explored:
        source, reason = "explore", wire.EngineReason(kind="new-and-rising")
    elif row in found.risen:
        source, reason = "recent", wire.EngineReason(kind="new-and-rising")
    elif row not in found:
        source, reason = "recent", popular_reason(model, row)
    else:
        source, reason = "content" if model.is_unheard(row) else "ranker", reason_of(model, history, row)
    return wire.EngineItem(
        track_id=int(model.tracks.ids[row]), score=score, reason=reason, source=source, propensity=place.propensity
    )


def _answer_of(model: Model, history: History, found: Ranked, places: list[Place]) -> wire.EngineAnswer:
    own = dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True))
    lowest = float(found.scores.min()) if len(found.scores) > 0 else 0.0
    given = [
        None if place.explored else own.get(place.row, lowest - 1 + model.share_of_listens(place.row))
        for place in places
    ]
    scores = falling(given)
    return answer(
        model, [_item(model, history, found, place, score) for place, score in zip(places, scores, strict=True)]
    )


def for_you(model: Model, asked: wire.ForYouRequest) -> wire.EngineAnswer:
    """Unheard tracks for whoever played these. Raises NoSuchTimeError."""
    heard = model.rows_of([play.track_id for play in asked.recent])
    history = of_plays(asked.recent, heard, model.tracks.duration_ms)
    barred = model.barred(heard, asked.exclude)
    candidates = model.candidates(history, barred)
    found = model.ranked(candidates.to_taste(), asked.limit)
    chance = chance_of(model, asked.seed)
    explore = exploring(model, history, candidates, barred, chance) if asked.explore else None

    places = listed(found.rows, model.tracks.artist_ids, asked.limit, explore, chance)
    enough = asked.limit if len(history) == 0 else min(asked.limit, FILLED_TO)
    if len(places) < enough:
        popular = model.most_listened(np.union1d(barred, found.rows))
        places = listed(np.concatenate([found.rows, popular]), model.tracks.artist_ids, enough, explore, chance)
    return _answer_of(model, history, found, places)


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
    candidates = model.candidates(history, model.barred(np.array([seed]), asked.exclude))
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
