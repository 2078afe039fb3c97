// Calls a Python function once a row, from Arrow columns into an Arrow column: what `flint_rows.py` of the worker loads by ctypes.
//
// Built without Python's headers, for all interpreters at once: what is used here is exported by CPython 3.9 and later, and the head of an object is that of
// builds with the interpreter lock. The loader sees to both. The caller holds the lock, and looks for a raised exception afterwards.

#include <cstdint>

extern "C" {

struct PyTypeObject;
struct PyObject {
  intptr_t references;
  PyTypeObject* type;
};
extern PyObject _Py_NoneStruct;
PyObject* PyLong_FromLongLong(long long);
long long PyLong_AsLongLongAndOverflow(PyObject*, int*);
PyObject* PyFloat_FromDouble(double);
double PyFloat_AsDouble(PyObject*);
PyObject* PyBool_FromLong(long);
PyObject* PyUnicode_DecodeUTF8(const char*, intptr_t, const char*);
PyObject* PyObject_Vectorcall(PyObject*, PyObject* const*, uintptr_t, PyObject*);
void Py_IncRef(PyObject*);
void Py_DecRef(PyObject*);

enum FlintKind : int32_t { kInt8, kInt16, kInt32, kInt64, kFloat, kDouble, kBoolean, kText };

struct FlintColumn {
  int32_t kind;
  int32_t unused;
  const uint8_t* values;
  const int32_t* offsets;   // of texts
  const uint8_t* validity;  // bits; null: all are valid
  int64_t first;            // row
};

// What the rows become: `values` of `kind`, and bits for those that are not None.
struct FlintResult {
  int32_t kind;
  int32_t numNulls;
  uint8_t* values;
  uint8_t* validity;        // zeroes
  PyObject* other;          // a result of another kind, which ended the loop; the caller's to release
  const PyTypeObject* integer;
  const PyTypeObject* floating;
};

}  // extern "C"

namespace {

constexpr int64_t kMostColumns = 16;
constexpr uintptr_t kArgumentsOffset = uintptr_t{1} << (8 * sizeof(uintptr_t) - 1);

bool isSet(const uint8_t* bits, int64_t at) { return (bits[at >> 3] >> (at & 7) & 1) != 0; }

template <typename T>
T at(const uint8_t* values, int64_t row) {
  return reinterpret_cast<const T*>(values)[row];
}

PyObject* valueOf(const FlintColumn& column, int64_t row) {
  row += column.first;
  if (column.validity != nullptr && !isSet(column.validity, row)) {
    Py_IncRef(&_Py_NoneStruct);
    return &_Py_NoneStruct;
  }
  switch (column.kind) {
    case kInt8: return PyLong_FromLongLong(at<int8_t>(column.values, row));
    case kInt16: return PyLong_FromLongLong(at<int16_t>(column.values, row));
    case kInt32: return PyLong_FromLongLong(at<int32_t>(column.values, row));
    case kInt64: return PyLong_FromLongLong(at<int64_t>(column.values, row));
    case kFloat: return PyFloat_FromDouble(static_cast<double>(at<float>(column.values, row)));
    case kDouble: return PyFloat_FromDouble(at<double>(column.values, row));
    case kBoolean: return PyBool_FromLong(isSet(column.values, row) ? 1 : 0);
    default: {
      const int32_t start = column.offsets[row];
      return PyUnicode_DecodeUTF8(reinterpret_cast<const char*>(column.values) + start, column.offsets[row + 1] - start, nullptr);
    }
  }
}

// Whether the value is of the result's kind.
bool store(PyObject* value, int64_t row, FlintResult& result) {
  if (value == &_Py_NoneStruct) {
    ++result.numNulls;
    return true;
  }
  if (result.kind == kDouble) {
    if (value->type != result.floating) return false;
    reinterpret_cast<double*>(result.values)[row] = PyFloat_AsDouble(value);
  } else {
    int overflow = 0;
    if (value->type != result.integer) return false;
    const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow != 0) return false;
    if (result.kind == kInt32) {
      if (number != static_cast<int32_t>(number)) return false;
      reinterpret_cast<int32_t*>(result.values)[row] = static_cast<int32_t>(number);
    } else {
      reinterpret_cast<int64_t*>(result.values)[row] = number;
    }
  }
  result.validity[row >> 3] = static_cast<uint8_t>(result.validity[row >> 3] | 1 << (row & 7));
  return true;
}

}  // namespace

/// The number of rows that were called and stored: fewer than `numRows` where an exception was raised, or where `result.other` is what the next row gave.
extern "C" __attribute__((visibility("default"))) int64_t flintCallRows(PyObject* function, const FlintColumn* columns, int64_t numColumns, int64_t numRows,
                                                                         FlintResult* result) {
  if (numColumns < 1 || numColumns > kMostColumns) return 0;
  PyObject* arguments[kMostColumns + 1] = {};
  for (int64_t row = 0; row < numRows; ++row) {
    int64_t made = 0;
    while (made < numColumns) {
      PyObject* value = valueOf(columns[made], row);
      if (value == nullptr) break;
      arguments[++made] = value;
    }
    PyObject* value = nullptr;
    if (made == numColumns) value = PyObject_Vectorcall(function, arguments + 1, static_cast<uintptr_t>(numColumns) | kArgumentsOffset, nullptr);
    for (; made > 0; --made) Py_DecRef(arguments[made]);
    if (value == nullptr) return row;
    if (!store(value, row, *result)) {
      result->other = value;
      return row;
    }
    Py_DecRef(value);
  }
  return numRows;
}
