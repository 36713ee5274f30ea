"""What stands in the gaps of each address, and what a valid form says: so that tests can walk every route there is.

A new route whose gaps or form are not known here makes those tests fail with the sentence that says what to add.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from portal import clock
from portal.demo.feeds import PARTNERS
from tests.world import World

# The gap of an address -> the name of the thing in the world; the first line that fits decides.
GAPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/account/identities/", {"ident": "identity"}),
    ("/account/news/", {"token": "news_token"}),
    ("/account/sessions/", {"ident": "device"}),
    ("/alerts/<token>/confirm", {"token": "waiting_alert_token"}),
    ("/alerts/", {"token": "alert_token"}),
    ("/dashboard/<slug>/offers/<int:offer_id>/resume", {"offer_id": "paused_offer"}),
    ("/dashboard/<slug>/offers/<int:offer_id>/reopen", {"offer_id": "closed_offer"}),
    ("/dashboard/<slug>/claims/", {"claimed_id": "claimed", "claim_id": "claim"}),
    ("/moderation/claims/", {"claim_id": "waiting_claim"}),
    ("/dashboard/<slug>/signups/", {"signup_id": "came"}),
    ("/invitations/", {"token": "invitation_token"}),
    ("/moderation/associations/", {"association_id": "pending_association"}),
    ("/moderation/keys/", {"key_id": "api_key"}),
    ("/moderation/offers/<int:offer_id>/approve", {"offer_id": "pending_offer"}),
    ("/moderation/offers/<int:offer_id>/refuse", {"offer_id": "pending_offer"}),
    ("/moderation/offers/<int:offer_id>/restore", {"offer_id": "hidden_offer"}),
    ("/moderation/clusters/offers/", {"offer_id": "twin_offer"}),
    ("/offers/<int:ident>/go", {"ident": "elsewhere"}),
    ("/offers/<int:ident>/like", {"ident": "foreign_offer"}),
    ("/offers/<int:ident>/share", {"ident": "foreign_offer"}),
    ("/shifts/", {"ident": "offer_shift"}),
    ("/sign-in/link/", {"token": "link_token"}),
    ("/signups/<token>/confirm", {"token": "held_token"}),
    ("/signups/", {"token": "signup_token"}),
    ("/team/", {"token": "team_token"}),
    ("/offers/", {"ident": "offer", "slug": "offer_slug"}),
    ("/partners/", {"run_id": "jardins_run", "token": "feed_digest_token"}),
    ("/", {
        "slug": "slug", "ident": "offer", "offer_id": "offer", "association_id": "association",
        "decision_id": "decision", "cluster_decision_id": "cluster_decision", "membership_id": "membership", "code": "code",
        "invitation_id": "team_invitation",
    }),
)  # fmt: skip
WORDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/moderation/claims/", {"answer": "accept"}),
    ("/moderation/feeds/<name>/approve", {"name": "flux-propose"}),
    ("/moderation/feeds/<name>/refuse", {"name": "flux-propose"}),
    ("/partners/<name>/runs/", {"name": "flux-jardins"}),
    ("/partners/<name>/run", {"name": "flux-actif"}),
    ("/partners/<name>/pause", {"name": "flux-actif"}),
    ("/partners/<name>/resume", {"name": "flux-en-pause"}),
    ("/partners/", {"name": "flux-jardins"}),
    ("/moderation/feeds/", {"name": "partenaire"}),
    ("/feeds/formats/", {"name": "table"}),
    ("/demo/feeds/", {"file": PARTNERS[0].file}),
    ("/static/", {"version": "0", "name": "site.css"}),
    ("/sign-in/", {"provider": "nobody"}),
    ("/sitemaps/", {"kind": "offers", "part": 0}),
    ("/signups/<token>/<any", {"verb": "confirm"}),
    ("/themes/", {"slug": "environment"}),
    ("/towns/", {"slug": "lyon-69"}),
)


def lines(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule with each of its methods; HEAD and OPTIONS go with their GET."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def name_of(rule: Rule, method: str) -> str:
    """The name of a line: `POST /account`."""
    return f"{method} {rule.rule}"


def address(world: World, rule: Rule, **instead: Any) -> str:
    """The address of a rule in this world; `instead` names other things for its gaps."""
    values = {gap: instead.get(gap, thing(world, rule, gap)) for gap in rule.arguments}
    built = rule.build(values)
    assert built is not None, f"{rule.rule} takes none of {values}"
    return str(built[1])


def thing(world: World, rule: Rule, gap: str) -> Any:
    """What stands in a gap of a rule."""
    for start, words in WORDS:
        if rule.rule.startswith(start) and gap in words:
            return words[gap]
    for start, names in GAPS:
        if rule.rule.startswith(start) and gap in names:
            return world.things[names[gap]]
    raise AssertionError(f"say in tests/addresses.py what stands for <{gap}> in {rule.rule}")


def writes(app: Flask) -> list[tuple[Rule, str]]:
    """The rules that may write: every method but GET."""
    return [(rule, method) for rule, method in lines(app) if method != "GET"]


def form(world: World, line: str) -> dict[str, Any]:
    """A valid form for a writing route: all of the form's own fields."""
    assert line in FORMS, f"say in tests/addresses.py what a valid form for {line} is"
    return {k: v(world) if callable(v) else v for k, v in FORMS[line].items()}


