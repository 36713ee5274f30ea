"""`mail test`: does mail go out?"""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from portal import clock, mail
from portal.errors import PortalError
from portal.mail import Letter

commands = click.Group("mail", help="Does mail go out.")


@commands.command("test")
@click.argument("address")
@with_appcontext
def test(address: str) -> None:
    """Send one message to ADDRESS now, and say what the server answered. Exit 1 when it did not go."""
    settings = current_app.config
    name = settings["SITE_NAME"]
    letter = Letter(
        key=f"mail-test:{address}:{clock.now().isoformat()}",
        to=address,
        subject=f"{name} : le courrier part bien",
        text=f"Ce message d’essai vient de {settings['BASE_URL']}. Rien d’autre à faire.\n",
        html=f"<p>Ce message d’essai vient de {settings['BASE_URL']}. Rien d’autre à faire.</p>",
    )
    try:
        message = mail.compose(
            letter,
            sender=settings["CONTACT_EMAIL"],
            sender_name=name,
            domain=mail.domain_of(settings["BASE_URL"]),
        )
        mail.send(message, settings["MAIL_URL"])
    except PortalError as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from error
    click.echo(f"Parti vers {address}.")
