"""Results, one due for every note. Notes that an older release adds later have none; the worker adds it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "results",
        sa.Column("note_id", sa.BigInteger, sa.ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("state", sa.Text, nullable=False, server_default="pending"),
        sa.Column("word_count", sa.Integer),
        sa.Column("attachment_size", sa.BigInteger),
        sa.Column("attachment_sha256", sa.String(64)),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('pending', 'done', 'failed')", name="results_state"),
    )
    op.execute("INSERT INTO results (note_id) SELECT id FROM notes")


def downgrade() -> None:
    op.drop_table("results")
