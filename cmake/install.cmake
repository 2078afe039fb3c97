# What `cmake --install <build>` puts below the prefix:
#
#   bin/flint              the program
#   include/flint/         the C++ API
#   lib/flint/             the engine's archives, and Arrow's libraries where they come from the pyarrow wheel
#   lib/cmake/flint/       for find_package(flint): the target flint::flint
#
# Archives are listed once each; the linker goes round them until nothing is missing.

# flint_collect_libraries(<target> <out archives> <out libraries>): the layers that a target needs, itself included, and the files of the external
# libraries below them.
function(flint_collect_libraries start archives libraries)
  set(open ${start})
  set(seen)
  set(foundArchives)
  set(foundLibraries)
  while(open)
    list(POP_FRONT open item)
    if(item IN_LIST seen)
      continue()
    endif()
    list(APPEND seen ${item})
    if(NOT TARGET ${item})
      if(item MATCHES "\\.(so|a)(\\.[0-9]+)*$")
        list(APPEND foundLibraries ${item})
      endif()
      continue()
    endif()
    get_target_property(aliased ${item} ALIASED_TARGET)
    if(aliased)
      list(APPEND open ${aliased})
      continue()
    endif()
    get_target_property(type ${item} TYPE)
    if(type STREQUAL STATIC_LIBRARY AND item MATCHES "^flint_")
      list(APPEND foundArchives ${item})
    endif()
    get_target_property(location ${item} IMPORTED_LOCATION)
    if(location)
      list(APPEND foundLibraries ${location})
    endif()
    get_target_property(linked ${item} INTERFACE_LINK_LIBRARIES)
    if(linked)
      list(APPEND open ${linked})
    endif()
  endwhile()
  set(${archives} ${foundArchives} PARENT_SCOPE)
  set(${libraries} ${foundLibraries} PARENT_SCOPE)
endfunction()

include(GNUInstallDirs)
flint_collect_libraries(flint_api FLINT_ARCHIVES FLINT_EXTERNAL_LIBRARIES)

# The component `program` is what runs without a compiler; the Python package (tools/make_wheel.py) carries it.
install(TARGETS flint RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
# Libraries beside the program are found by those that need them in turn, too.
target_link_options(flint PRIVATE -Wl,--disable-new-dtags)
set_target_properties(flint PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/flint")
install(DIRECTORY include/flint DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(FLINT_LINK_ITEMS)
foreach(archive ${FLINT_ARCHIVES})
  install(FILES $<TARGET_FILE:${archive}> DESTINATION ${CMAKE_INSTALL_LIBDIR}/flint)
  string(APPEND FLINT_LINK_ITEMS "    \${FLINT_LIBRARY_DIR}/lib${archive}.a\n")
endforeach()
set(FLINT_SYSTEM_ITEMS)
foreach(library ${FLINT_EXTERNAL_LIBRARIES})
  if(library MATCHES "pyarrow/")
    install(FILES ${library} DESTINATION ${CMAKE_INSTALL_LIBDIR}/flint COMPONENT program)
    get_filename_component(name ${library} NAME)
    string(APPEND FLINT_SYSTEM_ITEMS "    \${FLINT_LIBRARY_DIR}/${name}\n")
  else()
    get_filename_component(name ${library} NAME)
    string(REGEX REPLACE "^lib(.*)\\.(so|a)$" "\\1" name ${name})
    string(APPEND FLINT_SYSTEM_ITEMS "    ${name}\n")
  endif()
endforeach()
configure_file(${CMAKE_SOURCE_DIR}/cmake/flint-config.cmake.in ${CMAKE_BINARY_DIR}/flint-config.cmake @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/flint-config.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/flint)

# The Python side of user-defined functions; programs find it from where they are (pyworker/worker_files.cc), so the build tree has it at the same place.
install(DIRECTORY python/flint_worker DESTINATION ${CMAKE_INSTALL_DATADIR}/flint COMPONENT program PATTERN "__pycache__" EXCLUDE)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share/flint)
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/python/flint_worker ${CMAKE_BINARY_DIR}/share/flint/flint_worker SYMBOLIC)

# What workers load into the interpreter, whichever it is: without Python's headers and library, whose symbols are there already.
add_library(flint_rows MODULE ${CMAKE_SOURCE_DIR}/python/flint_rows/flint_rows.cc)
set_target_properties(flint_rows PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/share/flint)
target_compile_options(flint_rows PRIVATE -fno-exceptions -fno-rtti -fno-sanitize=all)
target_link_options(flint_rows PRIVATE -Wl,--unresolved-symbols=ignore-all -fno-sanitize=all)
add_dependencies(flint flint_rows)
install(TARGETS flint_rows LIBRARY DESTINATION ${CMAKE_INSTALL_DATADIR}/flint COMPONENT program)
