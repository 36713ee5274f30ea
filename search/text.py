"""From text to what is compared: a pipeline for each language, and one that keeps words whole.

French: NFC, one apostrophe, acronyms joined (S.A.M.U. is samu), words, elisions stripped, stop
words on the folded form, singular, then up to three forms at one position: fold-then-stem,
stem-then-fold when it differs, and the family's name (jardinage is of the family jardin). A text
and a question are analysed alike; two words match when they share a form.

English forms begin with "~": the two languages share an index without ever meeting, so that no
English word is found by a French stem. Words with a digit are never stemmed.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock

import Stemmer

from search import english, french
from search.document import Language

ENGLISH_MARK = "~"
LANGUAGES: tuple[Language, ...] = ("fr", "en")
GAP = 100
_CACHE = 8_000  # words, of some 200 bytes each

_APOSTROPHE = re.compile("[’ʼ‘´`′＇ʹ‛]")
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_ACRONYM = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_EXACT = re.compile(r"#?\w+")
_PIECE = re.compile(r"[^\s,;:!?()\[\]\"«»“”/…–—]+")
_DIGIT = re.compile(r"\d")
SHORTEST_PROPOSED = 3
_NEVER_PROPOSED = french.STOP_WORDS | french.ELISIONS | english.STOP_WORDS | {"aujourd"}

_stemmers = {"fr": Stemmer.Stemmer("french", 0), "en": Stemmer.Stemmer("english", 0)}
_stemming = Lock()
_ASKING = french.ASKING | english.ASKING
FAMILY = {word: f"{row.split()[0]}+" for row in french.FAMILIES for word in row.split()}

# Each word of a text: its position and the forms under which it can be found.
Analysed = list[tuple[int, tuple[str, ...]]]


@lru_cache(16)
def clean(text: str) -> str:
    """NFC, one kind of apostrophe, and no characters that nobody sees.

    The last few texts are remembered: the pipelines are run over a text one after the other. What
    is clean stays so, and any part of it too: without what nobody saw, more may be composed.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _APOSTROPHE.sub("'", text)))


def pieces(text: str) -> list[str]:
    """The text cut where no word reaches across, in far fewer steps than analysing it takes.

    Whatever is below made of the text is what is made of its pieces, one after the other.
    """
    return _PIECE.findall(clean(text))


def fold(word: str) -> str:
    """The word without case, accents or ligatures: Œuvre is oeuvre."""
    return word.lower() if word.isascii() else _bare(word)


@lru_cache(_CACHE)
def _bare(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word.casefold().translate(_LIGATURES))
    return "".join(c for c in bare if not unicodedata.combining(c))


def asks_nothing(word: str) -> bool:
    """Whether a question is not asked by this word ("bénévolat", "je veux"), in whatever language."""
    return fold(word) in _ASKING


def analyse(text: str, language: Language) -> Analysed:
    """Positions and forms of the words of a text that are not stop words.

    A stop word leaves a hole in the positions, so that "banque de sang" is found as a phrase and
    is not the phrase "banque sang".
    """
    return [(at, forms) for at, forms in enumerate(all_forms(text, language)) if forms]


def all_forms(text: str, language: Language) -> Iterator[tuple[str, ...]]:
    """The forms of each word of a text; a stop word has none."""
    forms_of = _french if language == "fr" else _english
    for match in _WORD.finditer(_ACRONYM.sub(_joined, clean(text))):
        yield from forms_of(match[0].lower())


def analyse_all(texts: Iterable[str], language: Language) -> Analysed:
    """The same for several texts, with a gap between them that no phrase crosses."""
    found: Analysed = []
    base = 0
    for text in texts:
        part = list(all_forms(text, language))
        found += [(base + at, forms) for at, forms in enumerate(part) if forms]
        base += len(part) + GAP
    return found


def exact_words(text: str) -> list[str]:
    """Every word as it is but for case and accents; `#49` is one word, and not `49`."""
    return [fold(match) for match in _EXACT.findall(clean(text))]


