"""Pages of ten thousand tenants: promises are summed, standings counted, the newest found without reading documents."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FILL = {
    "sqlite": "UPDATE tenants SET memory_mib = CAST(json_extract(document, '$.allowance.memory_mib') AS INTEGER)",
    "postgresql": "UPDATE tenants SET memory_mib"
    " = CAST(CAST(document AS json) -> 'allowance' ->> 'memory_mib' AS integer)",
}


def upgrade() -> None:
    # With a default the table is not made anew, which in SQLite would take the domains along.
    op.add_column("tenants", sa.Column("memory_mib", sa.Integer(), nullable=False, server_default="0"))
    op.execute(FILL[op.get_bind().dialect.name])
    for table, columns in (("orders", ("tenant", "status")), ("audit", ("tenant",))):
        for column in columns:  # whose newest were found by sorting all of them
            op.drop_index(f"ix_{table}_{column}", table_name=table)
            op.create_index(f"ix_{table}_of_{column}", table, [column, "sequence"], unique=False)
    op.create_index("ix_tenants_standing", "tenants", ["status", "tenant"], unique=False)
    op.create_index("ix_tenants_promised", "tenants", ["host", "status", "memory_mib"], unique=False)
