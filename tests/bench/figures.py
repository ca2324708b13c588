"""Figures: several rounds of the same thing, what they come to, and how far apart they lie."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Series:
    """One figure of every round. `unit` is written behind it."""

    values: Sequence[float]
    unit: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        spread = "" if len(self.values) == 1 else f" [{number(low)}–{number(high)}]"
        return f"{number(self.median)}{spread}{f' {self.unit}' if self.unit else ''}"


def number(value: float) -> str:
    """As many digits as say something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What a figure is to reach: at least, or else at most `bound`."""

    what: str
    bound: float
    at_least: bool

    def is_met_by(self, series: Series) -> bool:
        return series.median >= self.bound if self.at_least else series.median <= self.bound

    def __str__(self) -> str:
        return f"{self.what} {'≥' if self.at_least else '≤'} {number(self.bound)}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one benchmark found: figures for goals, everything else that was measured, and what is to be said of it."""

    target: str
    title: str
    goals: Sequence[tuple[Goal, Series]]
    measured: Mapping[str, Series]
    cpu: Mapping[str, Mapping[str, Series]] = field(default_factory=dict)
    cpu_unit: str = ""
    remarks: Sequence[str] = ()


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Series:
    """Round by round: what disturbed a round disturbed both of its sides."""
    return Series(values=[our / their for our, their in zip(ours, theirs, strict=True)], unit="x")


def each(rounds: Sequence[Mapping[str, float]], scale: float = 1.0) -> dict[str, Series]:
    """The rounds' figures by name; a name that a round doesn't have counts as 0 there."""
    names = dict.fromkeys(name for one in rounds for name in one)
    return {name: Series(values=[one.get(name, 0.0) * scale for one in rounds]) for name in names}
