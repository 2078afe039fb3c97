"""Runs tasks in a worker: PySpark's own worker code, entered at `pyspark.worker.main`.

Rows come as Arrow batches for all kinds of functions. For those that PySpark sends pickled rows to (`SQL_BATCHED_UDF`: `useArrow=False`), the
values that a function gives are converted here as the JVM converts unpickled ones: what does not fit the declared type becomes NULL.
"""

import datetime
import decimal

import pyspark.worker
from pyspark.serializers import read_int
from pyspark.sql import types as T
from pyspark.taskcontext import BarrierTaskContext
from pyspark.util import PythonEvalType


def integer_converter(bits):
    size = 1 << bits
    half = size >> 1

    def convert(value):
        if type(value) is not int or not -(1 << 63) <= value < 1 << 63:
            return None
        return (value + half) % size - half

    return convert


def boolean_from(value):
    return value if type(value) is bool else None


def floating_from(value):
    return value if isinstance(value, float) else None


def decimal_converter(kind):
    step = decimal.Decimal(1).scaleb(-kind.scale)
    limit = decimal.Decimal(10) ** (kind.precision - kind.scale)
    context = decimal.Context(prec=76)

    def convert(value):
        if not isinstance(value, decimal.Decimal) or not value.is_finite():
            return None
        value = value.quantize(step, rounding=decimal.ROUND_HALF_UP, context=context)
        return value if abs(value) < limit else None

    return convert


