"""Who likes and who comes: likes with a long tail, shifts that are empty, half full, nearly full, or full with a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from portal.demo.dice import Dice
from portal.demo.people import CAST
from portal.demo.world import DemoDay, DemoFlag, DemoLike, DemoShare, DemoShift, DemoSignup

_MESSAGES = (
    "Je viens avec ma fille de quatorze ans, si c'est possible.",
    "Je peux apporter une brouette.",
    "C'est ma première fois, j'aurai sûrement des questions.",
    "J'arriverai avec dix minutes de retard à cause du train.",
    "Je parle aussi arabe et anglais, si cela peut servir.",
    "Je ne peux pas porter lourd, mais je tiens volontiers l'accueil.",
    "Mon voisin viendra peut-être aussi.",
    "J'ai le permis et une camionnette.",
)
_PARTIES = (1,) * 15 + (2,) * 4 + (3,)
_FLAGS = (
    ("wrong", "Le lieu a changé : c'est maintenant à la salle des fêtes, pas à la mairie."),
    ("over", "J'y étais, on m'a dit que c'était terminé depuis une semaine."),
    ("other", "La personne à contacter ne répond plus depuis un mois."),
)


@dataclass(frozen=True, slots=True)
class Filling:
    """How full the next shifts are: people wanted on each, and parties in line once it is full."""

    people: int
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Guest:
    """One of the cast who must be on a shift, in a given state."""

    person: int
    shift: int
    state: str


def a_filling(dice: Dice, capacity: int | None) -> Filling:
    """One offer in three has nobody yet, one in seven is full; a full one usually has a line."""
    mood = dice.below(100)
    if mood < 34:
        return Filling(0)
    if capacity is None:
        return Filling(dice.between(1, 12))
    if mood < 68:
        return Filling(dice.between(1, max(1, capacity * 2 // 3)))
    if mood < 86:
        return Filling(max(1, capacity - dice.between(1, 3)))
    return Filling(capacity, dice.between(1, 5) if dice.chance(70) else 0)


def like_count(dice: Dice) -> int:
    """Most offers please a few, a few please many."""
    mood = dice.below(100)
    if mood < 32:
        return 0
    if mood < 74:
        return dice.between(1, 6)
    if mood < 92:
        return dice.between(7, 18)
    return dice.between(19, 44) if mood < 98 else dice.between(45, 90)


def make_likes(
    dice: Dice, people: int, count: int, posted_at: datetime, today: date, *cast: int
) -> tuple[DemoLike, ...]:
    """So many likes by different people, and those of the cast."""
    strangers = dice.several(range(len(CAST), people), count - len(cast))
    return tuple(
        DemoLike(who, _between(dice, posted_at, _now(today))) for who in (*cast, *strangers)
    )


def make_signups(
    dice: Dice,
    people: int,
    shifts: tuple[DemoShift, ...],
    filling: Filling,
    posted_at: datetime,
    today: date,
    guests: tuple[Guest, ...] = (),
) -> tuple[DemoSignup, ...]:
    """Signups on the past shifts and on the next three: those further away have not been noticed yet."""
    now = _now(today)
    ahead = [
        n for n, shift in enumerate(shifts) if shift.starts_at is None or shift.starts_at >= now
    ]
    past = [n for n, shift in enumerate(shifts) if shift.starts_at and shift.starts_at < now]
    made: list[DemoSignup] = []
    for rank, number in enumerate((*past[-3:], *ahead[:3])):
        invited = [guest for guest in guests if guest.shift == number]
        # The nearest shift is as full as it gets, the next ones less and less.
        distance = max(0, rank - len(past[-3:]))
        wanted = Filling(filling.people >> distance, filling.waiting if not distance else 0)
        made += _on_shift(dice, people, number, shifts[number], wanted, (posted_at, now), invited)
    return tuple(made)


def make_days(dice: Dice, posted_at: datetime, today: date) -> tuple[DemoDay, ...]:
    """Four weeks of views, more at the end, and now and then somebody who shares it."""
    days: list[DemoDay] = []
    for ago in range(28, 0, -1):
        on = today - timedelta(days=ago)
        if on <= posted_at.date():
            continue
        days.append(DemoDay(on, "view", dice.between(2, 12) + (28 - ago) // 2))
        if dice.chance(30):
            channel = dice.pick(("copy", "whatsapp", "mail", "facebook"))
            days.append(DemoDay(on, f"share:{channel}", dice.between(1, 3)))
    return tuple(days)


def make_share(dice: Dice, person: int, today: date) -> DemoShare:
    """The person's own link, by which some came during the last two weeks."""
    days = [today - timedelta(days=ago) for ago in (12, 9, 5, 4, 2, 1)]
    return DemoShare(person, tuple((day, dice.between(1, 4)) for day in days))


