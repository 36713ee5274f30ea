"""English, for the offers whose language says so: plain tables, kept short."""

_STOP_WORDS = """
    a about after all also am an and any are as at be because been before being between both but
    by can could did do does during each every few for from further had has have he her here hers
    him his how i if in into is it its itself just me more most my no nor not of off on once only
    or other our ours out over own same she should so some such than that the their theirs them
    then there these they this those through to too under until up us very was we were what when
    where which while who whom whose why will with would you your yours
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

# What says nothing on a portal where all is volunteering.
_ASKING = "find help helping like looking volunteer volunteers volunteering want"
ASKING = frozenset(_ASKING.split())

IRREGULARS = {
    "children": "child",
    "men": "man",
    "women": "woman",
    "people": "person",
    "persons": "person",
    "elderly": "elder",
    "taught": "teach",
    "teaching": "teach",
    "teacher": "teach",
    "teachers": "teach",
    "gardener": "garden",
    "gardeners": "garden",
    "volunteering": "volunteer",
}

SYNONYMS = (
    ("elderly", "seniors", "older people"),
    ("homeless", "rough sleepers"),
    ("refugees", "asylum seekers"),
    ("tutoring", "homework help"),
    ("food bank", "food pantry"),
    ("kids", "children"),
    ("disabled", "people with disabilities"),
    ("cleanup", "litter picking"),
)
