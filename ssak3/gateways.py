"""How contexts of one process reach each other through their ports, where a network would be in between."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.links import Links
from bot.message_log import LogWriter
from bot.notices import Notices
from bot.ports import BotWork
from services.notification.ports import Accepted, Advertising, PersonDetails, SendResult
from services.notification.values import Agency
from services.payment import results
from services.payment.refusals import AlreadyPaid, AttemptLive
from services.payment.use_cases import PaymentUseCases
from services.payment.wording import method_name
from services.reservation import ports
from services.reservation.catalogue import Catalogue
from services.shared_kernel.adapters.breaker import Breaker, CircuitOpen
from services.shared_kernel.card import Card
from services.shared_kernel.refusal import Refusal
from services.shared_kernel.wording import Language

PAYMENT_TIMEOUT_SECONDS = 3.0


class InProcessPayments(ports.PaymentGateway):
    """Payment in the same process: the same timeout and breaker as over HTTP.

    A call that takes too long goes on in payment; only its caller stops waiting.
    """

    def __init__(
        self, payments: PaymentUseCases, breaker: Breaker, timeout_seconds: float = PAYMENT_TIMEOUT_SECONDS
    ) -> None:
        self._payments = payments
        self._breaker = breaker
        self._timeout_seconds = timeout_seconds

    async def pay(
        self, *, reservation_id: str, customer_id: str, attempt_id: str, amount_krw: int, method: str,
        pay_by: datetime,
    ) -> ports.Answer:  # fmt: skip
        return await self._ask(
            lambda: self._payments.pay(
                reservation_id=reservation_id,
                customer_id=customer_id,
                attempt_id=attempt_id,
                amount_krw=amount_krw,
                method=method,
                pay_by=pay_by,
            )
        )

    async def resolve(self, *, attempt_id: str) -> ports.Answer:
        answer = await self._ask(lambda: self._payments.resolve(attempt_id=attempt_id))
        # Not asked is not settled: the next tick asks again.
        return ports.Unknown() if isinstance(answer, ports.Unavailable) else answer

    async def is_available(self) -> bool:
        try:
            async with self._breaker.guard(), asyncio.timeout(self._timeout_seconds):
                if not await self._payments.is_available():
                    raise ConnectionError("the provider takes no payments")
        except (CircuitOpen, TimeoutError, ConnectionError):
            return False
        return True

    async def _ask(self, call: Callable[[], Awaitable[results.Result]]) -> ports.Answer:
        try:
            async with self._breaker.guard(answers=(Refusal,)), asyncio.timeout(self._timeout_seconds):
                return _answer(await call())
        except CircuitOpen as open_:
            return ports.Unavailable(retry_after_seconds=max(1, round(open_.retry_after)))
        except (TimeoutError, AttemptLive, AlreadyPaid):
            return ports.Unknown()
        except Refusal as refusal:
            return ports.Declined(code=refusal.name)


def _answer(result: results.Result) -> ports.Answer:
    match result:
        case results.Approved():
            return ports.Approved(
                payment_id=result.payment_id,
                amount_krw=result.amount_krw,
                method=result.method,
                approved_at=result.approved_at,
            )
        case results.Declined():
            return ports.Declined(code=result.code)
        case results.Unknown():
            return ports.Unknown()
        case results.Fenced():
            return ports.Fenced()
        case results.Unavailable():
            return ports.Unavailable(retry_after_seconds=result.retry_after_seconds)


class BotDirectory:
    """Personal details and consents, from the bot's own tables."""

    def __init__(self, notices: Notices, unit_of_work: Callable[[], BotWork]) -> None:
        self._notices = notices
        self._unit_of_work = unit_of_work

    async def of(self, person_id: str, details_id: str | None) -> PersonDetails:
        [found] = await self._notices.named([(person_id, details_id)])
        return PersonDetails(name=found.name, address=found.address, note=found.note)

    async def takes_advertising(self, person_id: str) -> Advertising:
        async with self._unit_of_work() as work:
            person = await work.persons.find(person_id)
        return Advertising(
            day=person is not None and person.consent_day_at is not None,
            night=person is not None and person.consent_night_at is not None,
        )


class LinkAddresses:
    """Where people are reached on channels outside, from the bot's own links."""

    def __init__(self, links: Links) -> None:
        self._links = links

    async def of(self, person_id: str, channel: str) -> str | None:
        return await self._links.address_of(person_id, channel)

    async def blocked_since(self, person_id: str, channel: str) -> datetime | None:
        return await self._links.blocked_since(person_id, channel)

    async def blocked(self, channel: str, address: str) -> None:
        await self._links.block(channel, address)

    async def moved(self, channel: str, old: str, new: str) -> None:
        await self._links.move(channel, old, new)


class CatalogueNames:
    """What notices call things."""

    def __init__(self, catalogue: Catalogue, decline: Callable[[str, Language], str]) -> None:
        self._catalogue = catalogue
        self._decline = decline

    @property
    def agency(self) -> Agency | None:
        found = self._catalogue.agency
        return None if found is None else Agency(name=found.name, contact=found.contact)

    def service(self, service_id: str, size_pyeong: int, add_ons: Sequence[str], language: Language) -> str:
        return self._catalogue.work(service_id, size_pyeong, add_ons, language)

    def area(self, area_id: str, language: Language) -> str:
        area = self._catalogue.areas.get(area_id)
        return area.name(language) if area else area_id

    def method(self, method: str, language: Language) -> str:
        return method_name(method, language)

    def decline(self, code: str, language: Language) -> str:
        return self._decline(code, language)


class LogSender:
    """Sends into a person's message log: the web page and the terminal read from there. Idempotent on the delivery."""

    idempotent = True

    def __init__(self, name: str, log: LogWriter) -> None:
        self.name = name
        self._log = log

    async def send(self, delivery_id: str, person_id: str, card: Card) -> SendResult:
        await self._log.append(delivery_id=delivery_id, person_id=person_id, card=card)
        return Accepted()
