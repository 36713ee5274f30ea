"""What is said of a record after it was read, when it meets the gazetteer and the database."""

from __future__ import annotations

from collections.abc import Mapping

IMPORT_SENTENCES: Mapping[str, tuple[str, str]] = {
    "coordinates_swapped": (
        "La latitude et la longitude étaient inversées ; elles ont été remises dans l’ordre.",
        "Latitude and longitude had changed places; they were put in order.",
    ),
    "coordinates_sign": (
        "Le signe de la longitude ne correspondait pas à l’adresse ; il a été corrigé.",
        "The sign of the longitude did not fit the address; it was corrected.",
    ),
    "coordinates_elsewhere": (
        "La position est loin de l’adresse écrite ; c’est l’adresse qui a été suivie. Vérifiez les coordonnées.",
        "The position is far from the written address; the address was followed. Check the coordinates.",
    ),
    "coordinates_impossible": (
        "Ces coordonnées n’existent pas sur la Terre, ou valent 0,0 ; elles ont été ignorées.",
        "These coordinates do not exist on Earth, or are 0,0; they were ignored.",
    ),
    "postal_code_repaired": (
        "Le code postal avait perdu son zéro ou portait autre chose que des chiffres ; il a été corrigé.",
        "The postal code had lost its zero or held more than digits; it was corrected.",
    ),
    "place_unknown": (
        "Ce lieu n’a pas été trouvé : l’offre est listée sans position. Écrivez la ville et le code postal.",
        "This place was not found: the offer is listed without a position. Write the town and the postal code.",
    ),
    "place_ambiguous": (
        "Plusieurs communes portent ce nom : l’offre est listée sans position. Ajoutez le code postal.",
        "Several towns have this name: the offer is listed without a position. Add the postal code.",
    ),
    "postal_code_elsewhere": (
        "Ce code postal n’est pas celui de cette ville : l’offre est listée sans position. Corrigez l’un ou l’autre.",
        "This postal code is not that of this town: the offer is listed without a position. Correct one of them.",
    ),
    "country_unknown": (
        "Ce pays n’est pas reconnu. Écrivez son code à deux lettres, par exemple FR.",
        "This country is not known. Write its two-letter code, for instance FR.",
    ),
    "id_twice": (
        "Cet identifiant figure deux fois dans le flux : la première annonce est gardée, celle-ci est ignorée.",
        "This id stands twice in the feed: the first record is kept, this one is ignored.",
    ),
    "renumber_incomplete": (
        "Cette ligne n’a pas ses deux identifiants. Écrivez l’ancien, puis le nouveau.",
        "This line lacks one of its two ids. Write the old one, then the new one.",
    ),
    "renumber_unknown": (
        "Aucune annonce de ce flux ne porte cet ancien identifiant. Vérifiez qu’il est écrit comme dans le flux.",
        "No record of this feed has this old id. Check that it is written as in the feed.",
    ),
    "renumber_twice": (
        "Cet identifiant, ancien ou nouveau, figure déjà plus haut dans la table : la première ligne compte.",
        "This id, old or new, stands higher up in the table already: the first line counts.",
    ),
    "own_offer": (
        "Cette annonce vient de ce portail : elle n’est pas reprise une seconde fois.",
        "This record comes from this portal: it is not taken a second time.",
    ),
    "page_elsewhere": (
        "La page suivante est sur un autre serveur : elle n’a pas été lue. Gardez toutes les pages du flux au même endroit.",
        "The next page is on another server: it was not read. Keep all pages of the feed in one place.",
    ),
    "page_again": (
        "La page suivante a déjà été lue : la suite du flux tourne en rond. Vérifiez « next ».",
        "The next page was read already: the feed goes round in circles. Check “next”.",
    ),
    "page_missing": (
        "La page suivante n’est pas arrivée, ou pas à temps : les offres absentes sont gardées. Vérifiez qu’elle répond.",
        "The next page did not come, or not in time: offers that are missing are kept. Check that it answers.",
    ),
    "page_error": (
        "Le serveur a répondu à la page suivante par une erreur (%(answer)s) : les offres absentes sont gardées.",
        "The server answered the next page with an error (%(answer)s): offers that are missing are kept.",
    ),
    "too_many_pages": (
        "Le flux a trop de pages, ou dépasse la taille ou la durée permises : la suite n’a pas été lue.",
        "The feed has too many pages, or exceeds the permitted size or time: the rest was not read.",
    ),
    "not_stored": (
        "La base a refusé cette annonce. Une de ses valeurs est sans doute trop longue ou mal formée.",
        "The database refused this record. One of its values is probably too long or malformed.",
    ),
    # why a whole run ended as it did
    "interrupted": (
        "Interrompu : le passage suivant a repris le travail.",
        "Cut short: the run after it took up the work.",
    ),
    "read_in_part": (
        "Le flux n’a pas pu être lu en entier : les offres absentes sont gardées pour le moment.",
        "The feed could not be read to its end: offers that are missing are kept for now.",
    ),
    "too_much_gone": (
        "%(gone)s offres sur %(before)s auraient disparu d’un coup, absentes ou déjà passées : rien n’a été retiré. "
        "Confirmez si c’est voulu.",
        "%(gone)s offers of %(before)s would have vanished at once, missing or over already: nothing was withdrawn. "
        "Confirm if that is meant.",
    ),
    "nothing_left": (
        "Le flux ne contient plus aucune annonce : rien n’a été retiré. Confirmez si c’est voulu.",
        "The feed holds no record any more: nothing was withdrawn. Confirm if that is meant.",
    ),
    # how its question was answered
    "confirmed": (
        "Ce passage attendait une décision : il a été accepté.",
        "This run waited for a decision: it was accepted.",
    ),
    "dismissed": (
        "Ce passage attendait une décision : il a été écarté, et rien n’a été retiré.",
        "This run waited for a decision: it was dismissed, and nothing was withdrawn.",
    ),
    "renumbered": (
        "Ce passage attendait une décision : la table des identifiants y a répondu.",
        "This run waited for a decision: the table of ids answered it.",
    ),
    "replaced": (
        "Un passage plus récent a remplacé celui-ci.",
        "A newer run replaced this one.",
    ),
}
