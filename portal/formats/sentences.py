"""What each problem code says, in French and in English: always what to write instead.

Codes are stable: partners and their scripts rely on them. Sentences may be improved at any time.
"""

from __future__ import annotations

from collections.abc import Mapping

from portal.formats.import_sentences import IMPORT_SENTENCES
from portal.formats.value_sentences import VALUE_SENTENCES

SENTENCES: Mapping[str, tuple[str, str]] = {
    # the whole feed
    "unreadable": (
        "Ce fichier ne peut pas être lu. Vérifiez l’adresse et le format annoncé.",
        "This file cannot be read. Check the address and the announced format.",
    ),
    "empty": (
        "Le fichier est vide. Vérifiez que l’export a bien produit des annonces.",
        "The file is empty. Check that the export produced records.",
    ),
    "not_this_format": (
        "Ce fichier n’est pas au format attendu (%(format)s). Vérifiez l’adresse du flux ou changez son format.",
        "This file is not in the expected format (%(format)s). Check the feed’s address or change its format.",
    ),
    "html_page": (
        "L’adresse a renvoyé une page web au lieu d’un flux. Donnez l’adresse directe du fichier.",
        "The address answered with a web page instead of a feed. Give the direct address of the file.",
    ),
    "unknown_format": (
        "Aucun format connu ne correspond à ce fichier. Formats acceptés : %(formats)s.",
        "No known format fits this file. Accepted formats: %(formats)s.",
    ),
    "workbook": (
        "C’est un classeur (Excel ou LibreOffice). Ouvrez-le et enregistrez la feuille au format CSV (UTF-8).",
        "This is a workbook (Excel or LibreOffice). Open it and save the sheet as CSV (UTF-8).",
    ),
    "compressed": (
        "Ce fichier est compressé. Décompressez-le et envoyez ce qu’il contient.",
        "This file is compressed. Decompress it and send what it holds.",
    ),
    "encoding_unknown": (
        "L’encodage annoncé, « %(encoding)s », n’est pas accepté. Enregistrez le fichier en UTF-8.",
        "The announced encoding, “%(encoding)s”, is not accepted. Save the file as UTF-8.",
    ),
    "dtd": (
        "Le flux contient une définition de type (DOCTYPE ou ENTITY), refusée par sécurité. Retirez-la.",
        "The feed holds a document type definition (DOCTYPE or ENTITY), refused for safety. Remove it.",
    ),
    "feed_info_missing": (
        "Le flux n’a pas d’élément FeedInfo. Ajoutez-en un, avec providerID, providerName et createdDateTime.",
        "The feed has no FeedInfo element. Add one, with providerID, providerName and createdDateTime.",
    ),
    "feed_info_doubled": (
        "Le flux a plusieurs éléments FeedInfo. Gardez-en un seul par fichier.",
        "The feed has several FeedInfo elements. Keep a single one per file.",
    ),
    "schema_version": (
        'La version de schéma n’est pas 0.1 ; le flux est lu comme s’il l’était. Écrivez schemaVersion="0.1".',
        'The schema version is not 0.1; the feed is read as if it were. Write schemaVersion="0.1".',
    ),
    "no_header": (
        "La ligne d’en-tête est introuvable. La première ligne doit nommer les colonnes : identifiant, titre, ville…",
        "The header line was not found. The first line must name the columns: id, title, city…",
    ),
    "no_id_column": (
        "Il manque une colonne « identifiant » (ou « url ») : sans elle, une annonce corrigée passerait pour une autre.",
        "An “id” (or “url”) column is missing: without it, a corrected record would look like another one.",
    ),
    "truncated": (
        "Le fichier s’arrête avant sa fin : il a été coupé. Ce qui a été lu est gardé ; rien n’est retiré. Relancez l’export.",
        "The file stops before its end: it was cut. What was read is kept; nothing is withdrawn. Run the export again.",
    ),
    "too_many_records": (
        "Le flux dépasse %(limit)s annonces ; la suite n’est pas lue. Découpez-le en plusieurs flux.",
        "The feed holds more than %(limit)s records; the rest is not read. Split it into several feeds.",
    ),
    "encoding_declared": (
        "L’encodage annoncé ne correspond pas au contenu ; le fichier est lu en %(used)s. Corrigez l’annonce.",
        "The announced encoding does not fit the content; the file is read as %(used)s. Correct the announcement.",
    ),
    # one record as a whole
    "malformed": (
        "L’annonce est mal formée (balise ou caractère interdit). Vérifiez les balises autour de cette ligne.",
        "The record is malformed (a tag or a forbidden character). Check the tags around this line.",
    ),
    "malformed_json": (
        "L’annonce n’est pas du JSON lisible. Vérifiez les guillemets, virgules et accolades autour de cette ligne.",
        "The record is not readable JSON. Check the quotes, commas and braces around this line.",
    ),
    "type_unknown": (
        "Le @type de cet objet n’est pas connu. Écrivez JobPosting, Event ou VolunteerAction.",
        "The @type of this object is not known. Write JobPosting, Event or VolunteerAction.",
    ),
    "calendar_line": (
        "Cette ligne n’est pas de la forme NOM:valeur ; elle est ignorée. Une suite de ligne commence par une espace.",
        "This line is not of the form NAME:value; it is ignored. A continued line begins with a space.",
    ),
    "not_opened": (
        "Cet évènement n’a pas de ligne BEGIN:VEVENT lisible. Ajoutez-la avant la première de ses lignes.",
        "This event has no readable BEGIN:VEVENT line. Add it before the first of its lines.",
    ),
    "not_closed": (
        "L’annonce n’est jamais refermée. Ajoutez sa balise de fin.",
        "The record is never closed. Add its end tag.",
    ),
    "skipped": (
        "Ce passage, hors de toute annonce, n’a pas été compris et a été sauté. Vérifiez les balises voisines.",
        "This stretch, outside of any record, was not understood and was skipped. Check the tags around it.",
    ),
    "entity_unknown": (
        "L’annonce utilise une entité inconnue. Écrivez le caractère lui-même, en UTF-8.",
        "The record uses an unknown entity. Write the character itself, in UTF-8.",
    ),
    "too_big": (
        "L’annonce dépasse %(limit)s caractères. Raccourcissez sa description.",
        "The record is longer than %(limit)s characters. Shorten its description.",
    ),
    "too_deep": (
        "L’annonce a plus de %(limit)s niveaux de balises. Simplifiez sa structure.",
        "The record nests more than %(limit)s levels of tags. Simplify its structure.",
    ),
    "columns_count": (
        "La ligne a %(found)s cellules au lieu de %(expected)s. Entourez de guillemets les textes qui contiennent le séparateur.",
        "The line has %(found)s cells instead of %(expected)s. Quote the texts that hold the separator.",
    ),
    "quotes": (
        "Les guillemets de cette ligne ne sont pas équilibrés. Doublez les guillemets à l’intérieur d’un texte.",
        "The quotes of this line are not balanced. Double the quotes inside a text.",
    ),
    "quotes_repaired": (
        "Des guillemets isolés ont été lus comme du texte. Doublez les guillemets à l’intérieur d’un texte.",
        "Lone quotes were read as text. Double the quotes inside a text.",
    ),
    "markup_repaired": (
        "Un « & » isolé ou un caractère interdit a été corrigé. Écrivez &amp; pour une esperluette.",
        "A lone “&” or a forbidden character was corrected. Write &amp; for an ampersand.",
    ),
    "entity_named": (
        "Une entité HTML a été remplacée par son caractère. En XML, écrivez le caractère lui-même.",
        "An HTML entity was replaced by its character. In XML, write the character itself.",
    ),
    "encoding_bytes": (
        "Des octets qui ne sont pas de l’UTF-8 ont été lus comme du Windows-1252. Enregistrez en UTF-8.",
        "Bytes that are not UTF-8 were read as Windows-1252. Save as UTF-8.",
    ),
    # ids and texts
    "id_missing": (
        "L’annonce n’a pas d’identifiant. Donnez-lui un identifiant qui ne change jamais.",
        "The record has no id. Give it one that never changes.",
    ),
    "id_doubled": (
        "L’annonce a plusieurs identifiants. N’en gardez qu’un, ou refermez la première annonce avant la suivante.",
        "The record has several ids. Keep one, or close the first record before the next.",
    ),
    "id_too_long": (
        "L’identifiant dépasse %(limit)s caractères. Raccourcissez-le.",
        "The id is longer than %(limit)s characters. Shorten it.",
    ),
    "id_from_url": (
        "Sans identifiant, l’adresse de l’annonce en tient lieu. Ajoutez un identifiant qui ne change jamais.",
        "Without an id, the record’s address stands in for it. Add an id that never changes.",
    ),
    "title_missing": (
        "L’annonce n’a ni titre ni description. Donnez-lui un titre court.",
        "The record has neither title nor description. Give it a short title.",
    ),
    "title_from_description": (
        "Le titre est vide ; les premiers mots de la description le remplacent. Donnez un titre court.",
        "The title is empty; the first words of the description replace it. Give a short title.",
    ),
    "too_long": (
        "Le texte dépasse %(limit)s caractères ; la fin est coupée. Raccourcissez-le.",
        "The text is longer than %(limit)s characters; its end is cut. Shorten it.",
    ),
    "escaped_twice": (
        "Le texte contient des entités échappées deux fois ; elles ont été rétablies. Échappez une seule fois.",
        "The text holds entities escaped twice; they were restored. Escape only once.",
    ),
    "literal_newline": (
        "Des « \\n » écrits en toutes lettres ont été remplacés par des retours à la ligne.",
        "Literal “\\n” were replaced by line breaks.",
    ),
    "control_characters": (
        "Des caractères de contrôle invisibles ont été retirés.",
        "Invisible control characters were removed.",
    ),
    "markup_in_text": (
        "Les balises HTML ont été retirées de ce champ. Écrivez du texte simple.",
        "HTML tags were removed from this field. Write plain text.",
    ),
}


def sentences(code: str, values: Mapping[str, object]) -> tuple[str, str]:
    """The French and the English sentence of a code, with their gaps filled."""
    french, english = SENTENCES.get(code) or VALUE_SENTENCES.get(code) or IMPORT_SENTENCES[code]
    if not values:
        return french, english
    return french % values, english % values
