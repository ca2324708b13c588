"""The first form of every context's event tables, as the first migration of each context makes them."""

import sqlalchemy as sa
from alembic import op

_BIG_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def create(context: str) -> None:
    """Outbox, event log, inbox and what goes with them."""
    op.create_table(
        f"{context}_stream",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        f"{context}_outbox",
        sa.Column("position", _BIG_SERIAL, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        sa.Column("routing_key", sa.String(100), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("traceparent", sa.String(55)),
        sa.Column("claimed_until", _TIME),
    )
    op.create_table(
        f"{context}_event_log",
        sa.Column("position", _BIG_SERIAL, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(36), nullable=False, unique=True),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("subject", "sequence", name=f"{context}_event_log_gapless"),
    )
    op.create_table(
        f"{context}_inbox",
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("handled_at", _TIME, nullable=False),
    )
    op.create_table(
        f"{context}_position",
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        f"{context}_parked",
        sa.Column("event_id", sa.String(36), primary_key=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("waits_for", sa.String(36)),
        sa.Column("parked_at", _TIME, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index(f"{context}_parked_by_subject", f"{context}_parked", ["source", "subject", "sequence"])
    op.create_index(f"{context}_parked_by_cause", f"{context}_parked", ["waits_for"])
    op.create_table(
        f"{context}_consumer",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("joined_at", _TIME, nullable=False),
    )
