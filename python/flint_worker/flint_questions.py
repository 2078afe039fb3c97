"""Answers what the engine asks of Python code while it plans: what rows a table function gives, what a data source can read or takes.

The request is the question's name, the task's environment, and what PySpark's module of that name (`pyspark.sql.worker`) reads; the answer
is what it writes. Modules are imported when they are first asked for.
"""

import importlib
import io
import sys

from pyspark.serializers import UTF8Deserializer, write_int, write_with_length
from pyspark.util import enable_faulthandler, handle_worker_exception
from pyspark.worker_util import check_python_version

QUESTIONS = frozenset(
    (
        "analyze_udtf",
        "create_data_source",
        "plan_data_source_read",
        "data_source_pushdown_filters",
        "write_into_data_source",
        "commit_data_source_write",
    )
)
utf8 = UTF8Deserializer()


class Questions:
    def __init__(self, tasks, prepare):
        """`prepare`: called with the module of a question before it is used."""
        self.tasks = tasks
        self.prepare = prepare

    def answer(self, infile, outfile):
        answer = io.BytesIO()
        code = 0
        try:
            name = utf8.loads(infile)
            if name not in QUESTIONS:
                raise ValueError(f"there is no question {name}")
            check_python_version(infile)
            self.tasks.setup_files(infile)
            module = importlib.import_module("pyspark.sql.worker." + name)
            self.prepare(module)
            with enable_faulthandler():
                module._main(infile, answer)
        except BaseException as failure:
            code = 1
            answer = io.BytesIO()
            handle_worker_exception(failure, answer)
        write_int(code, outfile)
        text = answer.getvalue()
        write_with_length(text if code == 0 else text[8:], outfile)
        if code:
            outfile.flush()
            sys.exit(-1)  # what is left of the request is not read
