"""The explorer's web server, on loopback only. What is asked for is looked up in two tables; whatever is
refused or fails is answered in words."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from diagrams.errors import DiagramError
from diagrams.report.document import page_file
from dsmip.explorer.admission import HEADERS, Admission, Refusal
from dsmip.explorer.session import OutOfDate
from dsmip.explorer.workbench import Saved, Workbench
from model.language.errors import ModelError

LOOPBACK = "127.0.0.1"
PATIENCE = 30  # seconds for a request to arrive
TOKEN_BYTES = 24
Answer = dict[str, object]
STATIC = {
    "": ("text/html", ["explorer.html"]),
    "page.css": ("text/css", ["base.css", "explorer.css"]),
    "page.js": ("text/javascript", ["inspection.js", "explorer.js"]),
}


class BadRequest(Exception):
    """What is wrong with a request, in words."""


class ExplorerServer(ThreadingHTTPServer):
    """port 0: any that is free. Raises OSError if the port is taken."""

    daemon_threads = True

    def __init__(self, workbench: Workbench, port: int = 0) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.workbench = workbench
        self.admission = Admission(secrets.token_urlsafe(TOKEN_BYTES), self.server_address[1])
        self.one_at_a_time = threading.Lock()

    @property
    def address(self) -> str:
        """What to open; it contains the token."""
        return f"http://{self.admission.hosts[0]}/{self.admission.token}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle is no event."""

    def asked(self, method: str, name: str, body: Mapping[str, Any]) -> Answer | None:
        """The answer to a request that was let in; None if there is nothing of this name."""
        bench, session = self.workbench, self.workbench.session
        reading: dict[str, Callable[[], Answer]] = {"model": bench.model, "state": session.view}
        changing: dict[str, Callable[[], object]] = {
            "step": lambda: session.take(_number(body, "revision"), _number(body, "choice")),
            "back": lambda: session.back_to(_number(body, "revision"), _number(body, "length")),
            "restart": lambda: session.restart(_number(body, "revision"), _number(body, "start")),
            "jump": lambda: bench.jump_to(_text(body, "property")),
        }
        saving: dict[str, Callable[[], Saved]] = {
            "trace": bench.as_trace,
            "test": lambda: bench.as_test(_text(body, "role")),
        }
        with self.one_at_a_time:
            if method == "GET" and name in reading:
                return reading[name]()
            if method == "POST" and name in changing:
                words = changing[name]()
                return {**session.view(), "said": words if isinstance(words, str) else ""}
            if method == "POST" and name in saving:
                saved = saving[name]()
                return {"name": saved.name, "text": saved.text}
        return None


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: ExplorerServer
    timeout = PATIENCE
    server_version = "dsmip"
    sys_version = ""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: addresses contain the token."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The library's own complaints (a bad request line, an unknown method), in the same form as ours."""
        self._refuse(Refusal(HTTPStatus(code), message or HTTPStatus(code).phrase))

    def _serve(self, method: str) -> None:
        refusal = self.server.admission.refusal(method, self.path, self.headers)  # type: ignore[arg-type]
        if refusal is not None:
            self._refuse(refusal)
            return
        name = urlsplit(self.path).path.removeprefix("/").partition("/")[2]
        if method == "GET" and name in STATIC:
            kind, files = STATIC[name]
            self._send(HTTPStatus.OK, kind, "\n".join(map(_file, files)).encode())
            return
        try:
            answer = self.server.asked(method, name, self._body() if method == "POST" else {})
        except OutOfDate as reason:
            self._refuse(Refusal(HTTPStatus.CONFLICT, str(reason)))
        except (BadRequest, ModelError, DiagramError) as reason:
            self._refuse(Refusal(HTTPStatus.BAD_REQUEST, " ".join(str(reason).split())))
        except Exception as fault:
            self._refuse(Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, f"a fault in the explorer: {fault!r}"))
        else:
            if answer is None:
                self._refuse(Refusal(HTTPStatus.NOT_FOUND, "there is nothing of this name"))
            else:
                self._send(HTTPStatus.OK, "application/json", _json(answer))

    def _body(self) -> Mapping[str, Any]:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            body = json.loads(data)
        except (ValueError, RecursionError):
            raise BadRequest("the request is no JSON") from None
        if not isinstance(body, dict):
            raise BadRequest("the request is no JSON object")
        return body

    def _refuse(self, refusal: Refusal) -> None:
        self.close_connection = True
        self._send(refusal.status, "application/json", _json({"error": refusal.words}))

    def _send(self, status: HTTPStatus, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _json(answer: Mapping[str, object]) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")


def _file(name: str) -> str:
    own = resources.files("dsmip.explorer").joinpath("pages", name)
    return own.read_text(encoding="utf-8") if own.is_file() else page_file(name)


def _number(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRequest(f'"{name}" must be a whole number')
    return value


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise BadRequest(f'"{name}" must be a text')
    return value
