"""HetRec 2011 Last.fm-2k: who played which artist how often, who gave which artist which tag."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from backline_recommender.arrays import Bool, Csr, Int64
from backline_recommender.interactions import Interactions, interactions

FOLDER = "hetrec2011-lastfm-2k"
DATA_VARIABLE = "BACKLINE_BENCH_DATA"


def default_data() -> Path:
    """Beside the project, unless the environment says otherwise."""
    project = Path(__file__).resolve().parents[5]
    return Path(os.environ.get(DATA_VARIABLE, project.parent / "shared" / "data"))


def is_there(data: Path) -> bool:
    return (data / FOLDER / "user_artists.dat").is_file()


def _numbers(path: Path, columns: int, delimiter: str, header: bool) -> Int64:
    """[rows, columns]"""
    return np.loadtxt(path, dtype=np.int64, delimiter=delimiter, skiprows=int(header), usecols=range(columns), ndmin=2)


@dataclass(frozen=True)
class HetRec:
    """Users and artists by place; `pairs` is [pairs, 2], with `counts` beside it."""

    users: int
    artists: int
    pairs: Int64
    counts: Int64
    taggings: Int64
    """[taggings, 3] user, artist, tag"""
    tags: int

    def plays(self, where: Bool) -> Interactions:
        return interactions(
            self.pairs[where, 0],
            self.pairs[where, 1],
            self.counts[where].astype(np.float32),
            np.ones(int(where.sum()), dtype=np.float32),
            (self.users, self.artists),
        )

    def marks(self, where: Bool) -> Csr:
        """users × artists, 1 for each of these pairs"""
        users, artists = self.pairs[where].T
        return sp.csr_array((np.ones(len(users), np.float32), (users, artists)), shape=(self.users, self.artists))

    def pair_keys(self, users: Int64, artists: Int64) -> Int64:
        return users * self.artists + artists

    def tag_counts(self, where: Bool) -> Csr:
        """artists × tags, how many users gave it"""
        _, artists, tags = self.taggings[where].T
        counts = sp.csr_array((np.ones(len(artists), np.float32), (artists, tags)), shape=(self.artists, self.tags))
        counts.sum_duplicates()
        return counts


def load(data: Path) -> HetRec:
    plays = _numbers(data / FOLDER / "user_artists.dat", 3, "\t", header=True)
    given = _numbers(data / FOLDER / "user_taggedartists.dat", 3, "\t", header=True)
    users, of_users = np.unique(plays[:, 0], return_inverse=True)
    artists, of_artists = np.unique(plays[:, 1], return_inverse=True)
    given = given[np.isin(given[:, 0], users) & np.isin(given[:, 1], artists)]
    tags, of_tags = np.unique(given[:, 2], return_inverse=True)
    taggings = np.column_stack([np.searchsorted(users, given[:, 0]), np.searchsorted(artists, given[:, 1]), of_tags])
    pairs = np.column_stack([of_users, of_artists])
    return HetRec(len(users), len(artists), pairs, plays[:, 2], taggings, len(tags))


@dataclass(frozen=True)
class Fold:
    """Of a published split, binary, with only the items and users of the fold."""

    train: Interactions
    test: Csr


def load_fold(data: Path, fold: int) -> Fold:
    folder = data / FOLDER / "folds"
    train = _numbers(folder / f"{fold}-train.dat", 2, ",", header=False)
    test = _numbers(folder / f"{fold}-test.dat", 2, ",", header=False)
    both = np.concatenate([train, test])
    users, of_users = np.unique(both[:, 0], return_inverse=True)
    items, of_items = np.unique(both[:, 1], return_inverse=True)
    shape = (len(users), len(items))
    ones = np.ones(len(both), dtype=np.float32)
    head, tail = slice(len(train)), slice(len(train), None)
    marks = sp.csr_array((ones[tail], (of_users[tail], of_items[tail])), shape=shape)
    return Fold(interactions(of_users[head], of_items[head], ones[head], ones[head], shape), marks)
