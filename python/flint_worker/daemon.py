"""Forks the processes that run Python functions for the engine.

    python3 daemon.py CONTROL_FD

It imports what every worker needs once, then forks: a worker starts in milliseconds and shares the modules' memory. Each
message on the control socket asks for one worker: a JSON object (`environment`, `directory`, `slots`), with the worker's own
socket and the memory that it shares with the engine beside it. The worker answers with its process id and speaks PySpark's worker protocol from then on, task after task. When
the control socket closes, because the engine ended in whatever way, the whole process group ends.
"""

import gc
import json
import os
import signal
import socket
import struct
import sys
import types

BUFFER_SIZE = 1 << 18
QUESTION = struct.pack("!i", -100)  # in the place of a task's partition
FRAMED_TASK = struct.pack("!i", -101)  # before a task whose bytes come in frames


def load_modules():
    """Everything that starts slowly. Libraries that start threads would lose them in the forked processes."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ["SPARK_PYTHON_RUNTIME"] = "PYTHON_WORKER"  # PySpark under test refuses to load a worker's modules elsewhere
    try:
        import pandas  # noqa: F401
        import pyarrow  # noqa: F401
        import pyarrow.compute  # noqa: F401
    except ImportError:
        pass  # functions that need them say so
    import pyspark.worker

    # As for workers of Spark: modules that functions name may ask for it.
    os.environ.setdefault("SPARK_HOME", os.path.dirname(pyspark.__file__))
    tasks = load_beside("flint_tasks")
    tasks.use_files(load_beside("flint_files").setup_files)
    tasks.frames = load_beside("flint_frames")
    tasks.rows = load_beside("flint_rows")
    tasks.rows.load(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "flint_rows.so"))
    try:
        tables = load_beside("flint_tables")
        tables.TableFunctions(tasks)
        tasks.answer = load_beside("flint_questions").Questions(tasks, tables.prepare).answer
        load_beside("flint_series").use_layouts(load_beside("flint_layouts"))
    except ImportError:
        pass  # without pyarrow there are no table functions, without pandas no functions of series
    return tasks


def load_beside(name):
    """A module of this folder. PySpark leaves its own files out of the tracebacks that users see: these go by names beside them."""
    import pyspark

    module = types.ModuleType(name)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py"), encoding="utf-8") as source:
        exec(compile(source.read(), os.path.join(os.path.dirname(pyspark.__file__), name + ".py"), "exec"), module.__dict__)
    return module


def run_worker(connection, shared, request, tasks):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)  # what functions print is the engine's log
    for name, value in request.get("environment", {}).items():
        os.environ[name] = value
    directory = request.get("directory")
    if directory:
        os.chdir(directory)
    connection.sendall(struct.pack("!i", os.getpid()))
    infile = os.fdopen(os.dup(connection.fileno()), "rb", BUFFER_SIZE)
    outfile = os.fdopen(os.dup(connection.fileno()), "wb", BUFFER_SIZE)
    slots = tasks.frames.open_slots(shared, *request["slots"]) if shared is not None else None

    while infile.peek(1):
        try:
            start = infile.read(4)
            if start == QUESTION:
                tasks.answer(infile, outfile)
            elif start == FRAMED_TASK:
                framed = tasks.frames.FramedOutput(outfile, slots)
                try:
                    tasks.run(tasks.frames.FramedInput(infile, slots, framed), framed)
                finally:
                    framed.flush()
            else:
                raise ValueError("neither a task nor a question")
        finally:
            outfile.flush()
        gc.collect()


def serve(control, tasks):
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 2)
        if not message:
            return
        connection = socket.socket(fileno=descriptors[0])
        pid = os.fork()
        if pid:
            connection.close()
            for shared in descriptors[1:]:
                os.close(shared)
            continue
        control.close()
        status = 1
        try:
            run_worker(connection, descriptors[1] if len(descriptors) > 1 else None, json.loads(message), tasks)
            status = 0
        except SystemExit:
            pass
        except (BrokenPipeError, ConnectionResetError):
            pass  # the engine wanted no more
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)


def main():
    control = socket.socket(fileno=int(sys.argv[1]))
    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("900")  # a function that takes all memory ends before the engine does
    except OSError:
        pass
    tasks = load_modules()
    gc.collect()
    gc.freeze()
    try:
        serve(control, tasks)
    finally:
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
