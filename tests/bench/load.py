"""Load from outside: siege, as it was used on the original, and wrk where percentiles are wanted."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bed import TOKEN

CONNECTIONS = 100
# One thread of wrk sends more than anything here answers, and goes through the lines in order.
SCRIPT = """
local lines, at, counts, mine = {}, 0, {}, nil
function setup(thread) mine = thread end
function init()
  for line in io.lines("%(requests)s") do lines[#lines + 1] = line end
  statuses = ""
end
function request()
  at = at %% #lines + 1
  return wrk.format("%(method)s", %(target)s)
end
function response(status)
  counts[status] = (counts[status] or 0) + 1
  statuses = ""
  for code, count in pairs(counts) do statuses = statuses .. code .. "=" .. count .. " " end
end
function done(summary, latency)
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write("RESULT ", summary.duration, " ", latency:percentile(50), " ", latency:percentile(99), " ")
  io.write(latency.max, " ", broken, "\\n", "STATUSES ", mine:get("statuses"), "\\n")
end
"""
RCFILE = """
verbose = false
quiet = true
show-logfile = false
logging = false
protocol = HTTP/1.1
connection = keep-alive
benchmark = true
internet = false
json_output = true
color = off
csv = false
timeout = 30
failures = 1000000
"""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What came back in `seconds`: counts by status, and milliseconds."""

    seconds: float
    statuses: Mapping[int, int]
    broken: int
    p50: float
    p99: float
    longest: float

    @property
    def count(self) -> int:
        return sum(self.statuses.values())


@dataclass(frozen=True, kw_only=True)
class Sieged:
    """What siege says."""

    transactions: int
    per_second: float
    mean_seconds: float
    availability_percent: float


def siege(
    folder: Path, url: str, bodies: Sequence[str], seconds: int, connections: int = CONNECTIONS
) -> Sieged:  # fmt: skip
    """POSTs of these bodies, over and over."""
    urls, settings = folder / "urls.txt", folder / "siegerc"
    urls.write_text("".join(f"{url} POST {body}\n" for body in bodies))
    settings.write_text(RCFILE)
    command = [
        "siege", f"--rc={settings}", f"--concurrent={connections}", f"--time={seconds}S", f"--file={urls}",
        "--content-type=application/json", f"--header=Authorization: Bearer {TOKEN}",
    ]  # fmt: skip
    done = subprocess.run(
        command, env={**os.environ, "HOME": str(folder)}, capture_output=True, check=True, text=True,
        timeout=seconds + 60,
    )  # fmt: skip
    told = json.loads(done.stdout[done.stdout.index("{") :])
    return Sieged(
        transactions=told["transactions"],
        per_second=told["transaction_rate"],
        mean_seconds=told["response_time"],
        availability_percent=told["availability"],
    )


def posts(folder: Path, url: str, bodies: Sequence[str], seconds: int, connections: int = CONNECTIONS) -> Answers:
    """The same with wrk."""
    return _wrk(folder, url, bodies, seconds, connections, method="POST", target="nil, nil, lines[at]")


def gets(folder: Path, url: str, paths: Sequence[str], seconds: int, connections: int = CONNECTIONS) -> Answers:
    """These paths, in turn."""
    return _wrk(folder, url, paths, seconds, connections, method="GET", target="lines[at]")


def _wrk(
    folder: Path, url: str, lines: Sequence[str], seconds: int, connections: int, *, method: str, target: str
) -> Answers:
    requests, script = folder / "requests.txt", folder / "load.lua"
    requests.write_text("\n".join(lines))
    script.write_text(SCRIPT % {"requests": requests, "method": method, "target": target})
    command = [
        "wrk", f"--connections={connections}", "--threads=1", f"--duration={seconds}s", f"--script={script}",
        "--timeout=30s", f"--header=Authorization: Bearer {TOKEN}", "--header=Content-Type: application/json", url,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=seconds + 60)
    return _read(done.stdout)


def _read(told: str) -> Answers:
    statuses: dict[int, int] = {}
    result: list[float] = []
    for line in told.splitlines():
        name, _, rest = line.partition(" ")
        if name == "RESULT":
            result = [float(part) for part in rest.split()]
        for pair in rest.split() if name == "STATUSES" else ():
            status, _, count = pair.partition("=")
            statuses[int(status)] = int(count)
    duration, p50, p99, longest, broken = result
    return Answers(
        seconds=duration / 1e6,
        statuses=statuses,
        broken=int(broken),
        p50=p50 / 1e3,
        p99=p99 / 1e3,
        longest=longest / 1e3,
    )