def make_flag(dice: Dice, people: int, today: date) -> DemoFlag:
    """Somebody reports something believable, yesterday or the day before."""
    reason, text = dice.pick(_FLAGS)
    at = _now(today) - timedelta(hours=dice.between(4, 44))
    return DemoFlag(dice.between(len(CAST), people - 1), reason, text.replace("'", "’"), at)


def _on_shift(
    dice: Dice,
    people: int,
    number: int,
    shift: DemoShift,
    filling: Filling,
    window: tuple[datetime, datetime],
    guests: list[Guest],
) -> list[DemoSignup]:
    since, now = window
    until = min(now, shift.starts_at or now)
    is_past = shift.starts_at is not None and shift.starts_at < now
    since = min(since, until - timedelta(days=6))
    pool = iter(dice.several(range(len(CAST), people), filling.people + filling.waiting + 2))
    made = [
        DemoSignup(guest.person, number, 1, guest.state, _between(dice, since, until))
        for guest in guests
        if guest.state != "waitlisted"
    ]
    taken = len(made)
    while taken < filling.people and (person := next(pool, None)) is not None:
        party = min(dice.pick(_PARTIES), filling.people - taken)
        # A hold that nobody verified yields to a line within the half hour: a full shift with a line has none.
        held = 0 if filling.waiting else 5
        state = _past_state(dice) if is_past else _state(dice, shift, now, held)
        made.append(_signup(dice, person, number, party, state, (since, until)))
        taken += party
    if is_past:
        return made
    # Those in line came after the last place was taken.
    late = (max([since, *(signup.made_at for signup in made)]), until)
    in_line = [guest.person for guest in guests if guest.state == "waitlisted"]
    for person in (*in_line, *(next(pool) for _ in range(filling.waiting - len(in_line)))):
        made.append(_signup(dice, person, number, 1, "waitlisted", late))
    if dice.chance(12) and (person := next(pool, None)) is not None:
        made.append(_signup(dice, person, number, 1, "cancelled", (since, until)))
    return made


def _signup(
    dice: Dice, person: int, shift: int, party: int, state: str, window: tuple[datetime, datetime]
) -> DemoSignup:
    made_at = (
        window[1] - timedelta(hours=dice.between(1, 18))
        if state == "held"
        else _between(dice, *window)
    )
    message = dice.pick(_MESSAGES).replace("'", "’") if dice.chance(9) else ""
    return DemoSignup(person, shift, party, state, made_at, message)


def _state(dice: Dice, shift: DemoShift, now: datetime, held: int) -> str:
    is_soon = shift.starts_at is not None and shift.starts_at < now + timedelta(days=2)
    return "held" if not is_soon and dice.chance(held) else "confirmed"


def _past_state(dice: Dice) -> str:
    mood = dice.below(100)
    return "attended" if mood < 84 else "absent" if mood < 91 else "confirmed"


def _between(dice: Dice, since: datetime, until: datetime) -> datetime:
    minutes = max(1, int((until - since).total_seconds() // 60))
    return max(since, until - timedelta(minutes=dice.below(minutes)))


def _now(today: date) -> datetime:
    """Early on the day of loading: nothing in the demo was done later than that."""
    return datetime.combine(today, time(4), tzinfo=UTC)
