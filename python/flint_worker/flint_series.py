"""Columns of numbers between Arrow and pandas in one step, where PySpark's conversions look at every type: for pandas functions, with the same results.

Batches in which a column is of another type or has nulls, and results of other types, go PySpark's way.
"""

import pandas as pd
import pyarrow as pa
from pyspark.sql import types as T
from pyspark.sql.conversion import ArrowBatchTransformer, PandasToArrowConversion
from pyspark.sql.pandas.serializers import ArrowStreamPandasUDFSerializer

NUMBERS = {kind.id for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.float32(), pa.float64())}
COPIES_ON_WRITE = int(pd.__version__.split(".")[0]) >= 3
KINDS = {
    T.ByteType: ("int8", pa.int8()),
    T.ShortType: ("int16", pa.int16()),
    T.IntegerType: ("int32", pa.int32()),
    T.LongType: ("int64", pa.int64()),
    T.FloatType: ("float32", pa.float32()),
    T.DoubleType: ("float64", pa.float64()),
}


def is_plain(column):
    return column.type.id in NUMBERS and column.null_count == 0


def values_of(column):
    # Before pandas 3 functions may write into what they get.
    return column.to_numpy() if COPIES_ON_WRITE else column.to_numpy().copy()


def frame_of(column):
    """The frame of a column of structs; None where a field is not plain."""
    names = [column.type.field(i).name for i in range(column.type.num_fields)]
    if not names or column.null_count or len(set(names)) != len(names):
        return None
    parts = [column.field(i) for i in range(len(names))]
    if not all(map(is_plain, parts)):
        return None
    return pd.DataFrame({name: values_of(part) for name, part in zip(names, parts)}, copy=False)


def series_of(batch, df_for_struct):
    """What a function gets of a batch; None where PySpark has to say."""
    columns = batch.columns if isinstance(batch, pa.RecordBatch) else ()
    if not columns:
        return None
    if all(map(is_plain, columns)):
        return [pd.Series(values_of(column), name=name, copy=False) for column, name in zip(columns, batch.schema.names)]
    if df_for_struct and len(columns) == 1 and pa.types.is_struct(columns[0].type):
        frame = frame_of(columns[0])
        return None if frame is None else [frame]
    return None


def array_of(series, kind):
    """The Arrow array of a series of numbers of exactly this type; None for any other."""
    dtype, arrow_type = KINDS.get(type(kind), (None, None))
    if dtype is None or series.dtype != dtype:
        return None
    values = series.to_numpy()
    if series.dtype.kind == "f":
        missing = values != values
        if missing.any():
            return pa.array(values, mask=missing, type=arrow_type)
    return pa.array(values, type=arrow_type)


def column_of(given, kind):
    if type(given) is pd.Series:
        return array_of(given, kind)
    if type(given) is not pd.DataFrame or type(kind) is not T.StructType or not kind.names or len(set(kind.names)) != len(kind.names):
        return None
    if list(given.columns) != kind.names:
        return None
    parts = [array_of(series, field.dataType) for (_, series), field in zip(given.items(), kind.fields)]
    if any(part is None for part in parts):
        return None
    return pa.StructArray.from_arrays(parts, names=kind.names)


def batch_of(given, schema):
    """The Arrow batch of results, a series or a frame for each field; None where PySpark has to say."""
    if not isinstance(given, (list, tuple)) or len(given) != len(schema.fields) or not given:
        return None
    arrays = []
    for each, field in zip(given, schema.fields):
        array = column_of(each, field.dataType)
        if array is None:
            return None
        arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema.names)


general_to_pandas = ArrowBatchTransformer.to_pandas
general_convert = PandasToArrowConversion.convert


def to_pandas(batch, timezone, schema=None, struct_in_pandas="dict", ndarray_as_list=False, prefer_int_ext_dtype=False, df_for_struct=False):
    made = series_of(batch, df_for_struct) if schema is None and not prefer_int_ext_dtype else None
    if made is not None:
        return made
    return general_to_pandas(
        batch,
        timezone=timezone,
        schema=schema,
        struct_in_pandas=struct_in_pandas,
        ndarray_as_list=ndarray_as_list,
        prefer_int_ext_dtype=prefer_int_ext_dtype,
        df_for_struct=df_for_struct,
    )


def convert(data, schema, **options):
    made = batch_of(data, schema)
    return general_convert(data, schema, **options) if made is None else made


general_load = ArrowStreamPandasUDFSerializer.load_stream
general_dump = ArrowStreamPandasUDFSerializer.dump_stream


def load_stream(self, stream):
    if not hasattr(stream, "read_like") or self._input_type is not None or self._prefer_int_ext_dtype:
        yield from general_load(self, stream)
        return
    known = None
    reader = pa.ipc.open_stream(stream)
    while True:
        message = stream.read_like(known.head, known.size) if known is not None else None
        if message is not None:
            yield known.make(message)
            continue
        place = stream.place()
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        message = None if place is None else stream.since(place)
        if message is not None and (known is None or batch.num_rows != known.num_rows):
            known = layouts.known_input(message, batch, self._df_for_struct) or known
        yield ArrowBatchTransformer.to_pandas(
            batch,
            timezone=self._timezone,
            struct_in_pandas=self._struct_in_pandas,
            ndarray_as_list=self._ndarray_as_list,
            df_for_struct=self._df_for_struct,
        )


def dump_stream(self, iterator, stream):
    if not hasattr(stream, "write_message"):
        return general_dump(self, iterator, stream)
    known = layouts.KnownOutput()
    return general_dump(self, (packed for packed in iterator if not known.write(packed, stream)), stream)


def use_layouts(module):
    """Series of numbers pass by places in messages."""
    global layouts
    layouts = module
    ArrowStreamPandasUDFSerializer.load_stream = load_stream
    ArrowStreamPandasUDFSerializer.dump_stream = dump_stream


ArrowBatchTransformer.to_pandas = to_pandas
PandasToArrowConversion.convert = convert
