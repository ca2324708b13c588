"""The index of holds that run out has nothing else in it."""

import sqlalchemy as sa
from alembic import op

revision = "reservation_0002"
down_revision = "reservation_0001"

_HELD_FOR_NOW = sa.text("status = 'AWAITING_PAYMENT' AND attempt_id IS NULL")


def upgrade() -> None:
    """Make it anew."""
    op.drop_index("reservation_by_hold", "reservation_reservation")
    op.create_index(
        "reservation_by_hold", "reservation_reservation", ["hold_expires_at"],
        sqlite_where=_HELD_FOR_NOW, postgresql_where=_HELD_FOR_NOW,
    )  # fmt: skip
