#!/usr/bin/env python3
"""The benchmark runner, sqlbench.py of BENCH_DIR, ended without the client's good-byes.

    tools/sqlbench.py run|compare ...
"""
import os
import runpy
import sys
import traceback


def end_at_once(run):
    """Calls `run` and ends the process with its status.

    The runner stops the server that it started; what the PySpark client would still send that server at exit, it tries again for ten minutes.
    """
    status = 0
    try:
        run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    runner = os.path.join(os.environ.get("BENCH_DIR", "../shared/bench"), "sqlbench.py")
    end_at_once(lambda: runpy.run_path(runner, run_name="__main__"))
