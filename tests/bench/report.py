"""docs/BENCHMARKS.md, written by a run."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.bench.figures import Goal, Outcome, Series, number

HEAD = """# Benchmarks

Written by `make bench`: don't edit. Both sides of each comparison are measured in the same run, in turn, each round with
an empty database and fresh processes; a figure is the median of the rounds, in brackets the least and the most. Servers
are private ones on loopback; everything, the load too, shares the cores. Compare the two sides of a row, not the rows of
different runs: what else the machine does shows in the figures.
"""
BUSY = """**The machine was busy with other work (load average before: {load}). Only figures of an idle one say whether a goal is
met; here look at the ratios and at the processor time.**
"""
REPEAT = """## How to repeat it

```
make bench                              # all of it, about {minutes} minutes; writes this page
make bench ARGS="T1 T4 --rounds 5"      # some of it, shown only
```

It needs RabbitMQ, PostgreSQL, siege and wrk, which it installs where they are missing, and a machine that does nothing
else. The references are `tests/bench/reference_*.py`. `make test` runs a tiny form of T2, to see that all of it works.
T10, what repeated kills leave behind, is counted by `make chaos`, into RELIABILITY.md beside this page.
"""


def page(
    outcomes: Sequence[Outcome], machine: Mapping[str, str], at: datetime, rounds: int, minutes: float, load: str
) -> str:  # fmt: skip
    """All of it, in Markdown."""
    about = {"when": f"{at:%Y-%m-%d %H:%M} UTC, {rounds} rounds", "load average before": load, **machine}
    parts = [
        HEAD,
        *([BUSY.format(load=load)] if float(load.split(maxsplit=1)[0]) > float(machine["cores"]) else []),
        _table(("#", "what", "goal", "measured", "met"), [_row(outcome, *goal) for outcome in outcomes for goal in outcome.goals]),
        "## Measured on\n",
        _table(("", ""), list(about.items())),
        *(_section(outcome) for outcome in outcomes),
        REPEAT.format(minutes=round(minutes)),
    ]  # fmt: skip
    return "\n".join(parts)


def _row(outcome: Outcome, goal: Goal, series: Series) -> tuple[str, ...]:
    return outcome.target, outcome.title, str(goal), str(series), "yes" if goal.is_met_by(series) else "**no**"


def _section(outcome: Outcome) -> str:
    lines = [f"## {outcome.target}: {outcome.title}\n"]
    lines.append(
        _table(("", "median [least–most]"), [(name, str(series)) for name, series in outcome.measured.items()])
    )
    for side, cpu in outcome.cpu.items():
        lines.append(_spent(side, cpu, outcome.cpu_unit))
    lines += [f"{remark}\n" for remark in outcome.remarks]
    return "\n".join(lines)


def _spent(side: str, cpu: Mapping[str, Series], unit: str) -> str:
    """What it took of each process, and so what limits it."""
    parts = sorted(cpu.items(), key=lambda part: -part[1].median)
    told = ", ".join(f"{name} {number(series.median)}" for name, series in parts if series.median >= 0.005)
    total, (busiest, most) = sum(series.median for _, series in parts), parts[0]
    return (
        f"Processor time of {side}, {unit}: {told}; together {number(total)}. One core gives {busiest} at most "
        f"{number(1000 / most.median) if most.median else '∞'} a second.\n"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
