"""What the codes about single values say, in French and in English: see sentences.py. Plain data."""

from __future__ import annotations

from collections.abc import Mapping

VALUE_SENTENCES: Mapping[str, tuple[str, str]] = {
    "yes_no": (
        "Cette valeur n’est ni oui ni non ; elle est ignorée. Écrivez oui ou non.",
        "This value is neither yes nor no; it is ignored. Write yes or no.",
    ),
    "number": (
        "Ce n’est pas un nombre utilisable ; la valeur est ignorée. Écrivez un nombre en chiffres.",
        "This is not a usable number; the value is ignored. Write a number in digits.",
    ),
    "places_negative": (
        "Un nombre de places négatif est ignoré. Écrivez -8888 pour inconnu, -999 pour sans limite.",
        "A negative number of places is ignored. Write -8888 for unknown, -999 for no limit.",
    ),
    "date": (
        "Cette date n’est pas comprise ; elle est ignorée. Écrivez AAAA-MM-JJ.",
        "This date is not understood; it is ignored. Write YYYY-MM-DD.",
    ),
    "date_order": (
        "Cette date n’existe que dans l’autre ordre jour/mois ; elle est lue ainsi. Écrivez AAAA-MM-JJ.",
        "This date only exists in the other day/month order; it is read so. Write YYYY-MM-DD.",
    ),
    "date_short_year": (
        "L’année n’a que deux chiffres ; elle est lue comme 20xx. Écrivez AAAA-MM-JJ.",
        "The year has only two digits; it is read as 20xx. Write YYYY-MM-DD.",
    ),
    "date_far": (
        "Une date aussi lointaine veut dire « sans fin » : elle est ignorée. Laissez la date vide.",
        "A date so far away means “no end”: it is ignored. Leave the date empty.",
    ),
    "date_implausible": (
        "Cette date n’est pas plausible ; elle est ignorée. Écrivez AAAA-MM-JJ, ou laissez vide.",
        "This date is not plausible; it is ignored. Write YYYY-MM-DD, or leave it empty.",
    ),
    "dates_reversed": (
        "La fin précède le début ; les deux dates ont été échangées. Vérifiez-les.",
        "The end is before the start; the two dates were swapped. Check them.",
    ),
    "end_before_start": (
        "L’heure de fin précède celle de début ; elle n’est pas reprise. Vérifiez-la.",
        "The end time is before the start time; it is not used. Check it.",
    ),
    "dates_lost": (
        "Aucune date de cette annonce n’est utilisable. Écrivez au moins un début en AAAA-MM-JJ.",
        "No date of this record can be used. Write at least a start as YYYY-MM-DD.",
    ),
    "dates_cut": (
        "Cette annonce a %(count)s dates à venir ; les %(kept)s prochaines sont gardées. Écrivez une règle, ou plusieurs annonces.",
        "This record has %(count)s dates ahead; the next %(kept)s are kept. Write a rule, or several records.",
    ),
    "dates_elsewhere": (
        "L’autre portail dit avoir plus de dates que les %(count)s qu’il donne. Celles-ci sont gardées ; les autres suivront avec le temps.",
        "The other portal says that it has more dates than the %(count)s it gives. These are kept; the others follow in time.",
    ),
    "time": (
        "Cette heure n’est pas comprise ; elle est ignorée. Écrivez HH:MM.",
        "This time is not understood; it is ignored. Write HH:MM.",
    ),
    "zone": (
        "Ce fuseau horaire est inconnu ; %(used)s est utilisé. Écrivez un nom comme Europe/Paris.",
        "This time zone is unknown; %(used)s is used. Write a name such as Europe/Paris.",
    ),
    "duration": (
        "Cette durée n’est pas comprise ; elle est ignorée. Écrivez par exemple PT2H ou P6M.",
        "This duration is not understood; it is ignored. Write for instance PT2H or P6M.",
    ),
    "duration_hours": (
        "Une durée sans unité est lue en heures. Écrivez par exemple PT2H.",
        "A duration without unit is read as hours. Write for instance PT2H.",
    ),
    "recurrence": (
        "Cette règle de répétition n’est pas comprise ; les dates sont gardées sans elle. Écrivez FREQ=WEEKLY;BYDAY=TU.",
        "This recurrence rule is not understood; the dates are kept without it. Write FREQ=WEEKLY;BYDAY=TU.",
    ),
    "recurrence_prefix": (
        "« RRULE: » a été retiré de la règle. Écrivez-la à partir de FREQ=.",
        "“RRULE:” was removed from the rule. Write it from FREQ= on.",
    ),
    "recurrence_start": (
        "Une répétition sans date de début ni jour de semaine ne peut pas être datée ; l’offre est permanente.",
        "A recurrence without start date or weekday cannot be dated; the offer is ongoing.",
    ),
    "latitude_longitude_swapped": (
        "Latitude et longitude étaient inversées ; elles ont été échangées. Vérifiez leur ordre.",
        "Latitude and longitude were swapped; they were exchanged. Check their order.",
    ),
    "position": (
        "Cette position n’est pas utilisable ; l’adresse seule est gardée. Écrivez par exemple 48.8566 et 2.3522.",
        "This position cannot be used; only the address is kept. Write for instance 48.8566 and 2.3522.",
    ),
    "position_zero": (
        "0,0 est au large de l’Afrique ; la position est ignorée. Laissez-la vide si elle est inconnue.",
        "0,0 is off the coast of Africa; the position is ignored. Leave it empty when unknown.",
    ),
    "position_elsewhere": (
        "La position n’est pas là où l’adresse le dit ; l’adresse l’emporte. Vérifiez latitude et longitude.",
        "The position is not where the address says; the address wins. Check latitude and longitude.",
    ),
    "postal_code_zero": (
        "Le code postal avait perdu son zéro initial ; il a été rétabli. Mettez la colonne au format texte.",
        "The postal code had lost its leading zero; it was restored. Set the column’s format to text.",
    ),
    "country": (
        "Ce pays n’est pas reconnu ; %(used)s est utilisé. Écrivez un code à deux lettres, comme FR.",
        "This country is not known; %(used)s is used. Write a two-letter code such as FR.",
    ),
    "url": (
        "Cette adresse web n’est pas utilisable ; elle est ignorée. Écrivez une adresse complète en https://.",
        "This web address cannot be used; it is ignored. Write a complete https:// address.",
    ),
    "url_missing": (
        "L’adresse de l’annonce est requise et manque. Ajoutez-la en https://.",
        "The record’s address is required and missing. Add it, as https://.",
    ),
    "url_scheme_added": (
        "L’adresse web n’avait pas de https:// ; il a été ajouté.",
        "The web address had no https://; it was added.",
    ),
    "email": (
        "Cette adresse de courriel n’est pas utilisable ; elle est ignorée.",
        "This e-mail address cannot be used; it is ignored.",
    ),
    "registration": (
        "Ce numéro n’a pas la bonne longueur ; il est ignoré. RNA : W et 9 chiffres ; SIREN : 9 ; SIRET : 14.",
        "This number does not have the right length; it is ignored. RNA: W and 9 digits; SIREN: 9; SIRET: 14.",
    ),
    "association_unknown": (
        "L’association citée n’est pas dans le flux ; %(used)s la remplace. Ajoutez-la au flux.",
        "The association referred to is not in the feed; %(used)s stands in for it. Add it to the feed.",
    ),
    "association_not_found": (
        "L’association citée n’est pas dans le flux, et rien ne la remplace. Ajoutez-la au flux.",
        "The association referred to is not in the feed, and nothing stands in for it. Add it to the feed.",
    ),
    "association_missing": (
        "L’annonce ne nomme aucune association. Ajoutez son nom.",
        "The record names no association. Add its name.",
    ),
    "association_doubled": (
        "Cet identifiant d’association est utilisé deux fois ; la première est gardée.",
        "This association id is used twice; the first one is kept.",
    ),
    "location_missing": (
        "L’annonce ne dit pas où elle a lieu ; elle est publiée sans position. Ajoutez une ville ou « à distance ».",
        "The record does not say where it happens; it is listed without a position. Add a town or “remote”.",
    ),
    "remote_unknown": (
        "Cette valeur n’est pas comprise ; l’offre est tenue pour sur place. Écrivez no, possible ou full.",
        "This value is not understood; the offer is taken as on site. Write no, possible or full.",
    ),
    "theme_unknown": (
        "Ce thème n’est pas connu ; il est gardé comme mot-clé.",
        "This theme is not known; it is kept as a keyword.",
    ),
    "ongoing_assumed": (
        "Aucune date de début n’est donnée ; l’offre est tenue pour permanente. Ajoutez ev:startdate.",
        "No start date is given; the offer is taken as ongoing. Add ev:startdate.",
    ),
    "association_from_feed": (
        "L’annonce ne nomme aucune association ; le titre du flux la remplace. Ajoutez dc:publisher.",
        "The record names no association; the feed’s title stands in for it. Add dc:publisher.",
    ),
    "not_volunteer": (
        "Ce n’est pas du bénévolat ; l’annonce est laissée de côté. Écrivez employmentType: VOLUNTEER si c’en est.",
        "This is not volunteering; the record is passed over. Write employmentType: VOLUNTEER if it is.",
    ),
    "cancelled": (
        "L’évènement est annulé ; il n’est pas proposé.",
        "The event is cancelled; it is not offered.",
    ),
    "cancelled_date": (
        "Cette date de la série est annulée ; elle n’est pas proposée.",
        "This date of the series is cancelled; it is not offered.",
    ),
    "private_event": (
        "L’évènement est marqué privé ; il n’est pas proposé. Retirez CLASS:PRIVATE pour le publier.",
        "The event is marked private; it is not offered. Remove CLASS:PRIVATE to publish it.",
    ),
}
