"""How to write a feed: a page for each format that is read, with an example to copy, and the spreadsheet to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template
from flask_babel import lazy_gettext as _

from portal import language
from portal.errors import NotFound
from portal.formats import FORMATS
from portal.formats.columns import FIELDS, TEMPLATE, names_of
from portal.forms.feed import format_title
from portal.views import feed_examples
from portal.views.access import public
from portal.views.feed_mappings import mapping

pages = Blueprint("feed_formats", __name__, url_prefix="/feeds")
# For whom a format is, in a sentence. One that has none yet is shown with its example alone.
FOR_WHOM: dict[str, Any] = {
    "table": _("Pour une association : une feuille de calcul, une ligne par besoin. Une feuille en ligne publiée en CSV convient aussi."),
    "engagement": _("Pour qui diffuse déjà vers l’API Engagement : le même fichier convient, tel quel."),
    "footprint": _("Pour qui publie au format d’All for Good : les fichiers écrits depuis 2009 sont lus sans changement."),
    "syndication": _("Pour un site qui a déjà un fil RSS ou Atom : chaque article devient un besoin."),
    "linked_data": _("Pour un site dont les pages décrivent leurs annonces ou leurs évènements avec schema.org."),
    "calendar": _("Pour qui tient un agenda partagé : chaque évènement devient un besoin, ses répétitions des dates."),
    "relais": _("Pour un autre portail Relais : les recherches en JSON se lisent de l’un à l’autre."),
}  # fmt: skip
# What to write in the columns of the template.
WHAT_TO_WRITE: dict[str, Any] = {
    "external_id": _("Un numéro ou un nom court qui ne change jamais, différent sur chaque ligne. Obligatoire."),
    "title": _("Ce que l’on fera, en quelques mots. Obligatoire."),
    "description": _("Ce que feront les bénévoles, ce qui est fourni, avec qui."),
    "association": _("Le nom de l’association, écrit pareil sur chaque ligne."),
    "street": _("Le numéro et la rue du rendez-vous."),
    "postal_code": _("Cinq chiffres, zéro compris : 04100."),
    "city": _("La commune. Vide, le besoin est listé sans position."),
    "theme": _("Un ou plusieurs thèmes, séparés par des virgules : solidarité, environnement…"),
    "start_date": _("Le jour, comme 25/04/2027 ou 2027-04-25. Vide : toute l’année."),
    "start_time": _("L’heure, comme 14:30 ou 14h30."),
    "end_date": _("Le dernier jour, s’il y en a plusieurs."),
    "end_time": _("L’heure de fin."),
    "recurrence": _("Tous les mardis, chaque semaine, ou une règle iCalendar (FREQ=WEEKLY)."),
    "places": _("Combien de bénévoles. Vide : sans limite. 0 : complet."),
    "minimum_age": _("L’âge qu’il faut avoir, en années."),
    "contact_email": _("À qui transmettre les questions. Jamais montré."),
    "detail_url": _("Votre page d’inscription. Vide, on s’inscrit ici."),
}  # fmt: skip


@pages.get("/formats")
@public
def index() -> Any:
    """Every format that is read, the simplest first."""
    rank = {name: number for number, name in enumerate(FOR_WHOM)}
    names = sorted(FORMATS, key=lambda name: (rank.get(name, len(rank)), name))
    formats = [(name, format_title(name), FOR_WHOM.get(name, "")) for name in names]
    return render_template("feeds/formats.html", formats=formats)


@pages.get("/formats/<name>")
@public
def show(name: str) -> Any:
    """One format: for whom, an example to copy, what its words become, and for the spreadsheet what each column takes."""
    if name not in FORMATS:
        raise NotFound
    spoken = language.spoken()
    return render_template(
        "feeds/format.html",
        name=name,
        title=format_title(name),
        for_whom=FOR_WHOM.get(name, ""),
        example=feed_examples.example(name, spoken),
        columns=[
            (names_of(field, spoken), WHAT_TO_WRITE.get(field, ""), field in TEMPLATE)
            for field in sorted(FIELDS, key=lambda field: field not in TEMPLATE)
        ]
        if name == "table"
        else [],
        mapping=mapping(name, spoken),
    )


@pages.get("/formats/<name>/example")
@public
def example(name: str) -> Any:
    """The example as a file. The spreadsheet's, in either language by `?lang=`, opens with its accents in every program."""
    found = feed_examples.example(name, language.spoken()) if name in FORMATS else None
    if found is None:
        raise NotFound
    file, text = found
    body = text.encode("utf-8-sig" if name == "table" else "utf-8")
    response = Response(
        body, content_type=f"{feed_examples.TYPES[Path(file).suffix]}; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
