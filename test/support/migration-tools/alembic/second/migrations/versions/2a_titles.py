from alembic import op

revision = "2a"
down_revision = "1a"


def upgrade() -> None:
    op.execute("ALTER TABLE notes ADD title text")
    op.execute("ALTER TABLE notes DROP COLUMN old")
