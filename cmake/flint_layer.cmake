# flint_layer(NAME <name> [DEPS <layers>...] [LIBS <targets>...] [SOURCES <generated files>...]
#             [TEST_DEPS <layers or targets>...] [TEST_LIBS <targets>...])
#
# Makes the folder src/<name>: the static library flint_<name> of its **/*.cc, and the test binary <name>_test of its
# **/*_test.cc. `main.cc` belongs to a binary (flint_binary), not to the library. DEPS is the law that
# tools/check_layers.py enforces; `base` and `types` are always there. A layer of the table that has no folder yet
# is passed over, so that layers can arrive in any order.

# Bottom to top; the order of the table in docs/architecture.md.
set(FLINT_LAYERS
  base types tree io memory columnar records rpc events
  expr functions connector plan
  catalog parser analysis optimizer planner
  storage state pyworker shuffle exec scheduler rdd executor deploy sources
  session streaming ml graph
  connect thriftserver webui api cli)

function(flint_layer_targets out)
  set(targets)
  foreach(layer ${ARGN})
    if(layer IN_LIST FLINT_LAYERS)
      if(EXISTS ${CMAKE_SOURCE_DIR}/src/${layer}/CMakeLists.txt)
        list(APPEND targets flint_${layer})
      endif()
    elseif(layer MATCHES "^flint_")
      list(APPEND targets ${layer})
    else()
      message(FATAL_ERROR "`${layer}` is no layer: see FLINT_LAYERS in cmake/flint_layer.cmake.")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES targets)
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

function(flint_layer)
  cmake_parse_arguments(ARG "" "NAME" "DEPS;LIBS;SOURCES;TEST_DEPS;TEST_LIBS" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "flint_layer(${ARG_NAME}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  set(always)
  if(NOT ARG_NAME STREQUAL base)
    list(APPEND always base)
    if(NOT ARG_NAME STREQUAL types)
      list(APPEND always types)
    endif()
  endif()
  flint_layer_targets(deps ${always} ${ARG_DEPS})
  flint_layer_targets(testDeps ${ARG_TEST_DEPS})

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  list(APPEND sources ${ARG_SOURCES})

  set(target flint_${ARG_NAME})
  if(sources)
    set(scope PUBLIC)
    add_library(${target} STATIC ${sources})
    target_compile_options(${target} PRIVATE ${FLINT_WARNINGS})
  else()
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(${target} ${scope} ${deps} ${ARG_LIBS})

  if(tests)
    flint_test(NAME ${ARG_NAME}_test SOURCES ${tests} LIBS ${target} ${testDeps} ${ARG_TEST_LIBS})
  endif()
endfunction()

# libparquet of the pyarrow wheel exports symbols of another simdjson: the system's library comes first in every program.
set(FLINT_PROGRAM_LINK_OPTIONS "LINKER:--push-state,--no-as-needed,-lsimdjson,--pop-state")

# flint_test(NAME <name> SOURCES <files>... LIBS <targets>...): one gtest binary, known to ctest, whose results go to
# <build>/test_results/<name>.json. Tests run in the source folder, so that they find their data.
function(flint_test)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LIBS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_compile_options(${ARG_NAME} PRIVATE ${FLINT_WARNINGS})
  target_link_options(${ARG_NAME} PRIVATE ${FLINT_PROGRAM_LINK_OPTIONS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LIBS} external::gtest_main)
  add_test(NAME ${ARG_NAME}
    COMMAND ${ARG_NAME} --gtest_brief=1 --gtest_output=json:${CMAKE_BINARY_DIR}/test_results/${ARG_NAME}.json
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()

# flint_binary(NAME <name> SOURCES <files>... LIBS <targets>...): a program in <build>/bin.
function(flint_binary)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LIBS" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_compile_options(${ARG_NAME} PRIVATE ${FLINT_WARNINGS})
  target_link_options(${ARG_NAME} PRIVATE ${FLINT_PROGRAM_LINK_OPTIONS})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LIBS})
endfunction()
