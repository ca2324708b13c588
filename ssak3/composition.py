"""The composition root: builds every part from the settings, and runs nothing."""

import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from bot.carry_out.cleaner import CleanerEffects
from bot.carry_out.customer import CustomerEffects
from bot.carry_out.everybody import EverybodysEffects
from bot.carry_out.operator import OperatorEffects
from bot.carry_out.runner import Runner
from bot.carry_out.talks import TalkEffects
from bot.channels.answering import Answering
from bot.channels.hub import Hub
from bot.dialogue import Dialogue
from bot.idempotency import Idempotency
from bot.message_log import LogReader, LogWriter
from bot.people import People
from bot.threads import Threads
from messaging.consumer import Consumer
from messaging.in_process import InProcessBroker, InProcessDeadLetters
from messaging.relay import Relay
from services.cleaning.policies import parse_policies as parse_dispatch
from services.cleaning.reactions import CleaningReactions
from services.cleaning.ticks import CleaningTicks
from services.cleaning.use_cases import CleaningUseCases
from services.notification.reactions import NotificationReactions
from services.notification.reminders import ReminderTick
from services.notification.rendering import Renderer
from services.notification.sender import Sender
from services.notification.templates import load_packaged
from services.notification.use_cases import NotificationUseCases
from services.payment.adapters.checkout import CheckoutLinks
from services.payment.adapters.guarded import GuardedProvider
from services.payment.adapters.session import ClientSession
from services.payment.adapters.toss import TossProvider
from services.payment.loops import AttemptLoop, AvailabilityLoop, RefundLoop
from services.payment.reactions import PaymentReactions
from services.payment.use_cases import PaymentUseCases
from services.reservation.catalogue import Catalogue, parse_catalogue
from services.reservation.policies import Policies, parse_policies
from services.reservation.reactions import ReservationReactions
from services.reservation.ticks import ReservationTicks
from services.reservation.use_cases import ReservationUseCases
from services.shared_kernel.adapters.breaker import Breaker
from services.shared_kernel.clock import Clock
from services.shared_kernel.event import Event
from services.shared_kernel.ids import Ids
from ssak3.alerts import Alerts
from ssak3.databases import Databases, open_databases
from ssak3.gateways import BotDirectory, CatalogueNames, InProcessPayments, LogSender
from ssak3.links import invite_link
from ssak3.operators import BrokersDeadLetters, ReservationHistory
from ssak3.payment_facts import PaymentFacts
from ssak3.processes import WRITERS
from ssak3.settings import Settings
from ssak3.system import invite_code
from storage.bot.repositories import BotUnitOfWork
from storage.broker.queue_store import SqlQueueStore
from storage.cleaning.repositories import CleaningUnitOfWork
from storage.history import SqlHistory
from storage.mypage.repositories import MyPageUnitOfWork, SqlMyPage, reactions
from storage.notification.repositories import NotificationUnitOfWork
from storage.payment.repositories import PaymentUnitOfWork
from storage.reservation.repositories import ReservationUnitOfWork


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What a process is given: the world around it. Tests give it another."""

    clock: Clock
    ids: Ids
    session: ClientSession
    provider_url: str
    provider_secret: str
    test_card: str | None
    api_token: str
    new_code: Callable[[], str] = invite_code
    monotonic: Callable[[], float] = time.monotonic
    # Longer than the 3 s that a customer waits: the call goes on, so that its answer is known when it comes.
    provider_timeout_seconds: float = 8.0
    payment_timeout_seconds: float = 3.0


@dataclass(kw_only=True)
class Switches:
    """What the demo can turn off."""

    notifications_paused: bool = False


FAILURES_BEFORE_OPEN = 3
OPEN_SECONDS = 10.0


@dataclass(kw_only=True)
class Observers:
    """Who hears of every committed event in this process: the demo's live line."""

    listeners: list[Callable[[Event], None]] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)


