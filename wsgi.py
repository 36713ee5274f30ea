"""The street: `gunicorn wsgi:app`, `flask --app wsgi COMMAND`."""

import click

from portal import create_app
from portal.errors import SettingsError

try:
    app = create_app()
except (
    SettingsError
) as error:  # the command line prints its sentence; a server stops on it as before
    raise click.ClickException(str(error)) from error
