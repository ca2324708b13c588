"""Who does what only one process may do at a time."""

import sqlalchemy as sa
from alembic import op

revision = "bot_0002"
down_revision = "bot_0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "bot_lease",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
