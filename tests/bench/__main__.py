"""`python -m tests.bench`: measures, and writes docs/BENCHMARKS.md."""
import sys
from tests.bench.bed import bed
from importlib import import_module
with bed() as b:
    for name in sys.argv[1].split(","):
        mod = import_module(f"tests.bench.{name.split(chr(58))[0]}")
        o = getattr(mod, "measure_"+name.split(":")[1] if ":" in name else "measure")(b, int(sys.argv[2]), int(sys.argv[3]), print)
        for g, s in o.goals: print("  GOAL", g, s, g.is_met_by(s))
        for n, s in o.measured.items(): print("  ",n, s)
        for n, c in o.cpu.items():
            print("  ",n, {k: str(v) for k, v in c.items()})
        print(*o.remarks, sep="\n")
