"""The cleaning context's tables."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, text

from storage.engine import UtcDateTime
from storage.messaging_tables import messaging_tables

metadata = MetaData()
messaging = messaging_tables("cleaning", metadata)

cleaner = Table(
    "cleaning_cleaner",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default="default"),
    Column("version", Integer, nullable=False),
    Column("name", String(40), nullable=False),
    Column("areas", JSON, nullable=False),
    Column("days", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
)

# The same areas again, one a row, to find cleaners by.
cleaner_area = Table(
    "cleaning_cleaner_area",
    metadata,
    Column("area", String(32), primary_key=True),
    Column("cleaner_id", String(36), ForeignKey("cleaning_cleaner.id"), primary_key=True),
)

job = Table(
    "cleaning_job",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default="default"),
    Column("version", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("reservation_id", String(36), nullable=False, unique=True),
    Column("customer_id", String(36), nullable=False),
    Column("service", String(32), nullable=False),
    Column("size_pyeong", Integer, nullable=False),
    Column("add_ons", JSON, nullable=False),
    Column("area", String(32), nullable=False),
    Column("details_id", String(36), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("visit_revision", Integer, nullable=False),
    Column("price_krw", Integer, nullable=False),
    Column("payout_krw", Integer, nullable=False),
    Column("look_at", UtcDateTime, nullable=False),
    Column("unfilled_at", UtcDateTime, nullable=False),
    Column("uncovered_at", UtcDateTime),
    Column("no_show_at", UtcDateTime),
    # The earliest of those that matter where the job stands; none: time does nothing to it.
    Column("due_at", UtcDateTime),
    Column("pool", Boolean, nullable=False),
    Column("cleaner_id", String(36)),
    Column("cleaner_name", String(40)),
    Column("en_route_at", UtcDateTime),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Index("cleaning_job_by_due", "due_at"),
    Index("cleaning_job_by_cleaner", "cleaner_id", "starts_at"),
    Index("cleaning_job_by_start", "starts_at"),
    Index("cleaning_job_by_customer", "customer_id", "starts_at"),
)

_ONE_BY_ONE = text("status = 'PENDING' AND NOT pool")

offer = Table(
    "cleaning_offer",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("job_id", String(36), ForeignKey("cleaning_job.id"), nullable=False),
    # The order in which the job was offered.
    Column("number", Integer, nullable=False),
    Column("cleaner_id", String(36), nullable=False),
    Column("visit_revision", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("deadline", UtcDateTime, nullable=False),
    Column("pool", Boolean, nullable=False),
    Column("moved_from", UtcDateTime),
    Index("cleaning_offer_by_job", "job_id", "number", unique=True),
    Index("cleaning_offer_by_cleaner", "cleaner_id", "status"),
    # Rule 8, once more by the database: one offer at a time, until the pool opens.
    Index("cleaning_offer_one_by_one", "job_id", unique=True, sqlite_where=_ONE_BY_ONE, postgresql_where=_ONE_BY_ONE),
)
