"""The application object that uvicorn serves."""

import os

from notes import logs
from notes.api import create_app
from notes.settings import ApiSettings

logs.start()
app = create_app(ApiSettings.read(os.environ))
