"""Broadcasts; what they look for in contacts and reservations; a queue of their own."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from services.notification.policies import next_consent_reminder

revision = "notification_0004"
down_revision = "notification_0003"

_TIME = sa.DateTime(timezone=True)
_CONTACT, _RESERVATION, _DELIVERY = "notification_contact", "notification_reservation", "notification_delivery"


def upgrade() -> None:
    """Make the table and the columns, and fill in what is known of those that are there."""
    _contacts()
    _reservations()
    op.create_table(
        "notification_broadcast",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("segment", sa.JSON(), nullable=False),
        sa.Column("wording", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(36), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("starts_at", _TIME),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("approved_by", sa.String(36), nullable=False),
        sa.Column("approved_at", _TIME),
        sa.Column("started_at", _TIME),
        sa.Column("finished_at", _TIME),
        sa.Column("selected", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.JSON(), nullable=False),
    )
    op.create_index("notification_broadcast_by_status", "notification_broadcast", ["status", "finished_at"])
    op.create_index("notification_broadcast_newest", "notification_broadcast", ["created_at"])
    _queues()


def _queues() -> None:
    op.add_column(_DELIVERY, sa.Column("broadcast_id", sa.String(36)))
    op.drop_index("notification_delivery_by_status", _DELIVERY)
    none, one = sa.text("broadcast_id IS NULL"), sa.text("broadcast_id IS NOT NULL")
    op.create_index(
        "notification_delivery_due", _DELIVERY, ["status", "position"], sqlite_where=none, postgresql_where=none
    )  # fmt: skip
    op.create_index(
        "notification_delivery_of_broadcast", _DELIVERY, ["broadcast_id", "status", "not_before", "position"],
        sqlite_where=one, postgresql_where=one,
    )  # fmt: skip
    leased = sa.text("lease_until IS NOT NULL")
    op.create_index(
        "notification_delivery_leased", _DELIVERY, ["lease_until"], sqlite_where=leased, postgresql_where=leased
    )  # fmt: skip


def _contacts() -> None:
    op.add_column(_CONTACT, sa.Column("consent_withdrawn_at", _TIME))
    op.add_column(_CONTACT, sa.Column("remind_consent_at", _TIME))
    op.add_column(_CONTACT, sa.Column("areas", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(_CONTACT, sa.Column("blocked", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index("notification_contact_to_remind", _CONTACT, ["remind_consent_at"])
    table = sa.table(
        _CONTACT,
        sa.column("person_id", sa.String),
        sa.column("consent_day_at", _TIME),
        sa.column("remind_consent_at", _TIME),
    )
    connection = op.get_bind()
    consented = sa.select(table.c.person_id, table.c.consent_day_at).where(table.c.consent_day_at.is_not(None))
    rows = connection.execute(consented).all()
    due = {row.person_id: _kept(connection, next_consent_reminder(_utc(row.consent_day_at))) for row in rows}
    if due:
        its = sa.update(table).where(table.c.person_id == sa.bindparam("who"))
        connection.execute(
            its.values(remind_consent_at=sa.bindparam("due")),
            [{"who": person_id, "due": due_at} for person_id, due_at in due.items()],
        )


def _reservations() -> None:
    for column in (
        sa.Column("customer_id", sa.String(36)),
        sa.Column("area", sa.String(36)),
        sa.Column("status", sa.String(24)),
        sa.Column("starts_at", _TIME),
        sa.Column("cleaner_id", sa.String(36)),
    ):
        op.add_column(_RESERVATION, column)
    op.create_index("notification_reservation_of_customer", _RESERVATION, ["customer_id", "starts_at"])
    op.create_index("notification_reservation_of_cleaner", _RESERVATION, ["cleaner_id", "starts_at"])
    table = sa.table(
        _RESERVATION,
        sa.column("reservation_id", sa.String),
        sa.column("visit", sa.JSON),
        sa.column("job", sa.JSON),
        *(sa.column(name, sa.String) for name in ("customer_id", "area", "status", "cleaner_id")),
        sa.column("starts_at", _TIME),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(table.c.reservation_id, table.c.visit, table.c.job)).all()
    names = ("customer_id", "area", "status", "starts_at", "cleaner_id")
    if rows:
        connection.execute(
            sa.update(table)
            .where(table.c.reservation_id == sa.bindparam("which"))
            .values({name: sa.bindparam(f"new_{name}") for name in names}),
            [{"which": row.reservation_id, **_known(connection, row.visit, row.job)} for row in rows],
        )


def _known(connection: sa.Connection, visit: Any, job: Any) -> dict[str, Any]:
    visit, job = _read(visit), _read(job)
    starts_at = visit.get("starts_at")
    return {
        "new_customer_id": visit.get("customer_id"),
        "new_area": visit.get("area"),
        "new_status": visit.get("status"),
        "new_starts_at": _kept(connection, datetime.fromisoformat(starts_at)) if starts_at else None,
        "new_cleaner_id": job.get("cleaner_id"),
    }


def _read(part: Any) -> Mapping[str, Any]:
    """A part as it was told; there may be none."""
    found: Mapping[str, Any] = (json.loads(part) if isinstance(part, str) else part) or {}
    return found


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _kept(connection: sa.Connection, moment: datetime) -> datetime:
    """As the tables keep it: SQLite knows no offsets."""
    utc = moment.astimezone(UTC)
    return utc.replace(tzinfo=None) if connection.dialect.name == "sqlite" else utc