class Ssak3:
    """All parts of one OS process, ready to run."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self.settings = settings
        self.outside = outside
        self.clock, self.ids = outside.clock, outside.ids
        self.switches = Switches()
        self.observers = Observers()
        self.catalogue: Catalogue = parse_catalogue(_text(settings.catalog, "services.reservation", "catalogue.toml"))
        policies = _text(settings.policies, "services.reservation", "policies.toml")
        self.policies: Policies = parse_policies(policies, settings.hold_minutes)
        self.databases: Databases = open_databases(settings, self.clock, self.ids, self.observers)
        self.queues = SqlQueueStore(self.databases.broker)
        self.broker = InProcessBroker(self.queues, self.clock)
        self.relays = {name: Relay(name, self.databases.outbox_of(name), self.broker) for name in WRITERS}
        self._build_payment()
        self._build_reservation()
        self._build_cleaning()
        self._build_mypage()
        self._build_bot()
        self._build_notification()
        self._build_conversation()
        self._build_consumers()

    def _build_payment(self) -> None:
        outside, context = self.outside, self.databases.contexts["payment"]

        def work() -> PaymentUnitOfWork:
            return PaymentUnitOfWork(context)

        self.provider_breaker = Breaker("provider", FAILURES_BEFORE_OPEN, OPEN_SECONDS, now=outside.monotonic)
        toss = TossProvider(
            outside.session, outside.provider_url, outside.provider_secret, outside.provider_timeout_seconds
        )
        provider = GuardedProvider(toss, self.provider_breaker)
        self.payments = PaymentUseCases(work, self.clock, self.ids, provider, outside.test_card)
        self.payment_reactions = PaymentReactions(self.clock, self.ids)
        self.attempts = AttemptLoop(work, self.clock, self.ids, provider)
        self.refunds = RefundLoop(work, self.clock, self.ids, provider)
        self.availability = AvailabilityLoop(
            work, self.clock, provider, self.settings.provider, lambda: self.provider_breaker.state == "closed"
        )

    def _build_reservation(self) -> None:
        context, catalogue = self.databases.contexts["reservation"], self.catalogue

        def work() -> ReservationUnitOfWork:
            return ReservationUnitOfWork(context, catalogue)

        self.payment_breaker = Breaker("payment", FAILURES_BEFORE_OPEN, OPEN_SECONDS, now=self.outside.monotonic)
        gateway = InProcessPayments(self.payments, self.payment_breaker, self.outside.payment_timeout_seconds)
        self.reservations = ReservationUseCases(work, self.clock, self.ids, catalogue, self.policies, gateway)
        self.reservation_ticks = ReservationTicks(work, self.clock, self.ids, self.policies, gateway)
        self.reservation_reactions = ReservationReactions(self.clock, self.ids, self.policies.hold)

    def _build_cleaning(self) -> None:
        context = self.databases.contexts["cleaning"]

        def work() -> CleaningUnitOfWork:
            return CleaningUnitOfWork(context)

        policy = parse_dispatch(_dispatch_text(self.settings.policies), self.settings.offer_minutes)
        self.cleaning = CleaningUseCases(work, self.clock, self.ids, policy)
        self.cleaning_ticks = CleaningTicks(work, self.clock, self.ids, policy)
        self.cleaning_reactions = CleaningReactions(self.clock, self.ids, policy)

    def _build_mypage(self) -> None:
        self.my_page = SqlMyPage(self.databases.contexts["mypage"].database)

    def _build_bot(self) -> None:
        context = self.databases.contexts["bot"]

        def work() -> BotUnitOfWork:
            return BotUnitOfWork(context)

        self.bot_work = work
        self.hub = Hub()
        self.people = People(work, self.clock, self.ids, self.outside.new_code)
        self.threads = Threads(work, self.clock, self.ids, self.hub.tell)
        self.log_reader = LogReader(work)
        self.log_writer = LogWriter(work, self.clock, self.hub.tell)

    def _build_notification(self) -> None:
        context = self.databases.contexts["notification"]

        def work() -> NotificationUnitOfWork:
            return NotificationUnitOfWork(context)

        self.templates = templates = load_packaged()
        self.names = names = CatalogueNames(self.catalogue, PaymentFacts.decline_reason)
        self.notifications = NotificationUseCases(work, self.clock, self.ids, templates)
        self.alerts = Alerts(
            self.notifications, self.clock, self.settings.provider, lambda: self.provider_breaker.state
        )
        self.reminders = ReminderTick(work, self.clock, self.ids, templates)
        self.notification_reactions = NotificationReactions(self.clock, self.ids, templates)
        self.sender = Sender(
            work,
            self.clock,
            self.ids,
            name=self.ids.new(),
            channels={name: LogSender(name, self.log_writer) for name in ("web", "console", "api")},
            renderer=Renderer(templates, BotDirectory(self.bot_work), names),
            templates=templates,
            paused=lambda: self.switches.notifications_paused,
        )

    def _build_conversation(self) -> None:
        links = CheckoutLinks(f"checkout {self.outside.api_token}".encode(), self.settings.public_url)
        self.checkout_links = links
        facts = PaymentFacts(self.payments, self.reservations, links, self.names.service)
        customer = CustomerEffects(
            self.reservations,
            self.catalogue,
            self.policies,
            self.my_page,
            self.threads,
            self.bot_work,
            self.clock,
            self.ids,
            facts.why_declined,
            facts.checkout_link,
        )
        cleaner = CleanerEffects(self.cleaning, self.people, self.threads, self.bot_work, self.clock)
        by_role = {
            "customer": customer.table(),
            "cleaner": cleaner.table(),
            "operator": {**self._operator_effects().table(), **self._talk_effects().table()},
        }
        self.runner = Runner(EverybodysEffects(self.people).table(), by_role)
        self.dialogue = Dialogue(self.bot_work, self.clock, self.ids, self.catalogue, self.runner, self.hub.tell)
        self.answering = Answering(self.dialogue)
        self.idempotency = Idempotency(self.bot_work, self.clock, self.ids)

    def _talk_effects(self) -> TalkEffects:
        return TalkEffects(self.threads, self.people, self.my_page)

    def _operator_effects(self) -> OperatorEffects:
        history = ReservationHistory(
            SqlHistory(self.databases.contexts), self.notifications, self.people, self.templates.title
        )
        return OperatorEffects(
            self.reservations,
            self.catalogue,
            self.payments,
            self.my_page,
            self.people,
            self.threads,
            history,
            BrokersDeadLetters(InProcessDeadLetters(self.broker)),
            self.bot_work,
            self.clock,
            lambda role, code: invite_link(self.settings.public_url, role, code),
        )

    def _build_consumers(self) -> None:
        contexts, catalogue = self.databases.contexts, self.catalogue
        self.consumers: dict[str, Consumer[Any]] = {}

        def add(name: str, unit_of_work: Callable[[], Any], table: Any, paused: Callable[[], bool] = _never) -> None:
            self.consumers[name] = Consumer(
                name, self.broker.subscribe(name), unit_of_work, table, paused, self.alerts.dead
            )

        add(
            "reservation",
            lambda: ReservationUnitOfWork(contexts["reservation"], catalogue),
            self.reservation_reactions.table(),
        )
        add("payment", lambda: PaymentUnitOfWork(contexts["payment"]), self.payment_reactions.table())
        add("cleaning", lambda: CleaningUnitOfWork(contexts["cleaning"]), self.cleaning_reactions.table())
        add(
            "notification",
            lambda: NotificationUnitOfWork(contexts["notification"]),
            self.notification_reactions.table(),
            lambda: self.switches.notifications_paused,
        )
        add("mypage", lambda: MyPageUnitOfWork(contexts["mypage"]), reactions())

    async def close(self) -> None:
        """Finish what is held, and give connections back."""
        await self.answering.drain()
        await self.payments.drain()
        await self.databases.close()


def _never() -> bool:
    return False


def _dispatch_text(own: Path | None) -> str:
    """One file of policies may say all, or leave dispatch as it is packaged."""
    text = _text(own, "services.cleaning", "policies.toml")
    return text if "dispatch" in tomllib.loads(text) else _text(None, "services.cleaning", "policies.toml")


def _text(own: Path | None, package: str, name: str) -> str:
    if own is not None:
        return own.read_text(encoding="utf-8")
    return (files(package) / name).read_text(encoding="utf-8")
