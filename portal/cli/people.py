"""`people promote`, `people export`, `people erase`: what an operator does for, or to, an account."""

from __future__ import annotations

import json

import click

from portal import db
from portal.cli.database import with_database
from portal.errors import PortalError
from portal.models import Person, PersonRole
from portal.services import accounts, personal_data

commands = click.Group("people", help="Give a role; hand over or erase what is linked to a person.")


@commands.command("promote")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in PersonRole]), required=True)
@with_database
def promote(email: str, role: str) -> None:
    """Give EMAIL a role on the whole portal; they sign in again everywhere."""
    with db.database().writing() as session:
        try:
            accounts.promote(email, PersonRole(role))
        except PortalError as error:
            raise click.ClickException(error.in_words()) from error
        session.commit()
    click.echo(f"{email} : {role}.")


@commands.command("export")
@click.argument("email")
@with_database
def export(email: str) -> None:
    """Print everything that is linked to EMAIL, as JSON."""
    with db.database().reading():
        found = personal_data.export(_person(email))
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))


@commands.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_database
def erase(email: str, yes: bool) -> None:
    """Erase the account of EMAIL: its signups are cancelled, nothing brings it back."""
    if not yes:
        click.confirm(f"Effacer pour toujours le compte de {email} ?", abort=True)
    with db.database().writing() as session:
        personal_data.erase(_person(email))
        session.commit()
    click.echo(f"Le compte de {email} est effacé.")


def _person(email: str) -> Person:
    person = accounts.of_email(email)
    if person is None:
        raise click.ClickException(f"Personne n’a ce compte : {email}.")
    return person
