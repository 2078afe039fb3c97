"""Record batches of numbers whose parts lie as in the batch before them: functions of series read and write them without Arrow between.

A message that starts with the same metadata as one that Arrow has read has its columns at the same places. `KnownInput` and `KnownOutput` keep such places, and what
is no column of numbers, has nulls or other metadata goes the general way (`flint_series.py`), whose results are the same.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import types as T

NUMBERS = {pa.int8(): "int8", pa.int16(): "int16", pa.int32(): "int32", pa.int64(): "int64", pa.float32(): "float32", pa.float64(): "float64"}
KINDS = {T.ByteType: pa.int8(), T.ShortType: pa.int16(), T.IntegerType: pa.int32(), T.LongType: pa.int64(), T.FloatType: pa.float32(), T.DoubleType: pa.float64()}
DTYPES = {kind: np.dtype(NUMBERS[arrow_type]) for kind, arrow_type in KINDS.items()}
COPIES_ON_WRITE = int(pd.__version__.split(".")[0]) >= 3
HEAD = 8  # bytes: a mark and the size of the metadata behind it


def places_of(columns, message):
    """Where in a message the values of columns start; None where that is no answer."""
    places = []
    for column in columns:
        dtype = NUMBERS.get(column.type)
        if dtype is None or column.null_count or column.offset:
            return None
        at = column.buffers()[1].address - message.address
        if not 0 <= at <= message.size:
            return None
        places.append((np.dtype(dtype), at))
    return places


def head_of(message):
    return message.slice(0, HEAD + int.from_bytes(message.slice(4, 4).to_pybytes(), "little"))


def known_input(message, batch, df_for_struct):
    """What is known of a message and its batch; None where not all are columns of numbers."""
    columns, names = batch.columns, batch.schema.names
    is_frame = df_for_struct and len(columns) == 1 and pa.types.is_struct(columns[0].type)
    if is_frame:
        struct = columns[0]
        names = [struct.type.field(i).name for i in range(struct.type.num_fields)]
        if struct.null_count or struct.offset or len(set(names)) != len(names):
            return None
        columns = [struct.field(i) for i in range(len(names))]
    places = places_of(columns, message)
    return KnownInput(message, batch.num_rows, names, places, is_frame) if places and batch.num_rows > 0 else None


class KnownInput:
    """Makes what a function gets of messages that lie as one that Arrow has read."""

    def __init__(self, message, num_rows, names, places, is_frame):
        self.num_rows, self.size, self.is_frame = num_rows, message.size, is_frame
        self.parts = [(name, dtype, at) for name, (dtype, at) in zip(names, places)]
        self.names = pd.Index(names) if self.is_frame else None
        self.block = self._block() if self.is_frame else None
        self.head = pa.py_buffer(head_of(message).to_pybytes())

    def _block(self):
        """The step between columns that can be one array of two dimensions."""
        dtypes = {dtype for _, dtype, _ in self.parts}
        steps = {after[2] - before[2] for before, after in zip(self.parts, self.parts[1:])}
        return steps.pop() if len(dtypes) == 1 and len(steps) == 1 else None

    def values(self, message, dtype, at):
        values = np.frombuffer(message, dtype, self.num_rows, at)
        return values if COPIES_ON_WRITE else values.copy()

    def make(self, message):
        if not self.is_frame:
            return [pd.Series(self.values(message, dtype, at), name=name, copy=False) for name, dtype, at in self.parts]
        if self.block is None:
            return [pd.DataFrame({name: self.values(message, dtype, at) for name, dtype, at in self.parts}, copy=False)]
        _, dtype, at = self.parts[0]
        block = np.ndarray((len(self.parts), self.num_rows), dtype, message, at, (self.block, dtype.itemsize))
        return [pd.DataFrame((block if COPIES_ON_WRITE else block.copy()).T, columns=self.names.copy(), copy=False)]


def numbers_of(values, kind):
    """The values of a result of exactly this type that has no missing ones, or None."""
    if type(values) is not np.ndarray or values.dtype != DTYPES.get(type(kind)) or not values.flags.c_contiguous or len(values) == 0:
        return None
    if values.dtype.kind == "f":
        least = np.minimum.reduce(values)  # not a number where one is not
        if least != least:
            return None
    return values


def frame_numbers_of(frame, kind):
    if type(kind) is not T.StructType or not kind.names or len(set(kind.names)) != len(kind.names) or list(frame.columns) != kind.names:
        return None
    column_of = getattr(frame, "_get_column_array", None) or (lambda i: frame.iloc[:, i].to_numpy())
    return [numbers_of(column_of(i), field.dataType) for i, field in enumerate(kind.fields)]


def results_of(packed):
    """The columns of numbers of what functions gave, in order; None where there are others."""
    if len(packed) == 2 and isinstance(packed[1], T.DataType):
        packed = (packed,)
    found = []
    for given, kind in packed:
        if type(given) is pd.Series:
            found.append(numbers_of(given.to_numpy(), kind) if type(given.dtype) in NUMPY_DTYPES else None)
        elif type(given) is pd.DataFrame:
            found.extend(frame_numbers_of(given, kind) or [None])
        else:
            return None
        if found[-1] is None:
            return None
    return found if all(each is not None and len(each) == len(found[0]) for each in found) else None


NUMPY_DTYPES = {type(dtype) for dtype in DTYPES.values()}


class KnownOutput:
    """Writes results behind a first batch, which has told the engine of their types."""

    def __init__(self):
        self.begun = False
        self.num_rows = None

    def write(self, packed, stream):
        if not self.begun:
            self.begun = True
            return False
        columns = results_of(packed)
        if not columns:
            return False
        if len(columns[0]) != self.num_rows:
            self._learn(packed, columns)
        return stream.write_message(self.head, self.size, self.places, columns)

    def _learn(self, packed, columns):
        if len(packed) == 2 and isinstance(packed[1], T.DataType):
            packed = (packed,)
        arrays, left = [], [pa.array(column) for column in columns]
        for _, kind in packed:
            if type(kind) is T.StructType:
                fields, left = left[: len(kind.names)], left[len(kind.names) :]
                arrays.append(pa.StructArray.from_arrays(fields, names=kind.names))
            else:
                arrays.append(left.pop(0))
        batch = pa.RecordBatch.from_arrays(arrays, [f"_{i}" for i in range(len(arrays))])
        message = batch.serialize()
        parts = []
        for column in pa.ipc.read_record_batch(message, batch.schema).columns:
            parts.extend(column.flatten() if pa.types.is_struct(column.type) else [column])
        self.places = [at for _, at in places_of(parts, message)]
        self.head, self.size, self.num_rows = head_of(message), message.size, len(columns[0])
