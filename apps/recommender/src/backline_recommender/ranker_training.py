"""Trains the ranker that was chosen on all there is."""

import os

import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from backline_recommender.arrays import Csr
from backline_recommender.cold_items import Content, with_content
from backline_recommender.ease import solve_ease
from backline_recommender.ials_training import train_ials
from backline_recommender.interactions import Interactions
from backline_recommender.ranker import Ranker
from backline_recommender.selection import Chosen

NEIGHBOURS = 200
"""Weights kept of each played item."""
SHARED_ABOVE = 4_000
"""Inverting smaller matrices takes less time than threads that wait for one another."""


def available_threads() -> int:
    """Processors that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _neighbours(confidences: Csr, chosen: Chosen, threads: int) -> Csr:
    if chosen.ease_share == 0:
        return sp.csr_array((confidences.shape[1], confidences.shape[1]), dtype="float32")
    with threadpool_limits(threads if min(confidences.shape) > SHARED_ABOVE else 1, "blas"):
        return solve_ease(confidences, chosen.ease).neighbours(NEIGHBOURS)


def train_ranker(source: Interactions, chosen: Chosen, threads: int, content: Content | None = None) -> Ranker:
    """
    Trust weighs in both families: a play that is believed by a tenth pulls by a tenth.

    With `content`, items with few listeners stand where it says.
    """
    confidences = source.confidences(chosen.scale)
    ials = train_ials(confidences, chosen.ials, threads)
    if content is not None:
        ials = with_content(ials, source.listeners(), content)
    return Ranker(chosen.scale, chosen.ease_share, ials, _neighbours(confidences, chosen, threads))
