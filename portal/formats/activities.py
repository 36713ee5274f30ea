"""The activities of API Engagement, by slug, with the labels that partners write. Plain data.

Some labels hold a comma ("Médiation, Information"), so a comma list is read longest known label first.
"""

from __future__ import annotations

from portal.themes import words_of

_LABELS = (
    "Tâches administratives|Conseil|Collecte|Informatique|Logistique|Mission internationale|Alphabétisation|Jardinage|"
    "Animation|Communication|Aide psychologique|Activités manuelles|Encadrement d'équipes|Bricolage|Santé, soins|Visites|"
    "Distribution|Soutien scolaire|Documentation, traduction|Gestion, recherche des partenariats|Écoute, permanence|"
    "Recrutement|Responsabilités associatives|Juridique|Accueil de public|Enseignement, formation|"
    "Comptabilité, finance|Secourisme|Gestion de projets|Mentorat, parrainage|Sport|Art|Autre|"
    "Animation, valorisation|Médiation, information|Préservation, patrimoine|Prévention, sensibilisation|"
    "Secours, aide|Soutien, accompagnement|Transmission, pédagogie|Sensibilisation|Ramassage de déchets|"
    "Soins aux animaux|Lutte contre l'isolement|Évènementiel|Numérique|Recherche|Vente|Cuisine|Photographie, vidéo"
)
_ALIASES = {"ramassage-dechets": "Ramassage de déchets", "soins-animaux": "Soins aux animaux",
            "lutte-contre-isolement": "Lutte contre l'isolement"}  # fmt: skip
_LABEL = {words_of(label): label for label in _LABELS.split("|")} | {
    words_of(slug): label for slug, label in _ALIASES.items()
}


def activities_of(text: str) -> tuple[str, ...]:
    """The labels named in a comma list of slugs or labels; what is not known is kept as written."""
    pieces = [" ".join(piece.split()) for piece in text.split(",")]
    found: list[str] = []
    place = 0
    while place < len(pieces):
        for length in range(min(3, len(pieces) - place), 0, -1):
            written = ", ".join(pieces[place : place + length])
            label = _LABEL.get(words_of(written), written if length == 1 else "")
            if label:
                found.append(label)
                place += length
                break
        else:
            place += 1
    return tuple(dict.fromkeys(found))
