"""Contacts, copies of reservations, notifications, deliveries and reminders."""

import sqlalchemy as sa
from alembic import op

from storage.migrations import messaging_v1

revision = "notification_0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)
_BIG_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    messaging_v1.create("notification")
    _copies()
    _ledger()
    op.create_table(
        "notification_reminder",
        sa.Column("reservation_id", sa.String(36), primary_key=True),
        sa.Column("visit_revision", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
    )
    op.create_index("notification_reminder_due", "notification_reminder", ["status", "due_at"])


def _copies() -> None:
    op.create_table(
        "notification_contact",
        sa.Column("person_id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("quiet_at_night", sa.Boolean(), nullable=False),
        sa.Column("consent_day_at", _TIME),
        sa.Column("consent_night_at", _TIME),
        sa.Column("name", sa.String(200), nullable=False),
    )
    op.create_index("notification_contact_by_role", "notification_contact", ["role", "person_id"])
    op.create_table(
        "notification_reservation",
        sa.Column("reservation_id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("visit", sa.JSON()),
        sa.Column("payment", sa.JSON()),
        sa.Column("job", sa.JSON()),
    )


def _ledger() -> None:
    op.create_table(
        "notification_notification",
        sa.Column("position", _BIG_SERIAL, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("cause", sa.String(120), nullable=False),
        sa.Column("cause_event_id", sa.String(36)),
        sa.Column("recipient_id", sa.String(36), nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("reservation_id", sa.String(36)),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("good_until", _TIME),
        sa.UniqueConstraint("cause", "recipient_id", "template", name="notification_told_once"),
    )
    op.create_index("notification_by_reservation", "notification_notification", ["reservation_id", "position"])
    op.create_table(
        "notification_delivery",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("notification_id", sa.String(36), sa.ForeignKey("notification_notification.id"), nullable=False),
        sa.Column("hop", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(80), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("not_before", _TIME, nullable=False),
        sa.Column("channel", sa.String(16)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("sending_by", sa.String(64)),
        sa.Column("lease_until", _TIME),
        sa.Column("sent_at", _TIME),
        sa.UniqueConstraint("notification_id", "hop", name="notification_delivery_hop"),
    )
    op.create_index("notification_delivery_by_status", "notification_delivery", ["status", "position"])
    op.create_index("notification_delivery_by_lane", "notification_delivery", ["lane", "position", "status"])
