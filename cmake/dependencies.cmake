# The libraries Flint stands on, each as one target external::<name>. A layer names those it needs in LIBS.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# external_from_pkgconfig(<name> <pkg-config modules...>)
function(external_from_pkgconfig name)
  pkg_check_modules(${name} REQUIRED QUIET IMPORTED_TARGET GLOBAL ${ARGN})
  add_library(external::${name} ALIAS PkgConfig::${name})
endfunction()

# external_from_file(<name> HEADER h LIBRARIES l...): for packages that bring no metadata, or such that pkg-config takes
# seconds to follow (absl, gRPC).
function(external_from_file name)
  cmake_parse_arguments(ARG "" "HEADER" "LIBRARIES" ${ARGN})
  find_path(${name}_INCLUDE ${ARG_HEADER} REQUIRED)
  add_library(external_${name} INTERFACE IMPORTED GLOBAL)
  foreach(library ${ARG_LIBRARIES})
    find_library(${name}_${library}_LIBRARY ${library} REQUIRED)
    target_link_libraries(external_${name} INTERFACE ${${name}_${library}_LIBRARY})
  endforeach()
  add_library(external::${name} ALIAS external_${name})
endfunction()

external_from_pkgconfig(fmt fmt)
external_from_pkgconfig(spdlog spdlog)
external_from_pkgconfig(cli11 CLI11)
external_from_file(absl HEADER absl/base/config.h LIBRARIES
  absl_raw_hash_set absl_hash absl_city absl_low_level_hash absl_hashtablez_sampler absl_strings absl_int128
  absl_synchronization absl_time absl_base absl_throw_delegate absl_raw_logging_internal)
external_from_pkgconfig(xxhash libxxhash)
external_from_pkgconfig(lz4 liblz4)
external_from_pkgconfig(zstd libzstd)
external_from_pkgconfig(zlib zlib)
external_from_pkgconfig(snappy snappy)
external_from_pkgconfig(simdjson simdjson)
external_from_pkgconfig(pcre2 libpcre2-8)
external_from_pkgconfig(icu icu-uc icu-i18n)
external_from_pkgconfig(sqlite sqlite3)
external_from_pkgconfig(xml2 libxml-2.0)
external_from_pkgconfig(openssl openssl)
external_from_pkgconfig(readline readline)
external_from_pkgconfig(highway libhwy)
external_from_pkgconfig(protobuf protobuf)
external_from_file(grpc HEADER grpcpp/grpcpp.h LIBRARIES grpc++ grpc gpr)
external_from_pkgconfig(gtest gtest gmock)
external_from_pkgconfig(gtest_main gtest_main gmock)
external_from_pkgconfig(benchmark benchmark)
external_from_file(bzip2 HEADER bzlib.h LIBRARIES bz2)
external_from_file(date HEADER date/tz.h LIBRARIES date-tz)
external_from_file(mimalloc HEADER mimalloc.h LIBRARIES mimalloc)

# The virtual environment with the pinned Python packages (requirements.txt): the client, and the headers and
# libraries of Arrow C++ where the system has none.
if(DEFINED ENV{FLINT_VENV})
  set(FLINT_VENV_DEFAULT $ENV{FLINT_VENV})
else()
  set(FLINT_VENV_DEFAULT ${CMAKE_SOURCE_DIR}/.venv)
endif()
set(FLINT_VENV ${FLINT_VENV_DEFAULT} CACHE PATH "Virtual environment made from requirements.txt")
set(FLINT_PYTHON ${FLINT_VENV}/bin/python)
if(NOT EXISTS ${FLINT_PYTHON})
  message(FATAL_ERROR "No virtual environment at ${FLINT_VENV}: run `make deps`, or set FLINT_VENV.")
endif()
