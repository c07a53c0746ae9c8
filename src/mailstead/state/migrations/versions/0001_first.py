"""The tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dkim_keys",
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("selector", sa.String(length=63), nullable=False),
        sa.Column("algorithm", sa.String(length=16), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "domain", "selector", name=op.f("pk_dkim_keys")),
    )
    op.create_table(
        "dns_record",
        sa.Column("zone", sa.String(length=253), nullable=False),
        sa.Column("name", sa.String(length=253), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("ttl", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("zone", "name", "kind", "value", name=op.f("pk_dns_record")),
    )
    op.create_index(op.f("ix_dns_record_tenant"), "dns_record", ["tenant"], unique=False)
    op.create_table(
        "dns_zone",
        sa.Column("zone", sa.String(length=253), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("zone", name=op.f("pk_dns_zone")),
    )
    op.create_index(op.f("ix_dns_zone_tenant"), "dns_zone", ["tenant"], unique=False)
    op.create_table(
        "leases",
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("resource", name=op.f("pk_leases")),
    )
    op.create_table(
        "network_numbers",
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("vlan", sa.Integer(), nullable=False),
        sa.Column("ipv4", sa.String(length=18), nullable=False),
        sa.Column("ipv6", sa.String(length=43), nullable=False),
        sa.Column("public_ipv4", sa.String(length=15), nullable=False),
        sa.Column("public_ipv6", sa.String(length=39), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_network_numbers")),
        sa.UniqueConstraint("ipv4", name=op.f("uq_network_numbers_ipv4")),
        sa.UniqueConstraint("ipv6", name=op.f("uq_network_numbers_ipv6")),
        sa.UniqueConstraint("public_ipv4", name=op.f("uq_network_numbers_public_ipv4")),
        sa.UniqueConstraint("public_ipv6", name=op.f("uq_network_numbers_public_ipv6")),
        sa.UniqueConstraint("vlan", name=op.f("uq_network_numbers_vlan")),
    )
    op.create_table(
        "order_numbers",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_order_numbers")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("handed", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("key", name=op.f("uq_orders_key")),
    )
    op.create_index(op.f("ix_orders_sequence"), "orders", ["sequence"], unique=False)
    op.create_index(op.f("ix_orders_status"), "orders", ["status"], unique=False)
    op.create_index(op.f("ix_orders_tenant"), "orders", ["tenant"], unique=False)
    op.create_table(
        "secret_keys",
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("kek_id", sa.String(length=16), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_secret_keys")),
    )
    op.create_table(
        "tenants",
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("host", sa.String(length=32), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_tenants")),
    )
    op.create_table(
        "tls_key",
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("spki", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.Text(), nullable=True),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "generation", name=op.f("pk_tls_key")),
    )
    op.create_index(op.f("ix_tls_key_not_after"), "tls_key", ["not_after"], unique=False)
    op.create_table(
        "workers",
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("seen", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_workers")),
    )
    op.create_table(
        "domains",
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["tenants.tenant"], name=op.f("fk_domains_tenant_tenants"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_domains")),
    )
    op.create_index(op.f("ix_domains_tenant"), "domains", ["tenant"], unique=False)
    op.create_table(
        "secrets",
        sa.Column("tenant", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant"], ["secret_keys.tenant"], name=op.f("fk_secrets_tenant_secret_keys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "name", name=op.f("pk_secrets")),
    )
