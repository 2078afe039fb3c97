# Compiler, linker and cache: the flags every target gets. A preset sets FLINT_FLAGS and FLINT_SANITIZERS.

set(FLINT_FLAGS "-O2;-g1;-DNDEBUG" CACHE STRING "Optimization and debug flags of the preset")
set(FLINT_SANITIZERS "" CACHE STRING "Value of -fsanitize=, empty for none")

# The baseline every x86-64 machine of the last decade has; more is chosen at run time, never by the build machine.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-march=x86-64-v2)
endif()
add_compile_options(${FLINT_FLAGS} -fno-omit-frame-pointer -pthread)
add_link_options(-pthread)
if(FLINT_SANITIZERS)
  add_compile_options(-fsanitize=${FLINT_SANITIZERS} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FLINT_SANITIZERS})
  # Lets code that measures its own stack or memory know that the numbers are inflated.
  add_compile_definitions(FLINT_SANITIZED=1)
endif()

# Warnings are errors in our sources; generated ones are compiled without (see connect_proto.cmake).
set(FLINT_WARNINGS
  -Wall -Wextra -Werror
  -Wno-unused-parameter          # an interface names its parameters even where one implementation ignores them
  -Wno-missing-field-initializers  # declarations with designated initializers leave defaults out
  -Wnon-virtual-dtor -Wshadow=local -Wimplicit-fallthrough)
if(FLINT_SANITIZERS)
  # Instrumented code confuses g++ 12's flow analysis.
  list(APPEND FLINT_WARNINGS -Wno-maybe-uninitialized)
endif()

find_program(FLINT_MOLD mold)
if(FLINT_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# One cache serves every worktree: paths are made relative to the source folder before they are hashed.
find_program(FLINT_CCACHE ccache)
if(FLINT_CCACHE)
  set(launcher ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${FLINT_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
