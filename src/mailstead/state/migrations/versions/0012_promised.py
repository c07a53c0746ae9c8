"""What is promised on hosts is summed, and tenants are counted by their standing, without reading documents."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MEMORY = {
    "sqlite": "CAST(json_extract(document, '$.allowance.memory_mib') AS INTEGER)",
    "postgresql": "CAST(CAST(document AS json) -> 'allowance' ->> 'memory_mib' AS integer)",
}


def upgrade() -> None:
    # With a default the table is not made anew, which in SQLite would take the domains along.
    op.add_column("tenants", sa.Column("memory_mib", sa.Integer(), nullable=False, server_default="0"))
    op.execute(f"UPDATE tenants SET memory_mib = {MEMORY[op.get_bind().dialect.name]}")
    op.create_index("ix_tenants_standing", "tenants", ["status", "tenant"], unique=False)
    op.create_index("ix_tenants_promised", "tenants", ["host", "status", "memory_mib"], unique=False)
