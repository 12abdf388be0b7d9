"""Why a result failed, and an index for finding the overdue ones, built without blocking writes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # "if not exists": a run that broke off while the index was built is repeated as a whole.
    op.add_column("results", sa.Column("error", sa.Text), if_not_exists=True)
    with op.get_context().autocommit_block():
        op.drop_index("results_pending", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            "results_pending",
            "results",
            ["requested_at"],
            postgresql_where=sa.text("state = 'pending'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("results_pending", if_exists=True, postgresql_concurrently=True)
    op.drop_column("results", "error")
