"""The cleaning context over a database."""

from storage.cleaning.repositories import CleaningUnitOfWork
from storage.cleaning.tables import messaging
from storage.engine import Database
from storage.unit_of_work import Context
from tests.support.cleaning import Cleaning
from tests.support.time import FakeClock, FakeIds


def cleaning_in(database: Database) -> Cleaning:
    """Use cases, ticks and reactions on a clock of their own."""
    clock = FakeClock()
    context = Context(tables=messaging, database=database, clock=clock, ids=FakeIds(clock))
    return Cleaning(lambda: CleaningUnitOfWork(context), clock)
