"""A real OpenID Connect provider on loopback: Authlib's server with code flow, PKCE and ID tokens, in a thread.

Tests say who is signed in there (`claims`), and may make it lie (`alter`, `sign`): what a hostile or careless provider
would answer is then really sent over HTTP, through the same client code as any other.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207.parameter import IssuerParameter
from authlib.oidc.core import OpenIDCode
from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from portal.config import LoginProvider

CLIENT_ID, CLIENT_SECRET = "relais", "a secret between two tests"


@dataclass
class Code:
    """A code that was given out; used once, then gone."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str
    challenge: str
    method: str
    claims: dict[str, Any]

    code_challenge = property(lambda self: self.challenge)
    code_challenge_method = property(lambda self: self.method)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    get_acr = get_amr = get_auth_time


@dataclass
class Client(ClientMixin):  # type: ignore[misc]
    """Our portal, as the provider knows it: one exact redirect address."""

    redirect_uri: str

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(s for s in scope.split() if s in ("openid", "email", "profile"))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return True

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Provider:
    """What tests hold of the running provider."""

    name: str
    redirect_uri: str
    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    # Changes to the claims of the next ID tokens, after everything is honest.
    alter: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    metadata: dict[str, Any] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)
    tokens_asked: int = 0
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def sign(self) -> Callable[[dict[str, Any]], str]:
        return self._sign or self.honest

    @sign.setter
    def sign(self, signer: Callable[[dict[str, Any]], str]) -> None:
        self._sign = signer

    _sign: Callable[[dict[str, Any]], str] | None = None

    def honest(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def setting(self) -> LoginProvider:
        """What the portal's settings say of this provider."""
        address = f"{self.issuer}/.well-known/openid-configuration"
        return LoginProvider(self.name, CLIENT_ID, CLIENT_SECRET, address)


@contextmanager
def running(name: str, base_url: str = "http://127.0.0.1:8000") -> Iterator[Provider]:
    """A provider on a free port, for as long as the block lasts."""
    provider = Provider(name, f"{base_url}/sign-in/{name}/callback")
    app = _app(provider)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with patch.dict(os.environ, {"AUTHLIB_INSECURE_TRANSPORT": "1"}):  # no TLS on loopback
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _app(provider: Provider) -> Flask:
    app = Flask("provider")
    client = Client(provider.redirect_uri)

    class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

        def save_authorization_code(self, code: str, req: Any) -> None:
            data = req.payload.data
            provider.codes[code] = Code(
                code,
                data["redirect_uri"],
                req.payload.scope,
                data.get("nonce", ""),
                data.get("code_challenge", ""),
                data.get("code_challenge_method", "plain"),
                dict(provider.claims),
            )

        def query_authorization_code(self, code: str, _client: Any) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            provider.codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return authorization_code.claims

    class IdToken(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, _request: Any) -> bool:
            return any(code.nonce == nonce for code in provider.codes.values())

        def encode_id_token(self, token: dict[str, Any], req: Any) -> str:
            now = int(time.time())
            claims = {"iss": provider.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
            claims |= {"nonce": req.authorization_code.nonce, **req.user}
            provider.access[token["access_token"]] = dict(req.user)
            return provider.sign(provider.alter(claims))

    server = AuthorizationServer(app, lambda ident: client if ident == CLIENT_ID else None)
    server.save_token = lambda token, req: None
    server.register_grant(Grant, [IdToken(require_nonce=True), CodeChallenge(required=True)])
    server.register_extension(_Issuer(provider))

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        return jsonify(
            {
                "issuer": provider.issuer,
                "authorization_endpoint": f"{provider.issuer}/authorize",
                "token_endpoint": f"{provider.issuer}/token",
                "userinfo_endpoint": f"{provider.issuer}/userinfo",
                "jwks_uri": f"{provider.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                **provider.metadata,
            }
        )

    @app.get("/jwks")
    def jwks() -> Response:
        return jsonify({"keys": [{**provider.key.as_dict(private=False), "use": "sig"}]})

    @app.get("/authorize")
    def authorize() -> Any:
        """Somebody is signed in here already and agrees: `provider.claims` says who."""
        provider.requests.append(dict(request.args))
        grant = server.get_consent_grant(end_user=provider.claims)
        return server.create_authorization_response(grant=grant, grant_user=provider.claims)

    @app.post("/token")
    def token() -> Any:
        provider.tokens_asked += 1
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Any:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        found = provider.access.get(given)
        return jsonify(found) if found else (jsonify(error="invalid_token"), 401)

    return app


class _Issuer(IssuerParameter):  # type: ignore[misc]
    """RFC 9207: the answer names its issuer."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def get_issuer(self) -> str:
        return self.provider.issuer


def somebody(**claims: Any) -> dict[str, Any]:
    """The claims of a person at the provider."""
    return {"sub": secrets.token_hex(8), "given_name": "Ann", **claims}


def leave(visitor: Any, provider: Provider, query: str = "") -> str:
    """Click on the provider: the address there that the browser is sent to."""
    page = visitor.get(f"/sign-in/{provider.name}{query}", follow=False)
    assert page.status == 302, page.words
    return str(page.response.location)


def consent(address: str) -> str:
    """Agree at the provider: the path of our callback that the browser is sent to."""
    answer = requests.get(address, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def walk(visitor: Any, provider: Provider, query: str = "") -> Any:
    """The whole road: leave, agree, come back. The page where it ends."""
    return visitor.get(consent(leave(visitor, provider, query)))
