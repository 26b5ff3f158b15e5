"""`dsmip reference`: UE and home agent as programs that talk to each other over UDP on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

DSMIP = str(Path(sys.executable).with_name("dsmip"))


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return min(int(one.getsockname()[1]), 65_000)


def reference(words: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DSMIP, "reference", *arguments], input=words, capture_output=True, text=True, timeout=90, check=False
    )


@pytest.mark.slow
def test_ue_and_home_agent_register_with_each_other_over_udp() -> None:
    port = str(free_port())
    agent = subprocess.Popen(
        [DSMIP, "reference", "ha", "nat", "--port", port, "--real-time", "--lifetime", "400"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert agent.stdin is not None and agent.stdout is not None
    try:
        agent.stdin.write("state\n")
        agent.stdin.flush()
        assert "no binding" in agent.stdout.readline()  # it is there
        done = reference("go ipv4-only\nwait 1\nstate\nquit\n", "ue", "nat", "--port", port, "--real-time")
        assert "received BindingAcknowledgement (status 0 accepted" in done.stdout
        assert "state registered, address address-ipv4-only" in done.stdout
        agent.stdin.write("timers\nstate\nquit\n")
        agent.stdin.flush()
        said = agent.stdout.read()
        assert "state bound, care_of_address address-ipv4-only" in said
        assert "event binding lifetime ends at the home agent 39" in said  # of the 400 s that it grants at most
        assert agent.wait(20) == 0
    finally:
        agent.kill()
        agent.wait()
        agent.stdin.close()
        agent.stdout.close()


def test_virtual_time_passes_when_told_and_ends_the_timers_in_between() -> None:
    done = reference("go foreign-a\nwait 1.4\nwait 0.2\nwait 2\nquit\n", "ue", "--port", str(free_port()))
    sent = [line.split()[0] for line in done.stdout.splitlines() if "sent BindingUpdate" in line]
    assert sent[:2] == ["0.000", "1.500"]  # RFC 6275, 12: the first registration waits 1.5 s


def test_wrong_reference_is_wrong() -> None:
    done = reference("go foreign-a\nwait 60\nquit\n", "ue", "--port", str(free_port()), "--mutant",
                     "ue-no-retransmission")  # fmt: skip
    assert done.stdout.count("sent BindingUpdate") == 1


def test_what_is_no_command_is_told_and_does_not_end_it() -> None:
    done = reference("dance\ngo mars\nwait long\ntimer x\nstate\nquit\n", "ue", "--port", str(free_port()))
    assert done.returncode == 0
    for words in ('no command "dance"', 'no network "mars"', 'wait "long"', 'no timer "x"', "state at home"):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["agent"], 'no reference "agent"'), (["ha", "--port", "0"], "from 1 to 65534"),
     (["ha", "--lifetime", "5"], "a multiple of 4 s"), (["ue", "--mutant", "ue-nothing"], "unknown mutant")],
)  # fmt: skip
def test_bad_use_is_one_line(arguments: list[str], words: str) -> None:
    done = reference("", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") <= 2
    assert "Traceback" not in done.stderr


def test_port_that_is_taken_is_one_line() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        done = reference("", "ha", "--port", str(min(one.getsockname()[1], 65_534)))
    assert done.returncode == 2
    assert "Address already in use; --port names another one" in done.stderr
