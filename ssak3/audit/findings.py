"""What an audit finds: broken promises, and what waits too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

# What is younger may still be under way; what waits longer needs somebody.
QUIET = timedelta(seconds=60)
STUCK = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, or stuck; `text` names it with its ids and figures."""

    text: str
    is_stuck: bool = False


@dataclass(frozen=True, kw_only=True)
class Check:
    """One promise, how many things were looked at for it, and what was found. `unseen`: what couldn't be looked at."""

    name: str
    looked_at: int
    unit: str
    findings: Sequence[Finding] = ()
    unseen: str = ""

    @property
    def faults(self) -> Sequence[Finding]:
        """Promises that are broken."""
        return [finding for finding in self.findings if not finding.is_stuck]

    @property
    def stuck(self) -> Sequence[Finding]:
        """What waits too long."""
        return [finding for finding in self.findings if finding.is_stuck]


def fault(text: str) -> Finding:
    """A promise is broken."""
    return Finding(text=text)


def stuck(text: str) -> Finding:
    """It has waited for 15 minutes or more."""
    return Finding(text=text, is_stuck=True)
