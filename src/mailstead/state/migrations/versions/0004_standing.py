"""Which platform the state belongs to, and whether it may act."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standing",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("platform", sa.String(length=36), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("quarantine", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_standing")),
    )
