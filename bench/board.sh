#!/bin/sh
# The board beside the newest peers, in an environment of their own under the build folder, and beside Debian's where
# /usr/bin/python3 has them: bench/board.sh BUILD [options of peers/board.py]. PEERS names another Python for the newest.
set -eu
build=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${PEERS:-}" ]; then
    [ -x "$build/peers/bin/python" ] || python3 -m venv "$build/peers" || {
        echo "no environment for the peers: install python3-venv, or name a Python that has them: PEERS=python3 make bench" >&2
        exit 1
    }
    PEERS=$build/peers/bin/python
    "$PEERS" -m pip install --quiet --disable-pip-version-check --upgrade -r "$here/peers/requirements.txt" ||
        "$PEERS" -c 'import numpy, scipy, sklearn, threadpoolctl' || {
        echo "no peers: without a network, PIP_NO_INDEX=1 PIP_FIND_LINKS=(folder of wheels) make bench" >&2
        exit 1
    }
fi
machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1 | tr '[:upper:]' '[:lower:]' |
    sed 's/([a-z]*)//g' | tr -cs 'a-z0-9' '-')
output=$here/results/${machine:-cpu-}$(nproc)-$(date +%F).json
commit=$(git -C "$here" rev-parse --short HEAD 2>/dev/null || :)
status=0
trap 'exit 130' INT TERM
echo "== the newest peers"
"$PEERS" -B "$here/peers/board.py" "$build/bin" "$@" --name newest --commit "$commit" --output "$output" || status=1
if [ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import numpy, scipy, sklearn, threadpoolctl' 2>/dev/null; then
    echo "== Debian's peers"
    /usr/bin/python3 -B "$here/peers/board.py" "$build/bin" "$@" --name debian --commit "$commit" --output "$output" || status=1
fi
echo "$output and the table beside it"
exit $status