def java_text(value):
    """As Java's toString shows what the value is unpickled to."""
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:
            return "NaN"
        if value in (float("inf"), float("-inf")):
            return "Infinity" if value > 0 else "-Infinity"
        if value == 0 or 1e-3 <= abs(value) < 1e7:
            return repr(value)
        mantissa, exponent = f"{decimal.Decimal(repr(value)).normalize():E}".split("E")
        return f"{mantissa}{'' if '.' in mantissa else '.0'}E{int(exponent)}"
    if isinstance(value, (list, set, frozenset)):
        return "[" + ", ".join(map(java_text, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{java_text(k)}={java_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (bytes, bytearray)):
        return "[B@" + format(id(value) & 0xFFFFFFFF, "x")
    if isinstance(value, datetime.datetime) or isinstance(value, datetime.date):
        return "java.util.GregorianCalendar[?]"
    if isinstance(value, tuple):
        return "[Ljava.lang.Object;@" + format(id(value) & 0xFFFFFFFF, "x")
    return str(value)


def text_from(value):
    return None if value is None else value if isinstance(value, str) else java_text(value)


def binary_from(value):
    if isinstance(value, str):
        return value.encode("utf-8")
    return bytes(value) if isinstance(value, (bytes, bytearray)) else None


def date_from(days):
    return None if type(days) is not int else datetime.date(1970, 1, 1) + datetime.timedelta(days=days)


def unchanged(value):
    return value


def converter_of(kind):
    """From PySpark's internal form of a value (`DataType.toInternal`) to what Arrow makes a value of the type of."""
    if isinstance(kind, T.UserDefinedType):
        return converter_of(kind.sqlType())
    if isinstance(kind, T.BooleanType):
        return boolean_from
    for integer, bits in ((T.ByteType, 8), (T.ShortType, 16), (T.IntegerType, 32), (T.LongType, 64)):
        if isinstance(kind, integer):
            return integer_converter(bits)
    if isinstance(kind, (T.FloatType, T.DoubleType)):
        return floating_from
    if isinstance(kind, T.DecimalType):
        return decimal_converter(kind)
    if isinstance(kind, T.StringType):
        return text_from
    if isinstance(kind, T.BinaryType):
        return binary_from
    if isinstance(kind, T.DateType):
        return date_from
    if isinstance(kind, (T.TimestampType, T.TimestampNTZType, T.DayTimeIntervalType)):
        return integer_converter(64)
    if isinstance(kind, T.NullType):
        return lambda value: None
    if isinstance(kind, T.ArrayType):
        element = converter_of(kind.elementType)
        return lambda value: [element(each) for each in value] if isinstance(value, (list, tuple)) or hasattr(value, "typecode") else None
    if isinstance(kind, T.MapType):
        key, item = converter_of(kind.keyType), converter_of(kind.valueType)
        return lambda value: [(key(k), item(v)) for k, v in value.items()] if isinstance(value, dict) else None
    if isinstance(kind, T.StructType):
        return struct_converter(kind)
    return unchanged


def struct_converter(kind):
    fields = [converter_of(field.dataType) for field in kind.fields]
    names = [f"_{i}" for i in range(len(fields))]

    def convert(value):
        if value is None:
            return None
        if not isinstance(value, (tuple, list)):
            return None
        if len(value) != len(fields):
            raise RuntimeError(
                "Input row doesn't have expected number of values required by the schema. "
                f"{len(fields)} fields are required while {len(value)} values are provided."
            )
        return {name: field(each) for name, field, each in zip(names, fields, value)}

    return convert


def positional(kind):
    """The type with its structs' fields named by position: names may repeat."""
    if isinstance(kind, T.UserDefinedType):
        return positional(kind.sqlType())
    if isinstance(kind, T.StructType):
        return T.StructType([T.StructField(f"_{i}", positional(field.dataType)) for i, field in enumerate(kind.fields)])
    if isinstance(kind, T.ArrayType):
        return T.ArrayType(positional(kind.elementType))
    if isinstance(kind, T.MapType):
        return T.MapType(positional(kind.keyType), positional(kind.valueType))
    return kind


def arrow_array(values, arrow_type, runner_conf):
    import pyarrow as pa

    try:
        return pa.array(values, type=arrow_type)
    except pa.lib.ArrowInvalid:
        return pa.array(values).cast(target_type=arrow_type, safe=runner_conf.safecheck)


def read_arrow_function(pickle_serializer, infile, eval_type, runner_conf, index):
    """Converts results as PySpark does for `useArrow=True`."""
    from pyspark.sql.conversion import LocalDataToArrowConversion
    from pyspark.sql.pandas.types import to_arrow_type

    function, arguments, named, return_type = pyspark.worker.read_single_udf(pickle_serializer, infile, eval_type, runner_conf, udf_index=index)
    function, offsets = pyspark.worker.wrap_kwargs_support(function, arguments, named)
    arrow_type = to_arrow_type(return_type, timezone="UTC", prefers_large_types=runner_conf.use_large_var_types)
    convert = LocalDataToArrowConversion._create_converter(
        return_type, none_on_identity=True, int_to_decimal_coercion_enabled=runner_conf.int_to_decimal_coercion_enabled
    )

    def finish(results):
        return arrow_array(results if convert is None else [convert(value) for value in results], arrow_type, runner_conf)

    return function, offsets, finish, arrow_type if convert is None else None


def read_pickle_function(pickle_serializer, infile, eval_type, runner_conf, index):
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_type

    return_types = []
    read_command = pyspark.worker.read_command

    def reading(serializer, stream):
        command = read_command(serializer, stream)
        return_types.append(command[1])
        return command

    pyspark.worker.read_command = reading
    try:
        offsets, function = pyspark.worker.read_single_udf(pickle_serializer, infile, eval_type, runner_conf, udf_index=index)
    finally:
        pyspark.worker.read_command = read_command
    convert = converter_of(return_types[-1])
    arrow_type = to_arrow_type(positional(return_types[-1]), timezone="UTC")
    plain = isinstance(return_types[-1], (T.LongType, T.DoubleType))
    return function, offsets, lambda results: pa.array([convert(value) for value in results], type=arrow_type), arrow_type if plain else None


def read_row_functions(pickle_serializer, infile, eval_type, runner_conf, eval_conf):
    """Functions that are called once a row."""
    import pyarrow as pa
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql.conversion import ArrowTableToRowsConversion
    from pyspark.sql.pandas.serializers import ArrowStreamSerializer

    read_function = read_pickle_function if eval_type == PythonEvalType.SQL_BATCHED_UDF else read_arrow_function
    functions = [read_function(pickle_serializer, infile, eval_type, runner_conf, index) for index in range(read_int(infile))]
    names = [f"_{i}" for i in range(len(functions))]
    inputs = [
        ArrowTableToRowsConversion._create_converter(field.dataType, none_on_identity=True, binary_as_bytes=runner_conf.binary_as_bytes)
        for field in eval_conf.input_type
    ]

    def stopped():  # by a StopIteration
        return PySparkRuntimeError(errorClass="STOP_ITERATION_OCCURRED", messageParameters={"exc": ""})

    def evaluate(_, batches):
        for batch in batches:
            columns = {}

            def values_of(offset):
                if offset not in columns:
                    values = ArrowTableToRowsConversion._to_pylist(batch.column(offset))
                    columns[offset] = values if inputs[offset] is None else [inputs[offset](value) for value in values]
                return columns[offset]

            arrays = []
            for function, offsets, finish, plain_type in functions:
                arguments = [batch.column(offset) for offset in offsets]
                plain = plain_type is not None and all(inputs[offset] is None for offset in offsets)
                if plain and rows.can_call([argument.type for argument in arguments], plain_type):
                    try:
                        results = rows.call(function, arguments, batch.num_rows, plain_type)
                    except StopIteration:
                        raise stopped() from None
                elif offsets:
                    results = list(map(function, *map(values_of, offsets)))
                else:
                    results = [function() for _ in range(batch.num_rows)]
                if len(results) != batch.num_rows:
                    raise stopped()
                arrays.append(results if isinstance(results, pa.Array) else finish(results))
            yield pa.RecordBatch.from_arrays(arrays, names)

    serializer = ArrowStreamSerializer(write_start_stream=True)
    return evaluate, None, serializer, serializer


read_other_functions = pyspark.worker.read_udfs


def is_by_row(eval_type, runner_conf):
    if eval_type == PythonEvalType.SQL_BATCHED_UDF:
        return True
    plain = not runner_conf.use_legacy_pandas_udf_conversion and runner_conf.arrow_concurrency_level <= 0
    return eval_type == PythonEvalType.SQL_ARROW_BATCHED_UDF and plain


def read_functions(pickle_serializer, infile, eval_type, runner_conf, eval_conf):
    read = read_row_functions if is_by_row(eval_type, runner_conf) else read_other_functions
    return read(pickle_serializer, infile, eval_type, runner_conf, eval_conf)


pyspark.worker.read_udfs = read_functions


def wait_for_nobody(self):
    """`BarrierTaskContext.barrier` of a stage that has one task."""
    if self._conn_info is None:
        return general_barrier(self)


def gather_alone(self, message=""):
    if not isinstance(message, str) or self._conn_info is None:
        return general_gather(self, message)
    return [message]


general_barrier, general_gather = BarrierTaskContext.barrier, BarrierTaskContext.allGather
BarrierTaskContext.barrier, BarrierTaskContext.allGather = wait_for_nobody, gather_alone


def use_files(setup):
    """`setup` reads where a session's files lie, for tasks and for questions."""
    global setup_files
    setup_files = pyspark.worker.setup_spark_files = setup


def run(infile, outfile):
    pyspark.worker.main(infile, outfile)
