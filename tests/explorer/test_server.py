"""The explorer's server lets in its own pages and nobody else, and answers every mistake in words."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest

from dsmip.explorer.admission import LARGEST_BODY, Admission
from dsmip.explorer.server import ExplorerServer
from dsmip.explorer.workbench import Workbench
from model.readings import reading
from model.scenarios import load

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server() -> Iterator[ExplorerServer]:
    with ExplorerServer(Workbench(load("minimal"), reading("literal"))) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def request(
    server: ExplorerServer, name: str, body: object = None, *, token: str | None = None, method: str | None = None,
    **headers: str,
) -> tuple[int, dict[str, object]]:  # fmt: skip
    """Status and answer. headers: with "_" for "-"."""
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    if data is not None and "Content-Type" not in given:
        given |= JSON
    connection = HTTPConnection("127.0.0.1", server.admission.port, timeout=20)
    path = f"/{server.admission.token if token is None else token}/{name}"
    connection.request(method or ("GET" if data is None else "POST"), path, data, given)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, json.loads(text) if "json" in (answer.getheader("Content-Type") or "") else {"page": text}


def page(server: ExplorerServer, name: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", server.admission.port, timeout=20)
    connection.request("GET", f"/{server.admission.token}/{name}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def revision(server: ExplorerServer) -> int:
    value = request(server, "state")[1]["revision"]
    assert isinstance(value, int)
    return value


def test_it_listens_on_loopback_only(server: ExplorerServer) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"
    assert server.address == f"http://127.0.0.1:{server.admission.port}/{server.admission.token}/"
    assert len(server.admission.token) >= 32


@pytest.mark.parametrize("token", ["", "x", "é", "../", "%2e%2e"])
@pytest.mark.parametrize("name", ["", "state", "page.js", "nothing"])
def test_a_wrong_token_is_refused_whatever_is_asked_for(server: ExplorerServer, token: str, name: str) -> None:
    status, answer = request(server, name, token=token.encode("ascii", "ignore").decode())
    assert status == 403 and "token" in str(answer["error"])


@pytest.mark.parametrize("host", ["", "example.org", "127.0.0.1", "localhost", "127.0.0.1:1", "evil.127.0.0.1:{port}"])
def test_another_host_is_refused(server: ExplorerServer, host: str) -> None:
    status, answer = request(server, "state", Host=host.format(port=server.admission.port))
    assert status == 403 and "Host" in str(answer["error"])


def test_both_names_of_loopback_are_taken(server: ExplorerServer) -> None:
    for host in server.admission.hosts:
        assert request(server, "state", Host=host)[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"},
    ],
)  # fmt: skip
def test_a_change_that_another_site_asks_for_is_refused(server: ExplorerServer, headers: dict[str, str]) -> None:
    before = revision(server)
    status, answer = request(server, "step", {"revision": before, "choice": 0}, **headers)
    assert status == 403 and "another site" in str(answer["error"])
    assert revision(server) == before


@pytest.mark.parametrize("headers", [{"Origin": "https://example.org"}, {"Sec_Fetch_Site": "cross-site"}])
def test_another_site_reads_nothing_either(server: ExplorerServer, headers: dict[str, str]) -> None:
    assert request(server, "state", **headers)[0] == 403


def test_nothing_changes_by_get(server: ExplorerServer) -> None:
    before = revision(server)
    for name in ("step", "back", "restart", "jump", "trace", "test"):
        assert request(server, name)[0] == 404
    assert revision(server) == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "no JSON"), (b"[1]", "no JSON object"), (b"[" * 50_000, "no JSON"), (b"\xff", "no JSON"),
        ({}, '"revision" must be a whole number'), ({"revision": True, "choice": 0}, "whole number"),
        ({"revision": "1", "choice": 0}, "whole number"),
    ],
)  # fmt: skip
def test_a_bad_body_is_answered_in_words(server: ExplorerServer, body: object, words: str) -> None:
    status, answer = request(server, "step", body)
    assert status == 400 and words in str(answer["error"])


def test_a_form_is_no_json(server: ExplorerServer) -> None:
    """Forms are what another site can send without asking."""
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        assert request(server, "step", b"{}", **{"Content-Type": kind})[0] == 415


def test_too_much_is_refused_unread(server: ExplorerServer) -> None:
    assert request(server, "step", b" " * (LARGEST_BODY + 1))[0] == 413


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [
        ("step", {"revision": -1, "choice": 0}, 409, "brought up to date"),
        ("jump", {"property": "BIND-99"}, 400, 'unknown property "BIND-99"'),
        ("jump", {"property": 3}, 400, '"property" must be a text'),
        ("test", {"role": "hss"}, 400, 'unknown role "hss"'),
        ("nothing", {}, 404, "nothing of this name"),
    ],
)
def test_what_cannot_be_done_is_said(
    server: ExplorerServer, name: str, body: object, status: int, words: str
) -> None:
    found, answer = request(server, name, body)
    assert found == status and words in str(answer["error"])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_not_served(server: ExplorerServer, method: str) -> None:
    status, answer = request(server, "state", method=method)
    assert status == 501 and answer["error"]


@pytest.mark.parametrize("line", [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00\xff\r\n\r\n",
                                  b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"])  # fmt: skip
def test_what_is_no_request_does_no_harm(server: ExplorerServer, line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.admission.port), timeout=10) as connection:
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    assert request(server, "state")[0] == 200


def test_pages_may_use_nothing_but_this_server(server: ExplorerServer) -> None:
    for name in ("", "page.js", "page.css"):
        answer = page(server, name)
        policy = answer.getheader("Content-Security-Policy") or ""
        assert answer.status == 200 and policy.startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.getheader("Referrer-Policy") == "no-referrer"
        assert answer.getheader("Access-Control-Allow-Origin") is None


def test_steps_undo_and_restart_over_the_wire(server: ExplorerServer) -> None:
    status, state = request(server, "restart", {"revision": revision(server), "start": 1})
    assert status == 200 and state["path"] == [] and state["start"] == 1
    status, state = request(server, "step", {"revision": state["revision"], "choice": 0})
    assert status == 200 and isinstance(state["path"], list) and len(state["path"]) == 1
    status, state = request(server, "back", {"revision": state["revision"], "length": 0})
    assert status == 200 and state["path"] == []


def test_an_admission_is_for_one_token_and_one_port() -> None:
    headers = {"Host": "127.0.0.1:80"}
    assert Admission("secret", 80).refusal("GET", "/secret/state", headers) is None
    assert Admission("secret", 81).refusal("GET", "/secret/state", headers) is not None
    assert Admission("secret2", 80).refusal("GET", "/secret/state", headers) is not None
    assert Admission("secret", 80).refusal("GET", "/secret2", headers) is not None
