"""Where hyper-parameters are looked for: log grids over the whole range, and the steps of a climb."""

from collections.abc import Sequence
from dataclasses import replace

from backline_recommender.ease import EaseSettings
from backline_recommender.ials import IalsSettings

UNOBSERVED = (0.3, 0.1, 0.03, 0.01, 0.002)
REGULARISATION = (0.03, 0.01, 0.003, 0.001, 0.0003)
RIDGES = (3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0)
DROPOUTS = (0.0, 0.25, 0.5, 1.0)
MORE_DIMENSIONS = (128, 256)
COARSE_DIMENSIONS = 64
COARSE_EPOCHS = 5
FULL_EPOCHS = 15
STEP = 1.7
SMALL_STEP = 1.3


def coarse_ials() -> list[IalsSettings]:
    return [
        IalsSettings(COARSE_DIMENSIONS, unobserved, regularisation, epochs=COARSE_EPOCHS)
        for unobserved in UNOBSERVED
        for regularisation in REGULARISATION
    ]


def coarse_ease() -> list[EaseSettings]:
    return [EaseSettings(ridge) for ridge in RIDGES]


def _moved(settings: IalsSettings, unobserved: float, regularisation: float) -> IalsSettings:
    """Rounded, so that steps there and back are the same settings."""
    return replace(
        settings,
        unobserved=float(f"{settings.unobserved * unobserved:.4g}"),
        regularisation=float(f"{settings.regularisation * regularisation:.4g}"),
    )


def near_ials(settings: IalsSettings) -> list[IalsSettings]:
    """Along both axes, and along the ridge where less weight of the unobserved asks for more regularisation."""
    up, down = STEP, 1 / STEP
    steps = [(up, 1.0), (down, 1.0), (1.0, up), (1.0, down), (up, down), (down, up)]
    return [_moved(settings, *step) for step in steps]


def wider_ials(settings: IalsSettings, dimensions: int) -> list[IalsSettings]:
    wider = replace(settings, dimensions=dimensions)
    return [_moved(wider, 1.0, step) for step in (1.0, SMALL_STEP, 1 / SMALL_STEP)]


def finalists_of(settings: IalsSettings) -> list[IalsSettings]:
    """In a blend, a model that leans less on what is popular may do better than the one that is best alone."""
    steps = [(1.0, 1.0), (1 / STEP, 1.0), (1.0, 1 / SMALL_STEP), (1 / STEP, SMALL_STEP)]
    return [_moved(settings, *step) for step in steps]


def near_ridges(settings: EaseSettings) -> Sequence[EaseSettings]:
    return [replace(settings, ridge=float(f"{settings.ridge * step:.4g}")) for step in (1.0, STEP, 1 / STEP)]


def with_dropouts(settings: EaseSettings) -> Sequence[EaseSettings]:
    return [replace(settings, dropout=dropout) for dropout in DROPOUTS]
