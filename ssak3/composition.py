"""The composition root: builds the parts that the named processes need from the settings, and runs nothing."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.channels.hub import Hub
from bot.erasure import Erasure
from bot.idempotency import Idempotency
from bot.links import Links
from bot.message_log import LogReader, LogWriter
from bot.people import People
from bot.retention import Retention
from bot.staff import Staff
from bot.threads import Threads
from bot.welcoming import Welcoming
from messaging.consumer import Consumer
from messaging.dead import DeadLetters
from messaging.in_process import InProcessBroker, InProcessDeadLetters
from messaging.rabbitmq.broker import RabbitBroker
from messaging.rabbitmq.dead import RabbitDeadLetters
from messaging.relay import Relay
from services.cleaning.reactions import CleaningReactions
from services.cleaning.ticks import CleaningTicks
from services.cleaning.use_cases import CleaningUseCases
from services.notification.broadcasts.ports import Broadcasting
from services.notification.broadcasts.ticks import BroadcastTick
from services.notification.broadcasts.use_cases import BroadcastUseCases
from services.notification.reactions import NotificationReactions
from services.notification.reminders import ReminderTick
from services.notification.retention import Retention as NewsRetention
from services.notification.templates import load_packaged
from services.notification.use_cases import NotificationUseCases
from services.payment.adapters.checkout import CheckoutLinks
from services.payment.adapters.client import PaymentClient
from services.payment.adapters.guarded import GuardedProvider
from services.payment.adapters.toss import TossProvider
from services.payment.loops import AttemptLoop, AvailabilityLoop, RefundLoop
from services.payment.reactions import PaymentReactions
from services.payment.use_cases import PaymentUseCases
from services.reservation.adapters.payment_client import HttpPaymentGateway
from services.reservation.ports import PaymentGateway
from services.reservation.reactions import ReservationReactions
from services.reservation.ticks import ReservationTicks
from services.reservation.use_cases import ReservationUseCases
from services.shared_kernel.adapters.breaker import Breaker
from ssak3.affairs import CustomersAffairs
from ssak3.alerts import Alerts
from ssak3.consumers import Consumers
from ssak3.databases import Databases, open_databases
from ssak3.gateways import CatalogueNames, InProcessPayments
from ssak3.metrics import Metrics
from ssak3.outside import Observers, Outside, Switches
from ssak3.payment_facts import PaymentFacts
from ssak3.processes import EMBEDDED, PROCESSES, WRITERS
from ssak3.rules import catalogue_of, dispatch_of, policies_of
from ssak3.sending import Sending, reach_of
from ssak3.settings import Settings
from storage.bot.notices import SqlNotices
from storage.bot.repositories import BotUnitOfWork, SqlDetailsApart
from storage.bot.tables import lease as bot_lease
from storage.broker.queue_store import SqlQueueStore
from storage.cleaning.repositories import CleaningUnitOfWork
from storage.engine import Database
from storage.leases import SqlLeases
from storage.mypage.repositories import SqlMyPage, reactions
from storage.notification.repositories import NotificationUnitOfWork
from storage.payment.repositories import PaymentUnitOfWork
from storage.reservation.repositories import ReservationUnitOfWork

if TYPE_CHECKING:
    from bot.channels.telegram.chat import TelegramChat
    from bot.live import LiveBroadcasts

FAILURES_BEFORE_OPEN = 3
OPEN_SECONDS = 10.0
GIVE_BACK_SECONDS = 3.0


class Ssak3:
    """All parts of one OS process, ready to run. What its processes don't open isn't there."""

    def __init__(self, settings: Settings, outside: Outside, processes: Sequence[str] = EMBEDDED) -> None:
        self.settings = settings
        self.outside = outside
        self.processes = tuple(processes)
        self.opens = {context for name in processes for context in PROCESSES[name].opens}
        self.clock, self.ids = outside.clock, outside.ids
        self.name = self.ids.new()
        self.switches = Switches()
        self.metrics = Metrics(self.clock)
        self.observers = Observers(listeners=[self.metrics.record])
        self.catalogue, self.policies = catalogue_of(settings), policies_of(settings)
        self.templates = load_packaged()
        self.names = CatalogueNames(self.catalogue, PaymentFacts.decline_reason)
        self.databases: Databases = open_databases(settings, self.clock, self.ids, self.observers, self.opens)
        self._build_broker()
        self.relays = {
            name: Relay(name, self.databases.outbox_of(name), self.broker, self.metrics, outside.tracing)
            for name in WRITERS
            if name in self.opens
        }
        self.consumers: dict[str, Consumer[Any]] = {}
        self._consumers = Consumers(self.broker, self.catalogue, self.switches, self.metrics, outside.tracing)
        for context, build in (
            ("payment", self._build_payment),
            ("reservation", self._build_reservation),
            ("cleaning", self._build_cleaning),
            ("mypage", self._build_mypage),
            ("bot", self._build_bot),
            ("notification", self._build_notification),
        ):
            if context in self.opens:
                build()
        self.telegram: TelegramChat | None = None
        self.live: LiveBroadcasts | None = None
        if "bot" in self.processes:
            self._build_conversation()

    def _build_broker(self) -> None:
        self.broker: RabbitBroker | InProcessBroker
        self.dead: DeadLetters
        if self.databases.broker is not None:
            self.broker = InProcessBroker(SqlQueueStore(self.databases.broker), self.clock)
            self.dead = InProcessDeadLetters(self.broker)
        else:
            self.broker = RabbitBroker(self.settings.amqp_nodes, clock=self.clock, chance=self.outside.chance)
            self.dead = RabbitDeadLetters(self.broker)

    def _consume(self, name: str, table: Any) -> None:
        """If one of this OS process's processes does."""
        if any(name in PROCESSES[process].consumes for process in self.processes):
            self.consumers[name] = self._consumers.of(name, self.databases.contexts[name], table)

    # Payment: here, or behind an address

    def _build_payment(self) -> None:
        outside, context = self.outside, self.databases.contexts["payment"]

        def work() -> PaymentUnitOfWork:
            return PaymentUnitOfWork(context)

        self.provider_breaker = Breaker("provider", FAILURES_BEFORE_OPEN, OPEN_SECONDS, now=outside.monotonic)
        toss = TossProvider(
            outside.session, outside.provider_url, outside.provider_secret, outside.provider_timeout_seconds
        )
        provider = GuardedProvider(toss, self.provider_breaker, outside.tracing)
        self.checkout_links = self._checkout_links()
        self.payments = PaymentUseCases(work, self.clock, self.ids, provider, outside.test_card)
        self.attempts = AttemptLoop(work, self.clock, self.ids, provider, outside.tracing)
        self.refunds = RefundLoop(work, self.clock, self.ids, provider, outside.tracing)
        self.availability = AvailabilityLoop(
            work,
            self.clock,
            provider,
            self.settings.provider,
            lambda: self.provider_breaker.state == "closed",
            outside.tracing,
        )
        self._consume("payment", PaymentReactions(self.clock, self.ids).table())

    @property
    def payment(self) -> PaymentUseCases | PaymentClient:
        """What chats and ticks ask of payment besides paying."""
        if not self.settings.payment_url:
            return self.payments
        return PaymentClient(self.outside.session, self.settings.payment_url, self.outside.api_token)

    def _gateway(self) -> PaymentGateway:
        outside, url = self.outside, self.settings.payment_url
        self.payment_breaker = Breaker("payment", FAILURES_BEFORE_OPEN, OPEN_SECONDS, now=outside.monotonic)
        if url:
            return HttpPaymentGateway(
                outside.session, url, outside.api_token, self.payment_breaker, outside.payment_timeout_seconds
            )
        return InProcessPayments(self.payments, self.payment_breaker, outside.payment_timeout_seconds)

    async def provider_breaker_state(self) -> str:
        """Wherever that breaker is."""
        payment = self.payment
        return await payment.breaker_state() if isinstance(payment, PaymentClient) else self.provider_breaker.state

    # The other contexts

    def _build_reservation(self) -> None:
        context, catalogue = self.databases.contexts["reservation"], self.catalogue

        def work() -> ReservationUnitOfWork:
            return ReservationUnitOfWork(context, catalogue)

        self._consume("reservation", ReservationReactions(self.clock, self.ids, self.policies.hold).table())
        if "bot" not in self.processes and "scheduler" not in self.processes:
            return  # nobody pays here
        gateway, self.reservation_work = self._gateway(), work
        self.reservations = ReservationUseCases(work, self.clock, self.ids, catalogue, self.policies, gateway)
        self.reservation_ticks = ReservationTicks(work, self.clock, self.ids, self.policies, gateway)

    def _build_cleaning(self) -> None:
        context = self.databases.contexts["cleaning"]

        def work() -> CleaningUnitOfWork:
            return CleaningUnitOfWork(context)

        policy = dispatch_of(self.settings)
        self.cleaning = CleaningUseCases(work, self.clock, self.ids, policy)
        self.cleaning_ticks = CleaningTicks(work, self.clock, self.ids, policy)
        self._consume("cleaning", CleaningReactions(self.clock, self.ids, policy).table())

    def _build_mypage(self) -> None:
        self.my_page = SqlMyPage(self.databases.contexts["mypage"].database)
        self._consume("mypage", reactions())

    def _build_bot(self) -> None:
        context = self.databases.contexts["bot"]

        def work() -> BotUnitOfWork:
            return BotUnitOfWork(context)

        self.bot_work, self.hub = work, Hub()
        self.people = People(work, self.clock, self.ids, self.outside.new_code)
        self.welcoming = Welcoming(work, self.clock)
        self.staff = Staff(work, self.clock, self.hub.tell)
        self.retention = Retention(work, self.clock)
        self.links = Links(work, self.clock, self.outside.new_code)
        self.threads = Threads(work, self.clock, self.ids, self.hub.tell)
        self.log_reader = LogReader(work)
        self.notices = SqlNotices(context.database)
        self.log_writer = LogWriter(self.notices, self.clock, self.hub.tell, self.hub.tell_of_notice)
        self.idempotency = Idempotency(work, self.clock, self.ids)
        self.details = SqlDetailsApart(context.database)
        self.leases = SqlLeases(context.database, bot_lease, self.clock, self.holder(context.database))

    def holder(self, database: Database) -> str:
        """Who holds leases here. One process at a time has a file: nobody waits until a killed one's is over."""
        return "embedded" if database.is_sqlite and not self.settings.is_distributed else self.name

    def _build_notification(self) -> None:
        context, templates = self.databases.contexts["notification"], self.templates

        def work() -> NotificationUnitOfWork:
            return NotificationUnitOfWork(context)

        self.notifications = NotificationUseCases(work, self.clock, self.ids, templates)
        reach = reach_of(self.settings)
        self.broadcasts: Broadcasting = BroadcastUseCases(work, self.clock, self.ids, self.names, reach)
        self.broadcast_tick = BroadcastTick(work, self.clock, self.ids, templates)
        self.reminders = ReminderTick(work, self.clock, self.ids, templates)
        self.news_retention = NewsRetention(work, self.clock)
        self._consume("notification", NotificationReactions(self.clock, self.ids, templates).table())
        if "scheduler" in self.processes:
            self.alerts = Alerts(
                self.notifications, self.clock, self.settings.provider, self.provider_breaker_state, self.dead
            )
        if "notification" in self.processes:
            self.sending = Sending(self, work)
            self.sender = self.sending.sender

    # The front door

    def _build_conversation(self) -> None:
        # Only here, because to load it takes as long as all else.
        from bot.live import LiveBroadcasts
        from ssak3.conversation import build_dialogue

        self.checkout_links = self._checkout_links()
        affairs = CustomersAffairs(self.reservation_work, self.my_page, self.clock)
        self.erasure = Erasure(self.bot_work, affairs, self.clock, self.hub.tell)
        self.dialogue, self.answering = build_dialogue(self)
        self.live = LiveBroadcasts(self.broadcasts, self.bot_work, self.clock, self.hub.tell)
        if self.settings.telegram_token.get_secret_value():
            from ssak3.telegram import build_telegram

            self.telegram = build_telegram(self)

    def _checkout_links(self) -> CheckoutLinks:
        return CheckoutLinks(f"checkout {self.outside.api_token}".encode(), self.settings.public_url)

    async def queue_depths(self) -> dict[str, int]:
        """How many messages each queue holds, wait and dead queues too. Raises BrokerUnavailable."""
        return await self.broker.depths()

    async def close(self) -> None:
        """Finish what is held, and give connections back."""
        if "bot" in self.processes:
            await self.answering.drain()
        if self.telegram is not None:
            await self.telegram.close()
        if "payment" in self.opens:
            await self.payments.drain()
        if "notification" in self.processes:
            await self.sending.close()
        try:
            with contextlib.suppress(TimeoutError):  # what isn't given back is found when its claim has ended
                async with asyncio.timeout(GIVE_BACK_SECONDS):
                    giving = (relay.give_back() for relay in self.relays.values())
                    await asyncio.gather(*giving, return_exceptions=True)
        finally:
            await self.broker.close()
            await self.databases.close()
