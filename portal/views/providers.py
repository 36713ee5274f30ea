"""The providers of the settings as Authlib's clients, and the one way in which their answer is read.

Authlib keeps state, nonce and code verifier in the signed cookie; what we add: an answer must name each parameter once,
come from the issuer that discovery named (RFC 9207 too), carry an ID token of a sane size, signed by a public-key
algorithm, for our client id. Every refusal is one sentence and nobody is signed in.

Authlib and requests weigh 9 MiB: whoever needs this module imports it when somebody signs in.
"""

from __future__ import annotations

import logging
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, redirect, request, session
from joserfc.errors import JoseError

from portal.errors import Invalid, Unavailable
from portal.views.provider_names import label, setting

log = logging.getLogger(__name__)
SECONDS = 2.5  # for each request to a provider; the page says it is down within three
ID_TOKEN_BYTES = 16 * 1024
STATES = 4  # sign-ins begun and not finished that one browser may have
SIGNED_BY = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
# What discovery leaves out.
TOKEN_URLS = {"facebook": "https://graph.facebook.com/oauth/access_token"}
REFUSED = (
    "La connexion par %(provider)s n’a pas abouti. Recommencez, ou demandez un lien par e-mail."
)
DOWN = "%(provider)s ne répond pas pour le moment. Demandez plutôt un lien par e-mail."


def client(name: str) -> Any:
    """Authlib's client of a configured provider."""
    setting(name)
    kept = current_app.extensions
    if "providers" not in kept:
        kept["providers"] = _registry(current_app)
    return kept["providers"].create_client(name)


def _registry(app: Flask) -> OAuth:
    """What the settings name; nothing is asked of a provider before somebody wants to sign in with it."""
    oauth = OAuth(app)
    for one in app.config["LOGINS"]:
        oauth.register(
            one.name,
            client_id=one.client_id,
            client_secret=one.client_secret,
            server_metadata_url=one.discovery_url,
            access_token_url=TOKEN_URLS.get(one.name),
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "default_timeout": SECONDS,
            },
        )
    return oauth


def send(found: Any, callback_url: str, **kept: str) -> Any:
    """The redirect to the provider; `kept` comes back with its answer. Raises Unavailable when it does not answer."""
    _forget_old_states()
    try:
        _metadata(found)
        begun = found.create_authorization_url(callback_url)
        found.save_authorize_data(redirect_uri=callback_url, kept=kept, **begun)
        return redirect(begun["url"])
    except (requests.RequestException, ValueError, RuntimeError) as error:
        log.warning("provider_down", extra={"provider": found.name, "error": type(error).__name__})
        raise Unavailable(DOWN, provider=label(found.name)) from error


def claims(found: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """(What the provider says of the person, checked; what `send` kept). Raises Invalid for an answer that is not to be believed."""
    try:
        state_data = _state_data(found)
        metadata = _metadata(found)
        _check_answer(metadata)
        token = found.fetch_access_token(
            code=request.args["code"],
            state=request.args["state"],
            redirect_uri=state_data["redirect_uri"],
            code_verifier=state_data["code_verifier"],
        )
        said = _id_claims(found, token, state_data["nonce"], metadata["issuer"])
        return said, state_data["kept"]
    except requests.RequestException as error:
        log.warning("provider_down", extra={"provider": found.name, "error": type(error).__name__})
        raise Unavailable(DOWN, provider=label(found.name)) from error
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
        log.info("sign_in_refused", extra={"provider": found.name, "error": type(error).__name__})
        raise Invalid(REFUSED, provider=label(found.name)) from error


def _state_data(found: Any) -> dict[str, Any]:
    """What this browser was sent away with. It is forgotten at once: a second answer finds nothing."""
    if any(len(request.args.getlist(name)) > 1 for name in ("code", "state", "iss", "error")):
        raise ValueError("a parameter twice")
    state = request.args.get("state", "")
    kept = found.framework.get_state_data(session, state) if state else None
    if state:
        found.framework.clear_state_data(session, state)
    if not kept:
        raise ValueError("a state that is not ours")
    return dict(kept)


def _check_answer(metadata: dict[str, Any]) -> None:
    if request.args.get("error") or not request.args.get("code"):
        raise ValueError("no code")
    named = request.args.get("iss")
    is_required = metadata.get("authorization_response_iss_parameter_supported") is True
    if (named or is_required) and named != metadata["issuer"]:
        raise ValueError("another issuer")


def _id_claims(found: Any, token: dict[str, Any], nonce: str, issuer: str) -> dict[str, Any]:
    id_token = token.get("id_token")
    if not isinstance(id_token, str) or len(id_token) > ID_TOKEN_BYTES:
        raise ValueError("no ID token of a sane size")
    options = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": found.client_id},
    }
    said = dict(found.parse_id_token(token, nonce, claims_options=options, leeway=60))
    if not isinstance(said.get("sub"), str) or not 0 < len(said["sub"]) <= 255:
        raise ValueError("no subject")
    if "email" not in said and found.server_metadata.get("userinfo_endpoint"):
        more = dict(found.userinfo(token=token))
        if more.get("sub") == said["sub"]:
            said = {**more, **said}
    return said


def _metadata(found: Any) -> dict[str, Any]:
    """The provider's discovery document, read once and narrowed to what we accept."""
    if "_loaded_at" not in found.server_metadata:
        metadata = found.load_server_metadata()
        issuer = metadata.get("issuer")
        address = setting(found.name).discovery_url
        if not isinstance(issuer, str) or not address.startswith(
            issuer.rstrip("/") + "/.well-known/"
        ):
            found.server_metadata.clear()
            raise ValueError("the issuer is not the one that was asked")
        algorithms = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [
            algorithm for algorithm in algorithms if algorithm in SIGNED_BY
        ]
    return dict(found.server_metadata)


def _forget_old_states() -> None:
    """Somebody who begins twenty times would fill the cookie: the oldest beginnings go."""
    begun = [key for key in session if str(key).startswith("_state_")]
    for key in begun[: max(0, len(begun) - STATES + 1)]:
        session.pop(key)
