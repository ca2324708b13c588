"""What operators see of the inside: dead letters, and what happened to a reservation."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.conversation.effects_operator import DeadGroup, HistoryLine
from bot.people import People
from messaging.dead import DeadLetters
from services.mypage.view import ReservationView
from services.notification.use_cases import NotificationUseCases
from services.shared_kernel.event import LoggedEvent
from services.shared_kernel.wording import Language
from storage.history import SqlHistory


class BrokersDeadLetters:
    """The broker's, for the operator's chat."""

    def __init__(self, dead: DeadLetters) -> None:
        self._dead = dead

    async def groups(self) -> Sequence[DeadGroup]:
        return [
            DeadGroup(
                consumer=group.consumer,
                cause=group.cause,
                count=group.count,
                types=group.types,
                first_at=group.first_at,
            )
            for group in await self._dead.groups()
        ]

    async def replay(self, consumer: str, cause: str) -> int:
        return await self._dead.replay(consumer, cause)


class PaymentsEvents(Protocol):
    """What happened to a payment, from where its log is."""

    async def __call__(self, *, payment_id: str) -> Sequence[LoggedEvent]: ...


class ReservationHistory:
    """Events from the logs, notices from the delivery ledger. `payments_events` is None where its log is here."""

    def __init__(
        self, logs: SqlHistory, payments_events: PaymentsEvents | None, notifications: NotificationUseCases,
        people: People, title: Callable[[str, Language], str],
    ) -> None:  # fmt: skip
        self._logs = logs
        self._payments_events = payments_events
        self._notifications = notifications
        self._people = people
        self._title = title

    async def of(self, view: ReservationView, language: str) -> Sequence[HistoryLine]:
        subjects = {"reservation": view.id}
        events: list[LoggedEvent] = []
        if view.payment is not None and self._payments_events is None:
            subjects["payment"] = view.payment.id
        elif view.payment is not None and self._payments_events is not None:
            events += await self._payments_events(payment_id=view.payment.id)
        if view.job is not None:
            subjects["cleaning"] = view.job.id
        events += await self._logs.of(subjects)
        lines = [HistoryLine(at=event.at, source="event", name=event.type) for event in events]
        for entry in await self._notifications.ledger_of(view.id):
            recipient = await self._people.find(entry.notification.recipient_id)
            lines.append(
                HistoryLine(
                    at=entry.delivery.sent_at or entry.notification.created_at,
                    source="notice",
                    name=entry.notification.template,
                    title=self._title(entry.notification.template, "en" if language == "en" else "ko"),
                    to=recipient.role if recipient else "",
                    status=entry.delivery.status,
                )
            )
        return sorted(lines, key=lambda line: line.at)
