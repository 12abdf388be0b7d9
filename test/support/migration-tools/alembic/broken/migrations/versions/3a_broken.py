from alembic import op

revision = "3a"
down_revision = "2a"


def upgrade() -> None:
    op.execute("CREATE TABLE half (id int)")
    op.execute("SELECT 1 / 0")
