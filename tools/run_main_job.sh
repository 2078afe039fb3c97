#!/usr/bin/env bash
# Starts a server, runs the main job of examples/ on it with the stock PySpark client, and stops the server.
#
#   tools/run_main_job.sh [preset] [options of the job...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
[ $# -gt 0 ] && shift
export FLINT_BIN=$PWD/build/$preset/bin/flint
python=${FLINT_VENV:-$PWD/.venv}/bin/python
exec tools/with_server.sh -- "$python" -W ignore::FutureWarning examples/main_job.py "$@"
