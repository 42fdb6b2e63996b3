"""Candidates for one list and their order.

The score is z - exposure × log1p(popularity) + rising, where z is the ranker's, over all tracks: popular tracks have
to be that much better to be shown, and tracks that rise just now need be a little less good. Only tracks to the
listener's taste are ordered so; what is merely rare is never shown for it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

ON_TASTE = 0.25
"""A track is to a listener's taste if it leads the mean unheard track by this part of what the best ones lead by."""
BEST = 10
"""How many tracks that is the mean of, or a quarter of them where they are few."""
EXPOSURE = 1.2
"""What log1p(popularity) costs on z-scores; measured on HetRec Last.fm-2k, where the best are some 10 sd out."""
FULL_EXPOSURE_LEAD = 10.0
"""Where the best tracks lead by less than on that data, exposure costs as much less."""
RISING = 0.3
"""What a track all of whose listens are recent gains, as a part of the best tracks' lead."""
LISTENS_TO_RISE = 5.0
"""So many listens less recent than they are don't count as rising."""


NO_LEAD = 1e-6


@dataclass(frozen=True)
class Candidates:
    """The ranker's best that may be shown, in any order, beside the z-scores that it gave them."""

    rows: Int64
    z: Float32
    mean: float
    """Over all tracks that may be shown."""

    @property
    def lead(self) -> float:
        """By how much the best are ahead of the mean."""
        count = min(BEST, -(-len(self.z) // 4))
        best = 0.0 if count == 0 else float(np.partition(self.z, len(self.z) - count)[-count:].mean()) - self.mean
        return best if best > NO_LEAD else 0.0

    def suits(self, z: Float32) -> Float64:
        """How well scores like these suit the listener: 0 and less as the mean does, 1 as the best do."""
        lead = self.lead
        return (z.astype(np.float64) - self.mean) / lead if lead > 0 else np.zeros(len(z))

    def to_taste(self) -> "Candidates":
        kept = self.suits(self.z) >= ON_TASTE
        return Candidates(self.rows[kept], self.z[kept], self.mean)


NO_CANDIDATES = Candidates(np.zeros(0, np.int64), np.zeros(0, np.float32), 0.0)


@dataclass(frozen=True)
class Ranked:
    """Best first. `risen` are those among the first `limit` that would not be there if they didn't rise."""

    rows: Int64
    scores: Float64
    risen: frozenset[int]

    def __contains__(self, row: int) -> bool:
        return bool((self.rows == row).any())


def ranked(candidates: Candidates, popularity: Float32, recent: Float32, limit: int) -> Ranked:
    """`popularity` and `recent` are those of the candidates."""
    if len(candidates.rows) == 0:
        return Ranked(candidates.rows, np.zeros(0), frozenset())
    lead = candidates.lead
    settled = candidates.z - EXPOSURE * min(1.0, lead / FULL_EXPOSURE_LEAD) * np.log1p(popularity)
    scores = settled + RISING * lead * recent / (popularity + LISTENS_TO_RISE)
    order = np.lexsort((candidates.rows, -scores))
    unrisen = np.lexsort((candidates.rows, -settled))
    risen = set(candidates.rows[order[:limit]].tolist()) - set(candidates.rows[unrisen[:limit]].tolist())
    return Ranked(candidates.rows[order], scores[order], frozenset(risen))