def _in_a_week(_world: World) -> str:
    return (clock.today() + timedelta(days=9)).isoformat()


OFFER = {
    "title": "Planter une haie avec les enfants",
    "description": "On plante ensemble.\n\nLes outils sont là, le goûter aussi.",
    "themes": "environment",
    "remote": "no",
    "place": "Lyon",
    "street": "12 rue des Lilas",
    "kind": "dated",
    "shifts-0-id": "",
    "shifts-0-on": _in_a_week,
    "shifts-0-starts": "09:30",
    "shifts-0-ends": "12:00",
    "shifts-0-capacity": "8",
    "schedule": "le samedi",
    "capacity": "",
    "welcome": "Alice",
    "bring": "Des bottes",
    "minimum_age": "",
    "is_accessible": "y",
    "near_transport": "y",
    "then": "publish",
}
REASON = {"reason": "other", "text": "Un mot."}
FORMS: dict[str, dict[str, Any]] = {
    "POST /account": {
        "first_name": "Ann", "language": "fr", "is_seen": "y", "wants_news": "y",
    },
    "POST /account/email": {"email": "nouvelle@example.org"},
    "POST /account/erase": {},
    "POST /account/identities/<int:ident>/unlink": {},
    "POST /account/news/<token>": {},
    "POST /account/sessions/<int:ident>/end": {},
    "POST /account/sessions/end": {},
    "POST /alerts": {"search": "q=haie", "email": "zoe@example.org", "every_days": "7"},
    "POST /alerts/<token>": {"every_days": "1"},
    "POST /alerts/<token>/confirm": {},
    "POST /alerts/<token>/stop": {},
    "POST /associations/new": {
        "name": "Lire ensemble", "summary": "On lit aux petits.", "email": "lire@example.org",
        "city": "Lyon", "url": "https://lire.example.org", "rna": "W691234567", "siren": "732829320",
    },
    "POST /dashboard/<slug>/claims/<int:claimed_id>": {},
    "POST /dashboard/<slug>/claims/<int:claim_id>/release": {},
    "POST /dashboard/<slug>/offers/<int:offer_id>/close": {},
    "POST /dashboard/<slug>/offers/<int:offer_id>/duplicate": {},
    "POST /dashboard/<slug>/offers/<int:offer_id>/edit": OFFER,
    "POST /dashboard/<slug>/offers/<int:offer_id>/pause": {},
    "POST /dashboard/<slug>/offers/<int:offer_id>/reopen": {},
    "POST /dashboard/<slug>/offers/<int:offer_id>/resume": {},
    "POST /dashboard/<slug>/offers/new": OFFER,
    "POST /dashboard/<slug>/settings": {
        "name": "Lire ensemble", "summary": "On lit aux petits.", "email": "lire@example.org",
        "city": "Lyon", "url": "https://lire.example.org", "rna": "W691234567", "siren": "732829320",
        "hears_at_once": "y",
    },
    "POST /dashboard/<slug>/signups/<int:signup_id>/attendance": {"state": "attended"},
    "POST /dashboard/<slug>/team": {"email": "zoe@example.org", "role": "helper"},
    "POST /dashboard/<slug>/team/<int:membership_id>/remove": {},
    "POST /dashboard/<slug>/team/<int:membership_id>/role": {"role": "coordinator"},
    "POST /dashboard/<slug>/team/invitations/<int:invitation_id>/revoke": {},
    "POST /feeds/check": {"url": "http://127.0.0.1:1/flux.xml", "format": "", "date_order": "dmy", "country": "BE", "zone": ""},
    "POST /invitations/<token>/refuse": {},
    "POST /moderation/associations/<int:association_id>/approve": {},
    "POST /moderation/associations/<int:association_id>/refuse": REASON,
    "POST /moderation/claims/<int:claim_id>/<any(accept, refuse):answer>": {},
    "POST /moderation/clusters/decisions/<int:cluster_decision_id>/undo": {},
    "POST /moderation/clusters/join": {
        "one": lambda world: str(world.things["offer"]),
        "other": lambda world: f"/offers/{world.things['foreign_offer']}-chez-les-autres",
    },
    "POST /moderation/clusters/offers/<int:offer_id>/split": {
        "leaving": lambda world: str(world.things["twin_offer"]),
    },
    "POST /moderation/decisions/<int:decision_id>/undo": {},
    "POST /moderation/feeds/<name>/confirm": {},
    "POST /moderation/feeds/<name>/dismiss": {},
    "POST /api/upload": {},
    "POST /moderation/keys": {
        "name": "Un programme", "reads": "y", "per_minute": "600", "feed": "", "expires_on": "",
    },
    "POST /moderation/keys/<int:key_id>/revoke": {},
    "POST /moderation/keys/<int:key_id>/rotate": {},
    "POST /moderation/offers/<int:offer_id>/approve": {},
    "POST /moderation/offers/<int:offer_id>/hide": REASON,
    "POST /moderation/offers/<int:offer_id>/refuse": REASON,
    "POST /moderation/offers/<int:offer_id>/restore": {},
    "POST /offers/<int:ident>/invitations": {"emails": "un@example.org\ndeux@example.org"},
    "POST /offers/<int:ident>/like": {"value": "1"},
    "POST /offers/<int:ident>/share": {},
    "POST /offers/<int:offer_id>/flags": {"reason": "wrong", "text": "Ce n’est pas là."},
    "POST /moderation/feeds/<name>/approve": {},
    "POST /moderation/feeds/<name>/refuse": {"text": "Ce ne sont pas des besoins de bénévoles."},
    "POST /partners/<name>/confirm": {},
    "POST /partners/<name>/digest": {"value": "0"},
    "POST /partners/<name>/dismiss": {},
    "POST /partners/<name>/home": {"country": "FR", "zone": "Indian/Reunion"},
    "POST /partners/<name>/ids": {"table": "ancien;nouveau\n1;2\n", "confirmed": "1"},
    "POST /partners/<name>/pause": {},
    "POST /partners/<name>/resume": {},
    "POST /partners/<name>/run": {},
    "POST /partners/digest/<token>": {},
    "POST /partners/new": {
        "url": "https://example.org/nouveau.xml", "title": "Nouveau flux", "format": "",
        "date_order": "dmy", "country": "FR", "zone": "Indian/Reunion", "association": "",
    },
    "POST /shifts/<int:ident>/signups": {
        "first_name": "Zoé", "email": "zoe@example.org", "party": "2", "phone": "06 12 34 56 78",
        "message": "Bonjour", "answer_1": "", "answer_2": "", "is_old_enough": "y",
    },
    "POST /shifts/<int:ident>/signups/check": {"first_name": "Zoé", "email": "zoe@example.org"},
    "POST /sign-in": {"email": "quelqu.un@example.org", "next": "/account"},
    "POST /sign-in/demo": {"email": "camille@example.org", "next": "/"},
    "POST /sign-in/link/<token>": {},
    "POST /sign-in/facebook/deletion": {"signed_request": "x.y"},
    "POST /sign-in/proof": {"email": "quelqu.un@example.org"},
    "POST /sign-out": {},
    "POST /signups/<token>/bring": {"party": "3"},
    "POST /signups/<token>/cancel": {},
    "POST /signups/<token>/confirm": {},
    "POST /signups/<token>/erase": {},
    "POST /signups/<token>/move": {"shift": lambda world: str(world.things["second_shift"])},
    "POST /signups/forget": {},
    "POST /team/<token>": {},
}  # fmt: skip
