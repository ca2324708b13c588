"""Rule 13: every event is told in order, and reaches each consumer that follows its context."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from messaging.catalogue import FOLLOWS, queue_name
from messaging.hearing import Hearing
from ssak3.audit.facts import Facts
from ssak3.audit.findings import Check, Finding, fault, stuck
from storage.audit import Logged, Messages


def check_sequences(facts: Facts) -> Check:
    """Each subject's events are numbered from 1 without a gap, and the log holds what went out.

    Of a subject that began before the logs do, the first ones are gone: the others have no gap.
    """
    every = facts.snapshot.messages
    found = [finding for name, messages in every.items() for finding in _context(facts, name, messages)]
    total = sum(len(messages.log) for messages in every.values())
    return Check(name="13 sequences", looked_at=total, unit="events", findings=found)


def _context(facts: Facts, name: str, messages: Messages) -> Iterator[Finding]:
    numbers: dict[str, list[int]] = {}
    for logged in messages.log:
        numbers.setdefault(logged.subject, []).append(logged.sequence)
        yield from _entry(name, logged)
        outgoing = messages.outbox.get(logged.event_id)
        if outgoing is not None and outgoing != logged.body:
            yield fault(f"event {logged.event_id} ({logged.type}) waits in {name}'s outbox with another content")
    for subject in sorted({*numbers, *messages.last_number}):
        there = set(numbers.get(subject, ()))
        last = max([messages.last_number.get(subject, 0), *there])
        first = 1 if facts.is_remembered(subject) else min(there, default=last + 1)
        missing = [str(number) for number in range(first, last + 1) if number not in there]
        if missing:
            yield fault(f"{name}'s log of {subject} lacks number {', '.join(missing[:10])} of {last}")
        if last != messages.last_number.get(subject, 0):
            yield fault(f"{name} counts {messages.last_number.get(subject, 0)} events of {subject}, its log has {last}")
    known = {logged.event_id for logged in messages.log}
    for event_id in sorted(messages.outbox.keys() - known):
        if facts.is_remembered(event_id):
            yield fault(f"event {event_id} waits in {name}'s outbox, and isn't in its log")


def _entry(name: str, logged: Logged) -> Iterator[Finding]:
    said = logged.received
    if said is None:
        yield fault(f"event {logged.event_id} in {name}'s log can't be read: {logged.problem}")
    elif (said.id, said.event.TYPE, said.subject, said.sequence, said.source) != (
        logged.event_id, logged.type, logged.subject, logged.sequence, f"/ssak3/{name}",
    ):  # fmt: skip
        yield fault(f"event {logged.event_id} in {name}'s log says another id, type, subject or number inside")


def check_messages(facts: Facts) -> Check:
    """Each event of some age is handled by, or on its way to, each consumer; nothing waits for too long."""
    found = [*_stuck(facts)]
    queued: dict[str, set[str]] = {}
    for row in _queued(facts):
        queued.setdefault(row.home, set()).add(row.message_id)
    looked_at = 0
    for consumer, sources in FOLLOWS.items():
        missing: list[Logged] = []
        for source in sources:
            hearing = facts.hearing(consumer, source, queued.get(queue_name(consumer), ()))
            log = facts.snapshot.messages[source].log
            quiet = [logged for logged in log if facts.is_quiet(logged.recorded_at)]
            missing += [logged for logged in quiet if _lacks(hearing, logged)]
            found += _passed_by(facts, consumer, hearing, quiet)
            looked_at += len(log)
        found += _missing(facts, consumer, missing)
    unseen = "RabbitMQ can't be reached" if facts.queues.waiting is None else ""
    return Check(name="13 deliveries", looked_at=looked_at, unit="events to consumers", findings=found, unseen=unseen)


def _queued(facts: Facts) -> Sequence[Any]:
    """Messages that can be looked at: the embedded broker's, or RabbitMQ's dead ones."""
    return facts.queues.dead or facts.snapshot.rows.get("queued", ())


def _missing(facts: Facts, consumer: str, missing: Sequence[Logged]) -> Iterator[Finding]:
    """A message that waits in RabbitMQ has no name: as many as wait there are on their way."""
    waiting = facts.queues.waiting
    if waiting is None or len(missing) <= waiting.get(consumer, 0):
        for logged in missing:
            if facts.is_overdue(logged.recorded_at):
                yield stuck(f"event {logged.event_id} ({logged.type}) hasn't reached {consumer} after "
                            f"{facts.waited(logged.recorded_at)}")  # fmt: skip
        return
    for logged in missing:
        yield fault(
            f"event {logged.event_id} ({logged.type}, number {logged.sequence} of {logged.subject}) "
            f"never reached {consumer}; ssak3 events republish tells it again"
        )


def _lacks(hearing: Hearing, logged: Logged) -> bool:
    return hearing.lacks(logged.event_id, logged.subject, logged.sequence, logged.recorded_at)


def _passed_by(facts: Facts, consumer: str, hearing: Hearing, quiet: Sequence[Logged]) -> Iterator[Finding]:
    """Its position says that it has handled one, and its inbox doesn't: told again, it would be refused."""
    inbox = facts.snapshot.messages[consumer].inbox
    for logged in quiet:
        if logged.event_id in inbox or logged.sequence > hearing.reached.get(logged.subject, 0):
            continue
        # One that joined later starts with the first it sees of each subject.
        if hearing.joined_at is not None and logged.recorded_at < hearing.joined_at:
            continue
        if facts.is_remembered(logged.event_id):
            yield fault(
                f"event {logged.event_id} ({logged.type}, number {logged.sequence} of {logged.subject}) "
                f"was passed by at {consumer}: its position is beyond it, its inbox lacks it"
            )


def _stuck(facts: Facts) -> Iterator[Finding]:
    for name, messages in facts.snapshot.messages.items():
        for event_id in messages.outbox:
            yield from _waiting(facts, event_id, f"waits in {name}'s outbox")
        for row in messages.parked:
            if facts.is_overdue(row.parked_at):
                yield stuck(_parked(facts, name, row, messages.position))
    for row in _queued(facts):
        if row.queue.endswith(".dead"):
            yield stuck(f"event {row.message_id} ({row.routing_key}) is dead in {row.queue}: {row.cause}")
        else:
            yield from _waiting(facts, row.message_id, f"waits in {row.queue}" + (f": {row.cause}" * bool(row.cause)))


def _waiting(facts: Facts, event_id: str, where: str) -> Iterator[Finding]:
    known = facts.logged.get(event_id)
    if known is None:
        if not facts.is_remembered(event_id):
            yield stuck(f"event {event_id} {where} since before the logs begin")
        elif "outbox" not in where:
            yield fault(f"message {event_id} {where}, and nobody's log knows it")
    elif facts.is_overdue(known[1].recorded_at):
        since = facts.waited(known[1].recorded_at)
        yield stuck(f"event {event_id} ({known[1].type}) {where} for {since}")


def _parked(facts: Facts, name: str, row: Any, position: Mapping[tuple[str, str], int]) -> str:
    reached = position.get((row.source, row.subject), 0)
    why = f"the event {row.waits_for} that caused it" if row.waits_for else f"number {reached + 1} of {row.subject}"
    return f"event {row.event_id} is parked at {name} for {facts.waited(row.parked_at)}, waiting for {why}"
