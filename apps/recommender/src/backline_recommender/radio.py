"""A station: it began with one track, and each next one follows from that and from what it played lately."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from backline_recommender import wire
from backline_recommender.history import History, of_rows
from backline_recommender.listing import MAX_OF_ARTIST
from backline_recommender.model import Model
from backline_recommender.recommend import UnknownTrackError, answer, chance_of, reasons_of
from backline_recommender.taste import Ranked

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

SEED_WEIGHT = 4.0
"""The station's first track, beside 1 for the one that was played last."""
FADING = 0.8
"""What a played track weighs of the one played after it."""
REMEMBERED = 10
CHOICES = 60
"""How many of the best each next track is drawn among."""
WARMTH = 0.5
"""In sd of the choices' scores: the higher, the more a station wanders."""
ARTIST_WINDOW = 9
"""With the next track, ten in a row."""


def _taste(seed: int, played: Int64) -> History:
    latest = played[-REMEMBERED:][::-1]
    values = FADING ** np.arange(len(latest), dtype=np.float64)
    return of_rows(np.append(latest, seed), np.append(values, SEED_WEIGHT))


def _chances(scores: Float64) -> Float64:
    spread = float(scores.std())
    heat = np.exp((scores - scores.max()) / (WARMTH * spread)) if spread > 0 else np.ones(len(scores))
    chances: Float64 = heat / heat.sum()
    return chances


def _allowed(rows: Int64, artist_ids: Int64, lately: list[int]) -> NDArray[np.bool_]:
    """Nobody twice in a row, nor more than MAX_OF_ARTIST times in ten."""
    full = {artist for artist, count in Counter(lately).items() if count >= MAX_OF_ARTIST}
    full.update(lately[-1:])
    return ~np.isin(artist_ids[rows], list(full))


def _drawn(
    found: Ranked, model: Model, lately: list[int], limit: int, chance: np.random.Generator
) -> list[tuple[int, float, float]]:
    """Row, score and propensity of each next track."""
    rows, scores = found.rows, found.scores
    out: list[tuple[int, float, float]] = []
    while len(out) < limit and len(rows) > 0:
        allowed = np.flatnonzero(_allowed(rows, model.tracks.artist_ids, lately[-ARTIST_WINDOW:]))[:CHOICES]
        if len(allowed) == 0:
            break
        chances = _chances(scores[allowed])
        pick = int(chance.choice(len(allowed), p=chances))
        place = allowed[pick]
        out.append((int(rows[place]), float(scores[place]), float(chances[pick])))
        lately.append(int(model.tracks.artist_ids[rows[place]]))
        rows, scores = np.delete(rows, place), np.delete(scores, place)
    return out


def radio_next(model: Model, asked: wire.RadioRequest) -> wire.EngineAnswer:
    """The next tracks in the order of play; scores don't fall. Raises UnknownTrackError."""
    seed = int(model.rows_of([asked.seed_track_id])[0])
    played = model.rows_of(asked.played)
    history = _taste(seed, played)
    if len(history) == 0:
        raise UnknownTrackError
    barred = model.barred(np.append(played, seed), asked.exclude)
    listener = model.listener(history)
    found = model.ranked(model.candidates(listener, barred).to_taste(), asked.limit)
    known = np.append(seed, played)
    lately = model.tracks.artist_ids[known[known >= 0]].tolist()
    drawn = _drawn(found, model, lately, asked.limit, chance_of(model, asked.seed))
    reasons = reasons_of(model, history, listener, [row for row, _, _ in drawn])
    items = [
        wire.EngineItem(
            track_id=int(model.tracks.ids[row]),
            score=score,
            reason=reasons[row],
            source="content" if model.is_unheard(row) else "ranker",
            propensity=propensity,
        )
        for row, score, propensity in drawn
    ]
    return answer(model, items)
