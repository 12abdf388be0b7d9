"""Write notes into a new database: `python -m notes.seed`. One that has notes is left as it is."""

import os
import sys

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from notes import logs
from notes.database import Note, Result, connect
from notes.settings import SettingsError, read_database_url

NOTES = {
    "Welcome": "A preview has notes of its own: change what you like.",
    "A shopping list": "Bread, butter, and a pear.",
    "A long one": "Words that wrap. " * 200,
}


def main() -> int:
    logs.start()
    try:
        url = read_database_url(os.environ)
    except SettingsError as error:
        for problem in error.problems:
            logs.log.error(problem)
        return 1
    engine = connect(url, "notes-seed")
    with Session(engine) as session, session.begin():
        if not session.scalar(select(exists().select_from(Note))):
            session.add_all(
                Note(title=title, body=body, result=Result(state="pending")) for title, body in NOTES.items()
            )
    engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
