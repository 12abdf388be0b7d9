from alembic import op

revision = "1b"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE TABLE tags (name text)")
