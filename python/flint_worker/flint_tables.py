"""Runs table functions in a worker: rows come and go as Arrow batches for all kinds of them.

A batch that goes back has the function's columns and, as its last one, the position of the input row that each of its rows belongs to.
"""

import io

import pyarrow as pa
import pyspark.worker
from pyspark.sql.conversion import ArrowBatchTransformer, ArrowTableToRowsConversion
from pyspark.sql.pandas.serializers import ArrowStreamSerializer
from pyspark.sql.pandas.types import to_arrow_type
from pyspark.serializers import UTF8Deserializer, read_bool, read_int
from pyspark.sql.udtf import AnalyzeArgument
from pyspark.util import PythonEvalType

utf8 = UTF8Deserializer()


class OneByOne:
    """Arrow batches of one row each, counted as they are taken: what a function gives belongs to the row taken last."""

    def __init__(self):
        self.taken = 0

    def rows(self, batches):
        for batch in batches:
            for row in range(batch.num_rows):
                self.taken += 1
                yield batch.slice(row, 1)

    def tagged(self, columns, length):
        return list(columns) + [pa.array([max(self.taken - 1, 0)] * length, pa.int64())]


def row_values(batches, input_type, binary_as_bytes):
    converters = [
        ArrowTableToRowsConversion._create_converter(field.dataType, none_on_identity=True, binary_as_bytes=binary_as_bytes)
        for field in input_type
    ]
    for batch in batches:
        values = []
        for column, convert in zip(batch.itercolumns(), converters):
            value = ArrowTableToRowsConversion._to_pylist(column)[0]
            values.append(value if convert is None else convert(value))
        yield values


def batch_of(arrays):
    return pa.RecordBatch.from_arrays(arrays, [f"_{i}" for i in range(len(arrays))])


def sends_batches(evaluate, return_type, rows, runner_conf, eval_conf, tasks):
    """A function that PySpark sends pickled rows to: what it gives is in PySpark's internal form."""
    convert = tasks.struct_converter(return_type)
    arrow_type = to_arrow_type(tasks.positional(return_type), timezone="UTC")

    def run(index, batches):
        for results in evaluate(index, row_values(rows.rows(batches), eval_conf.input_type, runner_conf.binary_as_bytes)):
            if results:
                struct = pa.array([convert(result) for result in results], type=arrow_type)
                yield batch_of(rows.tagged(struct.flatten() if arrow_type.num_fields else [], len(results)))

    return run


def through_pandas(evaluate, serializer, rows):
    """A function whose rows PySpark's own serializer turns into pandas' objects and back."""

    def series(batch):
        stream = io.BytesIO()
        with pa.RecordBatchStreamWriter(stream, batch.schema) as writer:
            writer.write_batch(batch)
        stream.seek(0)
        return next(serializer.load_stream(stream))

    def run(index, batches):
        for result in evaluate(index, map(series, rows.rows(batches))):
            stream = io.BytesIO()
            serializer.dump_stream(iter([result]), stream)
            stream.seek(4)  # behind the number that begins a stream
            for batch in pa.ipc.open_stream(stream):
                if batch.num_rows:
                    yield batch_of(rows.tagged(batch.column(0).flatten(), batch.num_rows))

    return run


class TableFunctions:
    def __init__(self, tasks):
        self.tasks = tasks
        self.read_udtf = pyspark.worker.read_udtf
        pyspark.worker.read_udtf = self.read

    def read(self, pickle_serializer, infile, eval_type, runner_conf, eval_conf):
        return_types = []
        parse = pyspark.worker._parse_datatype_json_string

        def parsing(text):
            return_types.append(parse(text))
            return return_types[-1]

        eval_conf.input_type  # parsed before the return type is
        pyspark.worker._parse_datatype_json_string = parsing
        try:
            evaluate, _, serializer, _ = self.read_udtf(pickle_serializer, infile, eval_type, runner_conf, eval_conf)
        finally:
            pyspark.worker._parse_datatype_json_string = parse
        rows = OneByOne()
        plain = ArrowStreamSerializer(write_start_stream=True)
        if eval_type == PythonEvalType.SQL_TABLE_UDF:
            return sends_batches(evaluate, return_types[-1], rows, runner_conf, eval_conf, self.tasks), None, plain, plain
        if eval_type == PythonEvalType.SQL_ARROW_UDTF:
            arrow_type = to_arrow_type(return_types[-1], timezone="UTC", prefers_large_types=runner_conf.use_large_var_types)

            def run_batches(index, batches):
                for batch, _ in evaluate(index, batches):
                    coerced = ArrowBatchTransformer.enforce_schema(batch, pa.schema(arrow_type), safecheck=True)
                    yield batch_of(list(coerced.itercolumns()) + [pa.array([0] * coerced.num_rows, pa.int64())])

            return run_batches, None, serializer, plain
        if runner_conf.use_legacy_pandas_udtf_conversion:
            return through_pandas(evaluate, serializer, rows), None, plain, plain

        def run(index, batches):
            for batch, _ in evaluate(index, rows.rows(batches)):
                if batch.num_rows:
                    yield batch_of(rows.tagged(batch.itercolumns(), batch.num_rows))

        return run, None, plain, plain


def read_arguments(infile):
    """The arguments of a call that is analyzed: those that are constant have their values in an Arrow stream of one row."""
    count = read_int(infile)
    stream = infile.read(read_int(infile))
    values = list(pa.ipc.open_stream(stream).read_all().itercolumns()) if stream else []
    positional, named = [], {}
    for _ in range(count):
        kind = pyspark.worker._parse_datatype_json_string(utf8.loads(infile))
        is_constant, is_table = read_bool(infile), read_bool(infile)
        name = utf8.loads(infile)
        value = None
        if is_constant:
            convert = ArrowTableToRowsConversion._create_converter(kind, none_on_identity=True, binary_as_bytes=True)
            value = ArrowTableToRowsConversion._to_pylist(values.pop(0))[0]
            value = value if convert is None else convert(value)
        argument = AnalyzeArgument(dataType=kind, value=value, isTable=is_table, isConstantExpression=is_constant)
        if name:
            named[name] = argument
        else:
            positional.append(argument)
    return positional, named


def prepare(module):
    """Before PySpark's `analyze_udtf` is used: arguments come as Arrow batches."""
    if hasattr(module, "read_arguments"):
        module.read_arguments = read_arguments
