"""The index of holds that run out has nothing else in it."""

import sqlalchemy as sa
from alembic import op

revision = "reservation_0002"
down_revision = "reservation_0001"

_HELD_FOR_NOW = sa.text("status = 'AWAITING_PAYMENT' AND attempt_id IS NULL")


def upgrade() -> None:
    """Make the new one while others still read; the old one goes at the end."""
    op.create_index(
        "reservation_by_end_of_hold", "reservation_reservation", ["hold_expires_at"],
        sqlite_where=_HELD_FOR_NOW, postgresql_where=_HELD_FOR_NOW,
    )  # fmt: skip
    op.drop_index("reservation_by_hold", "reservation_reservation")
