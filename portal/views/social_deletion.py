"""Facebook's data-deletion callback: its user asks there that we forget them, and we do, at once.

The request carries no cookie and no form token; it is Facebook's because it is signed with our client secret. We answer
with a page that says what became of it and a code to ask by, as its platform terms want.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from typing import Any

from flask import Blueprint, current_app, jsonify, request

from portal import db, tokens
from portal.errors import Forbidden
from portal.services import identities
from portal.views.access import by_key

pages = Blueprint("social_deletion", __name__)
ISSUER = "https://www.facebook.com"
ENOUGH = 4000  # characters of a signed request


@pages.post("/sign-in/facebook/deletion")
@by_key
def forget() -> Any:
    """Unlink the identity. The account stays with its owner's address; without one, its owner erases it here."""
    logins = current_app.config["LOGINS"]
    secret = next((one.client_secret for one in logins if one.name == "facebook"), "")
    subject = _subject(request.form.get("signed_request", ""), secret)
    identities.forget(ISSUER, subject)
    db.session.commit()
    code = tokens.keyed_hash("facebook_deletion", subject)[:16]
    url = f"{current_app.config['BASE_URL']}/privacy"
    return jsonify(url=url, confirmation_code=code)


def _subject(signed: str, secret: str) -> str:
    """Whose data: the user id of a request that the secret signed. Raises Forbidden for any other, and without Facebook."""
    signature, _dot, payload = signed.partition(".")
    try:
        expected = hmac.digest(secret.encode(), payload.encode(), "sha256")
        said = json.loads(_decoded(payload))
        is_theirs = hmac.compare_digest(_decoded(signature), expected)
        if secret and is_theirs and len(signed) < ENOUGH and said["algorithm"] == "HMAC-SHA256":
            return str(said["user_id"])
    except (binascii.Error, UnicodeError, ValueError, KeyError, TypeError) as error:
        raise Forbidden("Cette demande n’est pas signée par Facebook.") from error
    raise Forbidden("Cette demande n’est pas signée par Facebook.")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
