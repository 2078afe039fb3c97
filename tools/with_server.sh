#!/usr/bin/env bash
# Runs a command against a server of its own, which is stopped afterwards.
#
#   tools/with_server.sh [flint server's options...] -- command...
#
# The server listens on a free port of 127.0.0.1 and works in an empty folder that is removed at the end; the command
# finds it at $SPARK_REMOTE, its process id at $FLINT_SERVER_PID. The status is the command's, or 125 where the server
# does not start. FLINT_BIN names the binary (default build/release/bin/flint), FLINT_SERVER_LOG a file for its output.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
binary=${FLINT_BIN:-$root/build/release/bin/flint}

# Python workers need an interpreter that has pyspark.
[ -n "${PYSPARK_PYTHON:-}" ] || { [ -x "$root/.venv/bin/python" ] && export PYSPARK_PYTHON=$root/.venv/bin/python; }

options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  options+=("$1")
  shift
done
[ $# -gt 1 ] || { echo "usage: $0 [server options...] -- command..." >&2; exit 2; }
shift

scratch=$(mktemp -d "${TMPDIR:-/tmp}/flint_server.XXXXXX")
log=${FLINT_SERVER_LOG:-$scratch/server.log}
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(cd "$scratch" && exec "$binary" server --host 127.0.0.1 --port "$port" "${options[@]}") >"$log" 2>&1 &
server=$!
stop() {
  kill "$server" 2>/dev/null
  for _ in $(seq 100); do
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT TERM

for _ in $(seq 300); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    export SPARK_REMOTE="sc://127.0.0.1:$port" FLINT_SERVER_PID=$server
    # A client would go on asking a server that is gone.
    "$@" <&0 &
    command=$!
    wait -n "$command" "$server"
    if kill -0 "$command" 2>/dev/null && ! kill -0 "$server" 2>/dev/null; then
      echo "$0: the server ended before the command" >&2
      kill "$command" 2>/dev/null
      exit 125
    fi
    wait "$command"
    exit $?
  fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
echo "flint: the server did not start; it said:" >&2
tail -n 20 "$log" >&2
exit 125
