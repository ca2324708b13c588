"""My page's tables: one row a reservation."""

from sqlalchemy import JSON, Boolean, Column, Index, MetaData, String, Table

from storage.engine import UtcDateTime
from storage.messaging_tables import messaging_tables

metadata = MetaData()
messaging = messaging_tables("mypage", metadata)

reservation = Table(
    "mypage_reservation",
    metadata,
    Column("reservation_id", String(36), primary_key=True),
    Column("agency_id", String(36), nullable=False, server_default="default"),
    Column("customer_id", String(36), nullable=False),
    Column("cleaner_id", String(36)),
    Column("short_code", String(5), nullable=False),
    Column("status", String(20)),
    Column("starts_at", UtcDateTime),
    Column("is_stuck", Boolean, nullable=False),
    Column("reservation", JSON, nullable=False),
    Column("payment", JSON, nullable=False),
    Column("job", JSON, nullable=False),
    Column("last", JSON, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Index("mypage_by_customer", "customer_id", "reservation_id"),
    Index("mypage_by_cleaner", "cleaner_id", "starts_at"),
    Index("mypage_by_start", "starts_at"),
    Index("mypage_by_code", "short_code"),
    Index("mypage_by_stuck", "is_stuck"),
)
