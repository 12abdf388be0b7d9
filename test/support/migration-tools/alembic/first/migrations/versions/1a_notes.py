from alembic import op

revision = "1a"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE TABLE notes (id serial PRIMARY KEY, body text, old text)")
