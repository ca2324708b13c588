"""People, what they said and were told, and their personal details."""

import sqlalchemy as sa
from alembic import op

from storage.migrations import messaging_v1

revision = "bot_0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)
_BIG_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    messaging_v1.create("bot")
    op.create_table(
        "bot_person",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agency_id", sa.String(36), nullable=False, server_default="default"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("quiet_at_night", sa.Boolean(), nullable=False),
        sa.Column("consent_day_at", _TIME),
        sa.Column("consent_night_at", _TIME),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_table(
        "bot_invite",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.Column("used_by", sa.String(36)),
    )
    op.create_table(
        "bot_draft",
        sa.Column("person_id", sa.String(36), primary_key=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
    )
    op.create_table(
        "bot_message",
        sa.Column("seq", _BIG_SERIAL, primary_key=True, autoincrement=True),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("sender", sa.String(4), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("client_id", sa.String(64)),
        sa.Column("delivery_id", sa.String(36), unique=True),
        sa.Column("card", sa.JSON(), nullable=False),
    )
    op.create_index("bot_message_by_person", "bot_message", ["person_id", "seq"])
    op.create_table(
        "bot_received",
        sa.Column("position", _BIG_SERIAL, primary_key=True, autoincrement=True),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("fresh_id", sa.String(36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("answered_at", _TIME),
        sa.UniqueConstraint("person_id", "client_id", name="bot_received_once"),
    )
    op.create_index("bot_received_open", "bot_received", ["answered_at", "position"])
    op.create_table(
        "bot_details",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("ix_bot_details_person_id", "bot_details", ["person_id"])
    op.create_table(
        "bot_thread",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("customer_id", sa.String(36), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME),
        sa.Column("waiting_since", _TIME),
    )
    op.create_index("bot_thread_by_customer", "bot_thread", ["customer_id", "closed_at"])
    op.create_table(
        "bot_thread_line",
        sa.Column("position", _BIG_SERIAL, primary_key=True, autoincrement=True),
        sa.Column("thread_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_index("ix_bot_thread_line_thread_id", "bot_thread_line", ["thread_id"])
    op.create_table(
        "bot_idempotency",
        sa.Column("caller", sa.String(64), primary_key=True),
        sa.Column("route", sa.String(200), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("fresh_id", sa.String(36), nullable=False),
        sa.Column("running_until", _TIME),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("created_at", _TIME, nullable=False),
    )
