"""What a benchmark measured, what it has to reach, and what others published."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    study: str
    what: str
    value: float
    published: float | None = None
    least: float | None = None
    most: float | None = None

    @property
    def is_gate(self) -> bool:
        return self.least is not None or self.most is not None

    @property
    def holds(self) -> bool:
        above = self.least is None or self.value >= self.least
        return above and (self.most is None or self.value <= self.most)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _goal(figure: Figure) -> str:
    parts = []
    if figure.least is not None:
        parts.append(f"≥ {figure.least:.4g}")
    if figure.most is not None:
        parts.append(f"≤ {figure.most:.4g}")
    return " ".join(parts)


def _verdict(figure: Figure) -> str:
    if not figure.is_gate:
        return ""
    return "reached" if figure.holds else "MISSED"


def table(figures: Sequence[Figure]) -> str:
    head = ("study", "figure", "here", "published", "to reach", "")
    rows = [head] + [
        (each.study, each.what, _number(each.value), _number(each.published), _goal(each), _verdict(each))
        for each in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def tally(figures: Sequence[Figure]) -> tuple[int, int]:
    """How many gates were passed, and how many not."""
    gates = [figure for figure in figures if figure.is_gate]
    passed = sum(figure.holds for figure in gates)
    return passed, len(gates) - passed
