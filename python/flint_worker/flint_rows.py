"""Calls functions once a row without a Python list on either side, where the columns allow it: by the library `flint_rows`."""

import ctypes
import sys

KINDS = {"int8": 0, "int16": 1, "int32": 2, "int64": 3, "float": 4, "double": 5, "bool": 6, "string": 7}
RESULT_BYTES = {"int32": 4, "int64": 8, "double": 8}
MOST_COLUMNS = 16


class Column(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_int32),
        ("unused", ctypes.c_int32),
        ("values", ctypes.c_void_p),
        ("offsets", ctypes.c_void_p),
        ("validity", ctypes.c_void_p),
        ("first", ctypes.c_int64),
    ]


class Result(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_int32),
        ("num_nulls", ctypes.c_int32),
        ("values", ctypes.c_void_p),
        ("validity", ctypes.c_void_p),
        ("other", ctypes.c_void_p),
        ("integer", ctypes.c_void_p),
        ("floating", ctypes.c_void_p),
    ]


call_rows = None


def load(path):
    """Uses the library where this interpreter's objects are laid out as it expects."""
    global call_rows
    usual = sys.implementation.name == "cpython" and (3, 9) <= sys.version_info[:2] <= (3, 14) and "t" not in sys.abiflags
    if not path or not usual or hasattr(sys, "gettotalrefcount"):
        return
    try:
        found = ctypes.PyDLL(path).flintCallRows
    except (OSError, AttributeError):
        return
    found.restype = ctypes.c_int64
    found.argtypes = [ctypes.py_object, ctypes.POINTER(Column), ctypes.c_int64, ctypes.c_int64, ctypes.POINTER(Result)]
    call_rows = found


def can_call(argument_types, result_type):
    """Whether columns of these Arrow types go to a function, and its results to one."""
    fits = 0 < len(argument_types) <= MOST_COLUMNS and str(result_type) in RESULT_BYTES
    return call_rows is not None and fits and all(str(each) in KINDS for each in argument_types)


def column_of(array):
    buffers = array.buffers()
    out = Column(kind=KINDS[str(array.type)], first=array.offset)
    if array.null_count > 0 and buffers[0] is not None:
        out.validity = buffers[0].address
    if buffers[-1] is not None:
        out.values = buffers[-1].address
    if len(buffers) == 3:
        out.offsets = buffers[1].address
    return out


def call(function, arrays, num_rows, result_type):
    """The results as an Arrow array, or the list of them where one is of another kind than the type's own."""
    import pyarrow as pa

    kind = str(result_type)
    values = pa.allocate_buffer(num_rows * RESULT_BYTES[kind])
    validity = bytearray((num_rows + 7) // 8)
    bits = (ctypes.c_char * len(validity)).from_buffer(validity) if validity else None
    result = Result(kind=KINDS[kind], num_nulls=0, values=values.address, validity=ctypes.addressof(bits) if validity else None, other=None)
    result.integer, result.floating = id(int), id(float)
    columns = (Column * len(arrays))(*map(column_of, arrays))
    done = call_rows(function, columns, len(arrays), num_rows, ctypes.byref(result))
    made = pa.Array.from_buffers(result_type, done, [pa.py_buffer(validity) if result.num_nulls else None, values], null_count=result.num_nulls)
    if done == num_rows:
        return made
    other = ctypes.cast(result.other, ctypes.py_object).value
    ctypes.pythonapi.Py_DecRef(ctypes.py_object(other))
    rest = [array.slice(done + 1).to_pylist() for array in arrays]
    return made.to_pylist() + [other] + list(map(function, *rest))
