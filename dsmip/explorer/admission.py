"""Who may speak to the explorer: pages that it served itself, to the one who has the address with the token.
A web page elsewhere in the same browser can neither read nor change anything, whatever its name resolves to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from http import HTTPStatus

LARGEST_BODY = 100_000  # bytes
OWN_SITE = ("same-origin", "none")  # Sec-Fetch-Site of a page's own requests, and of an address typed in

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Refusal:
    """status, and why in words."""

    status: HTTPStatus
    words: str


@dataclass(frozen=True)
class Admission:
    """token: the first part of every path. port: on which the explorer listens, on loopback."""

    token: str
    port: int

    @property
    def hosts(self) -> tuple[str, str]:
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    def refusal(self, method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """Why a request is refused; None if it is not. headers: looked up without regard to case."""
        if headers.get("Host", "") not in self.hosts:
            return Refusal(HTTPStatus.FORBIDDEN, "this Host is not the explorer's; open the address that it printed")
        given = path.removeprefix("/").partition("/")[0]
        if not compare_digest(given.encode("utf-8", "replace"), self.token.encode()):
            return Refusal(HTTPStatus.FORBIDDEN, "the token is missing or wrong; open the address that was printed")
        origin = headers.get("Origin")
        if origin is not None and origin not in [f"http://{host}" for host in self.hosts]:
            return Refusal(HTTPStatus.FORBIDDEN, "this request comes from another site")
        site = headers.get("Sec-Fetch-Site")
        if site is not None and (site not in OWN_SITE or (method != "GET" and site != "same-origin")):
            return Refusal(HTTPStatus.FORBIDDEN, "this request comes from another site")
        return self._unfit_body(headers) if method == "POST" else None

    def _unfit_body(self, headers: Mapping[str, str]) -> Refusal | None:
        kind = (headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send JSON, as application/json")
        length = headers.get("Content-Length") or ""
        if not length.isascii() or not length.isdigit():
            return Refusal(HTTPStatus.LENGTH_REQUIRED, "say how long the request is: Content-Length")
        if int(length) > LARGEST_BODY:
            return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {LARGEST_BODY:,} bytes")
        return None
