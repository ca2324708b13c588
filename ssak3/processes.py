"""What each process serves, consumes, relays and runs: the whole deployment on one screen."""

from collections.abc import Mapping
from dataclasses import dataclass

from ssak3.settings import CONTEXTS


@dataclass(frozen=True, kw_only=True)
class Process:
    """Names of parts, as `ssak3.composition` builds them."""

    serves: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()
    relays: tuple[str, ...] = ()
    loops: tuple[str, ...] = ()


WRITERS = ("bot", "reservation", "payment", "cleaning", "notification")

PROCESSES: Mapping[str, Process] = {
    "bot": Process(
        serves=("page", "chat", "api"),
        opens=("bot", "reservation", "cleaning", "notification", "mypage"),
        relays=("bot", "reservation", "cleaning", "notification"),
        loops=("answering", "live"),
    ),
    "reservation": Process(opens=("reservation",), consumes=("reservation",), relays=("reservation",)),
    "payment": Process(
        serves=("payment", "checkout"),
        opens=("payment",),
        consumes=("payment",),
        relays=("payment",),
        loops=("attempts", "refunds", "availability"),
    ),
    "cleaning": Process(opens=("cleaning",), consumes=("cleaning",), relays=("cleaning",)),
    "notification": Process(
        opens=("notification",), consumes=("notification",), relays=("notification",), loops=("sender",)
    ),
    "mypage": Process(opens=("mypage",), consumes=("mypage",)),
    "scheduler": Process(opens=CONTEXTS, relays=WRITERS, loops=("scheduler",)),
    "sandbox": Process(serves=("sandbox",)),
}

EMBEDDED = tuple(PROCESSES)