def exact_all(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Positions and exact words of several texts, with a gap between them."""
    base = 0
    for text in texts:
        words = exact_words(text)
        yield from ((base + position, word) for position, word in enumerate(words))
        base += len(words) + GAP


def is_proposed(word: str) -> bool:
    """Whether a folded word may complete what somebody types: 3 letters or more, and no stop word or elision."""
    return len(word) >= SHORTEST_PROPOSED and word not in _NEVER_PROPOSED


def accented(text: str) -> Iterator[str]:
    """The words of a text, in lower case, whose accents folding would lose."""
    for match in _EXACT.finditer(clean(text)):
        word = match[0].lower()
        if not word.isascii() and fold(word) != word:
            yield word


def _joined(acronym: re.Match[str]) -> str:
    joined = acronym[0].replace(".", "")
    return f"{joined} " if acronym[0].endswith(".") else joined


def _stem(language: Language, word: str) -> str:
    """Snowball's stem; a Stemmer is not safe in two threads, hence the lock (words are cached)."""
    with _stemming:
        return str(_stemmers[language].stemWord(word))


@lru_cache(_CACHE)
def _french(word: str) -> tuple[tuple[str, ...], ...]:
    """The forms of each part of a French word: l'aide has one part, arc'h two."""
    if "'" not in word:
        return (_french_forms(word),)
    parts = word.split("'")
    if fold(word) in french.KEPT_WHOLE:
        return (_french_forms("".join(parts)),)
    if fold(word) == "aujourd'hui":
        return ((),)
    while len(parts) > 1 and parts[0] in french.ELISIONS:
        del parts[0]
    if len(parts) == 2 and parts[0] in {"entr", "grand"}:
        parts = ["".join(parts)]
    return tuple(_french_forms(part) for part in parts)


def _french_forms(word: str) -> tuple[str, ...]:
    folded = fold(word)
    if _DIGIT.search(word):
        return (folded,)
    if folded in french.STOP_WORDS and word not in french.NOT_STOP_WORDS:
        return ()
    plain = _singular(folded)
    family = [FAMILY[w] for w in (folded, plain) if w in FAMILY][:1]
    kept = plain
    if plain == folded:
        kept = word
    elif word.endswith("s") and plain == folded[:-1]:
        kept = word[:-1]
    if plain in french.STEMS:
        return tuple(dict.fromkeys([french.STEMS[plain], *family]))
    forms = [_stem("fr", gender) for gender in _genders(plain)]
    forms += [fold(_stem("fr", gender)) for gender in _genders(kept)]
    return tuple(dict.fromkeys(forms + family))


def _singular(folded: str) -> str:
    if folded in french.SINGULARS:
        return french.SINGULARS[folded]
    if len(folded) > 4 and folded.endswith("eaux"):
        return folded[:-1]
    if len(folded) > 4 and folded.endswith("aux") and folded not in french.AUX:
        return f"{folded[:-3]}al"
    if len(folded) > 3 and folded.endswith("s") and not folded.endswith("ss"):
        return folded[:-1]
    return folded


def _genders(word: str) -> tuple[str, ...]:
    """The masculine of a word whose feminine a stemmer does not know as such."""
    if len(word) > 5 and word.endswith("trice"):
        return (f"{word[:-5]}teur",)
    if len(word) > 5 and word.endswith("euse"):
        return (f"{word[:-4]}eux", f"{word[:-4]}eur")
    if len(word) > 4 and word.endswith("ive"):
        return (f"{word[:-3]}if",)
    return (word,)


@lru_cache(_CACHE)
def _english(word: str) -> tuple[tuple[str, ...], ...]:
    bare = word.removesuffix("'s").replace("'", "")
    folded = fold(bare)
    if word in english.STOP_WORDS or bare in english.STOP_WORDS:
        return ((),)
    if _DIGIT.search(folded):
        return ((ENGLISH_MARK + folded,),)
    return ((ENGLISH_MARK + _stem("en", english.IRREGULARS.get(folded, folded)),),)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST_CORRECTED, LONGEST_SHORT, LONGEST_CORRECTED = 4, 5, 30
_ENDINGS = ("s", "x", "e", "es", "r")


def slips(word: str) -> tuple[set[str], set[str]]:
    """Every word one slip away: those of the likelier slips (neighbours exchanged, a letter single or doubled), the others.

    A short word has too many neighbours: it keeps its first letter (a silent h aside), and none was changed.
    """
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    exchanged = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    single = {a + b[1:] for a, b in cuts if a and b and a[-1] == b[0]}
    doubled = {a + a[-1] + b for a, b in cuts if a}
    others = {a + b[1:] for a, b in cuts if b} | {a + c + b for a, b in cuts for c in _LETTERS}
    if len(word) > LONGEST_SHORT:
        others |= {a + c + b[1:] for a, b in cuts if b for c in _LETTERS}
    else:
        others = {other for other in others if other[0] == word[0] or other == f"h{word}"}
    likely = (exchanged | single | doubled) - {word}
    return likely, others - likely - {word}


def inflected(words: Iterable[str]) -> set[str]:
    """Words with another ending: an offer may have a word in the plural only, or in the feminine."""
    found: set[str] = set()
    for word in words:
        found.update(word + ending for ending in _ENDINGS)
        found.update(word.removesuffix(ending) for ending in _ENDINGS)
    return found


def is_corrigible(word: str) -> bool:
    """Whether a folded word may be a slip: 4 to 30 letters, nothing else, and no word that many people use."""
    is_word = word.isalpha() and word.isascii()
    is_long = SHORTEST_CORRECTED <= len(word) <= LONGEST_CORRECTED
    return is_long and is_word and word not in _common_words()


@cache
def _common_words() -> frozenset[str]:
    lines = Path(__file__).with_name("common_words.txt").read_text("ascii").splitlines()
    common = {line for line in lines if not line.startswith("#")}
    # What has synonyms is what people ask for here, however rare it is elsewhere: refugees are no slip of a refuge.
    groups = (*french.SYNONYMS, *english.SYNONYMS)
    ours = {word for group in groups for text in group for word in exact_words(text)}
    return frozenset(common | ours | inflected(ours))
