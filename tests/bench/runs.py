"""What is run, and how much of it."""

from collections.abc import Callable, Mapping

from tests.bench import booking, broadcasting, draining, handling, latency, outage, pipeline, reading
from tests.bench.bed import Bed
from tests.bench.figures import Outcome

Tell = Callable[[str], None]

# One target's, in so many rounds.
RUNS: Mapping[str, Callable[[Bed, int, Tell], Outcome]] = {
    "T1": lambda bed, rounds, tell: handling.measure(bed, rounds, 12_000, tell),
    "T2": lambda bed, rounds, tell: draining.measure(bed, rounds, 12_000, tell),
    "T3": lambda bed, rounds, tell: pipeline.measure(bed, rounds, 6_000, tell),
    "T4": lambda bed, rounds, tell: latency.measure(bed, rounds, 400, tell),
    "T5": lambda bed, rounds, tell: booking.measure(bed, rounds, 12, tell),
    "T6": lambda bed, rounds, tell: outage.measure(bed, rounds, 8, tell),
    "T8": lambda bed, rounds, tell: broadcasting.measure(bed, rounds, 30, tell),
    "T9": lambda bed, rounds, tell: reading.measure(bed, rounds, 3, tell),
}
