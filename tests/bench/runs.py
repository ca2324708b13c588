"""What is run, and how much of it: in full, and as little as shows that it works."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.bench import booking, draining, handling, outage, pipeline, reading
from tests.bench.bed import Bed
from tests.bench.figures import Outcome

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One target's. `tiny` has every process of ours in one OS process where that shows the same."""

    full: Callable[[Bed, int, Tell], Outcome]
    tiny: Callable[[Bed, Tell], Outcome]


RUNS: Mapping[str, Run] = {
    "T1": Run(
        full=lambda bed, rounds, tell: handling.measure(bed, rounds, 12_000, tell),
        tiny=lambda bed, tell: handling.measure(bed, 1, 300, tell),
    ),
    "T2": Run(
        full=lambda bed, rounds, tell: draining.measure(bed, rounds, 12_000, tell),
        tiny=lambda bed, tell: draining.measure(bed, 1, 300, tell, apart=False),
    ),
    "T3": Run(
        full=lambda bed, rounds, tell: pipeline.measure(bed, rounds, 2_000, tell),
        tiny=lambda bed, tell: pipeline.measure(bed, 1, 40, tell, apart=False),
    ),
    "T4": Run(
        full=lambda bed, rounds, tell: pipeline.measure_latency(bed, rounds, 400, tell),
        tiny=lambda bed, tell: pipeline.measure_latency(bed, 1, 20, tell, apart=False),
    ),
    "T5": Run(
        full=lambda bed, rounds, tell: booking.measure(bed, rounds, 12, tell),
        tiny=lambda bed, tell: booking.measure(bed, 1, 2, tell, apart=False, connections=2),
    ),
    "T6": Run(
        full=lambda bed, rounds, tell: outage.measure(bed, rounds, 8, tell),
        tiny=lambda bed, tell: outage.measure(bed, 1, 1, tell, apart=False, connections=2),
    ),
    "T9": Run(
        full=lambda bed, rounds, tell: reading.measure(bed, rounds, 3, tell),
        tiny=lambda bed, tell: reading.measure(bed, 1, 1, tell, few=100, many=300),
    ),
}
