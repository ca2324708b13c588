"""One process of the reservation context, at a database that it may share with others."""

from datetime import datetime, timedelta

from services.reservation.catalogue import parse_catalogue
from services.reservation.model import Reservation
from services.reservation.policies import parse_policies
from services.reservation.reactions import ReservationReactions
from services.reservation.ticks import ReservationTicks
from services.reservation.use_cases import ReservationUseCases
from services.shared_kernel.clock import KST
from storage.engine import Database
from storage.reservation.repositories import ReservationUnitOfWork
from storage.reservation.tables import messaging
from storage.unit_of_work import Context
from tests.support.api import ScriptedPayment, packaged
from tests.support.time import FakeClock, FakeIds

CATALOGUE = parse_catalogue(packaged("services.reservation", "catalogue.toml"))
POLICIES = parse_policies(packaged("services.reservation", "policies.toml"), hold_minutes=15)
FRIDAY_TWO = datetime(2026, 11, 27, 14, 0, tzinfo=KST)


class Branch:
    """`payment` answers what it is told to."""

    def __init__(self, url: str, clock: FakeClock, ids: FakeIds, payment: ScriptedPayment | None = None) -> None:
        self.clock, self.ids = clock, ids
        self.database = Database(url)
        self.context = Context(tables=messaging, database=self.database, clock=clock, ids=ids)
        self.payment = payment or ScriptedPayment(clock)
        self.use = ReservationUseCases(self.work, clock, ids, CATALOGUE, POLICIES, self.payment)
        self.ticks = ReservationTicks(self.work, clock, ids, POLICIES, self.payment)
        self.reactions = ReservationReactions(clock, ids, POLICIES.hold).table()

    def work(self) -> ReservationUnitOfWork:
        return ReservationUnitOfWork(self.context, CATALOGUE)

    async def ask(
        self, customer_id: str, starts_at: datetime = FRIDAY_TWO, reservation_id: str | None = None
    ) -> Reservation:
        """For three hours in Mapo."""
        return await self.use.request(
            reservation_id=reservation_id or self.ids.new(), customer_id=customer_id, service="home", size_pyeong=24,
            area="mapo", details_id="details", starts_at=starts_at,
        )  # fmt: skip


def hours_later(hours: float, start: datetime = FRIDAY_TWO) -> datetime:
    return start + timedelta(hours=hours)
