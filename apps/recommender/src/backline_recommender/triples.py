"""Files of `user<TAB>item<TAB>weight` lines."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from backline_recommender.arrays import Csr
from backline_recommender.interactions import Interactions, interactions
from backline_recommender.refused import RefusedError


@dataclass(frozen=True)
class Triples:
    """Columns of a file, one entry a line."""

    users: list[str]
    items: list[str]
    weights: list[float]


def _weight(text: str, path: Path, line: int) -> float:
    try:
        weight = float(text)
    except ValueError as cause:
        raise RefusedError(f"{path}, line {line}: the weight {text[:40]!r} is no number") from cause
    if not math.isfinite(weight) or weight < 0:
        raise RefusedError(f"{path}, line {line}: the weight {text[:40]} is not a finite number of at least 0")
    return weight


def read_triples(path: Path) -> Triples:
    """Empty lines are passed over. Raises RefusedError, which names file and line."""
    triples = Triples([], [], [])
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise RefusedError(f"{path} can't be read: {cause}") from cause
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() == "":
            continue
        fields = line.split("\t")
        if len(fields) != 3 or "" in fields[:2]:
            raise RefusedError(f"{path}, line {number}: not user, item and weight with a tab between")
        triples.users.append(fields[0])
        triples.items.append(fields[1])
        triples.weights.append(_weight(fields[2], path, number))
    return triples


@dataclass(frozen=True)
class TrainAndTest:
    """Both matrices have a row for each user and a column for each item of either file."""

    train: Interactions
    test: Csr
    """1 where the pair is in the test file, whatever its weight."""


def _index(*columns: list[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(dict.fromkeys(name for column in columns for name in column))}


def indexed(train: Triples, test: Triples) -> TrainAndTest:
    users, items = _index(train.users, test.users), _index(train.items, test.items)
    shape = (len(users), len(items))

    def places(names: list[str], index: dict[str, int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.fromiter((index[name] for name in names), dtype=np.int64, count=len(names))

    weights = np.array(train.weights, dtype=np.float32)
    rows = interactions(places(train.users, users), places(train.items, items), weights, np.ones_like(weights), shape)
    held = sp.coo_array(
        (np.ones(len(test.users), np.float32), (places(test.users, users), places(test.items, items))), shape=shape
    ).tocsr()
    held.data = np.ones_like(held.data)
    return TrainAndTest(rows, held)
