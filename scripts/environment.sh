#!/bin/sh
# Makes .venv with dsmip in it, editable. Argument: an extra to install as well ("dev"), or nothing.
# A virtual environment that does not work (half made, moved, Python gone) is made anew.
# PYTHON names the Python to use; otherwise the first of 3.11 or newer is taken.
set -eu
cd "$(dirname "$0")/.."
extra=${1:-}
log=.venv/installation.log

stop() {
    echo "dsmip: $1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    stop "${PYTHON:-python3} of version 3.11 or newer is needed and was not found; install it, or name it: make PYTHON=/path/to/python3.11"
}

if ! { is_new_enough .venv/bin/python && .venv/bin/pip --version; } >/dev/null 2>&1; then
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        stop "$python cannot make virtual environments; on Debian or Ubuntu: apt install python3-venv"
    echo "Making the virtual environment .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv || stop "$python could not make .venv; its reason stands above"
fi

echo "Installing dsmip and its libraries into .venv (the first time some 150 MB, a minute or two)"
if ! .venv/bin/python -m pip install --disable-pip-version-check --retries 2 \
    --editable ".${extra:+[$extra]}" >"$log" 2>&1 </dev/null; then
    if grep -qE 'NewConnectionError|NameResolutionError|ConnectTimeoutError|ProxyError|Network is unreachable' "$log"; then
        stop "the Python package index could not be reached; connect to the network (or set PIP_INDEX_URL) and try again; details: $log"
    fi
    tail -n 15 "$log" >&2
    stop "the installation failed; its last lines stand above, all of them in $log"
fi
