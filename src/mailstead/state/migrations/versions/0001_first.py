"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tenants",
        sa.Column("tenant", sa.String(32), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("host", sa.String(32)),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant", name="pk_tenants"),
    )
    op.create_table(
        "domains",
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("tenant", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("domain", name="pk_domains"),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name="fk_domains_tenant_tenants", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_domains_tenant", "domains", ["tenant"])
