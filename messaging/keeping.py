"""How long an event is remembered, counted from when it was told, which its id says (ADR 25)."""

from datetime import timedelta

# In the log. Older ones nobody asks for: audit and rebuilds begin here, and no effect waits for a cause so old.
LOG_KEPT = timedelta(days=400)
# That a consumer has handled it: longer than anybody asks, so that clocks that differ do no harm.
MARKS_KEPT = LOG_KEPT + timedelta(days=30)
