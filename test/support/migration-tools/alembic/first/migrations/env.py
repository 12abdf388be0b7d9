from alembic import context
from sqlalchemy import create_engine

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine("postgresql+psycopg://").connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
