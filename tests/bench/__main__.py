"""`make bench`: measures, showing how far it is, and writes docs/BENCHMARKS.md."""

import os
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ssak3.system import SystemClock
from tests.bench.bed import bed
from tests.bench.figures import Outcome
from tests.bench.machine import machine
from tests.bench.report import page
from tests.bench.runs import RUNS
from tests.bench.started import ROOT

PAGE = ROOT / "docs" / "BENCHMARKS.md"

out = Console(soft_wrap=True, highlight=False)
app = typer.Typer(add_completion=False)


@app.command()
def main(
    targets: Annotated[list[str] | None, typer.Argument(help=f"Any of {' '.join(RUNS)}; all when none is named.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Of each side, in turn.")] = 3,
) -> None:  # fmt: skip
    """Measure; the page is written when everything was."""
    wanted = targets or list(RUNS)
    if unknown := set(wanted) - set(RUNS):
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}")
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    began = time.monotonic()
    with bed() as servers, _progress() as progress:
        about = machine(servers.postgres, servers.rabbit)
        outcomes = []
        for target in wanted:
            task = progress.add_task(target, total=None, doing="")

            def tell(doing: str, task: object = task) -> None:
                progress.update(task, doing=doing)  # type: ignore[arg-type]

            outcomes.append(RUNS[target](servers, rounds, tell))
            progress.update(task, total=1, completed=1, doing="")
            progress.console.print(f"{target} {_told(outcomes[-1])}", markup=False)
    text = page(outcomes, about, SystemClock().now(), rounds, (time.monotonic() - began) / 60, load)
    if targets:
        out.print(text, markup=False)
    else:
        PAGE.write_text(text)
        out.print(f"Written: {PAGE.relative_to(ROOT)}")


def _told(outcome: Outcome) -> str:
    return "; ".join(f"{goal}: {series}" for goal, series in outcome.goals)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=12), TimeElapsedColumn(),
        TextColumn("{task.fields[doing]}"), console=Console(stderr=True),
    )  # fmt: skip


if __name__ == "__main__":
    app()
