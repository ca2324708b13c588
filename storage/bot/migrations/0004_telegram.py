"""Chats elsewhere and whose they are, codes that link one, and the inbox of updates."""

import sqlalchemy as sa
from alembic import op

revision = "bot_0004"
down_revision = "bot_0003"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "bot_link",
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("linked_at", _TIME, nullable=False),
        sa.Column("blocked_at", _TIME),
        sa.Column("sent_seq", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_bot_link_person_id", "bot_link", ["person_id"])
    op.create_table(
        "bot_link_code",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
    )
    op.create_table(
        "bot_update",
        sa.Column("bot_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("update_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("chat_id", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("handled_at", _TIME),
    )
    op.create_index("bot_update_open", "bot_update", ["handled_at", "bot_id", "chat_id", "update_id"])
