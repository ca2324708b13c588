"""An invite remembers who made it: with their role, it is over."""

import sqlalchemy as sa
from alembic import op

revision = "bot_0006"
down_revision = "bot_0005"


def upgrade() -> None:
    """Add the column; those that are there end within their week."""
    op.add_column("bot_invite", sa.Column("made_by", sa.String(36)))
