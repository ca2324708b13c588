"""The embedded broker's queues."""

import sqlalchemy as sa
from alembic import op

revision = "broker_0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "broker_message",
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("home", sa.String(64), nullable=False),
        sa.Column("queue", sa.String(80), nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("routing_key", sa.String(100), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("available_at", sa.Float(), nullable=False),
        sa.Column("cause", sa.String(200)),
    )
    op.create_index("broker_message_by_home", "broker_message", ["home", "position"])
