# flint_connect_proto: the messages of Spark Connect and google.rpc's error details, generated from the installed client.
# Include them as "spark/connect/base.pb.h", only in .cc files of src/connect.

find_program(FLINT_PROTOC protoc REQUIRED)

set(protoFolder ${CMAKE_BINARY_DIR}/generated/proto)
set(protoNames
  spark/connect/base spark/connect/catalog spark/connect/commands spark/connect/common spark/connect/expressions
  spark/connect/ml spark/connect/ml_common spark/connect/pipelines spark/connect/relations spark/connect/types
  google/rpc/code google/rpc/status google/rpc/error_details)
set(protoFiles ${protoNames})
list(TRANSFORM protoFiles APPEND .proto)
set(protoSources ${protoNames})
list(TRANSFORM protoSources PREPEND ${protoFolder}/)
set(protoHeaders ${protoSources})
list(TRANSFORM protoSources APPEND .pb.cc)
list(TRANSFORM protoHeaders APPEND .pb.h)

file(MAKE_DIRECTORY ${protoFolder})
add_custom_command(
  OUTPUT ${protoFolder}/connect.desc
  COMMAND ${FLINT_PYTHON} ${CMAKE_SOURCE_DIR}/tools/make_connect_descriptors.py ${protoFolder}/connect.desc
  DEPENDS ${CMAKE_SOURCE_DIR}/tools/make_connect_descriptors.py ${CMAKE_SOURCE_DIR}/requirements.txt
  COMMENT "Reading the Connect messages of the installed client"
  VERBATIM)
add_custom_command(
  OUTPUT ${protoSources} ${protoHeaders}
  COMMAND ${FLINT_PROTOC} --descriptor_set_in=${protoFolder}/connect.desc --cpp_out=${protoFolder} ${protoFiles}
  DEPENDS ${protoFolder}/connect.desc
  COMMENT "Generating the Connect messages"
  VERBATIM)

add_library(flint_connect_proto STATIC ${protoSources} ${protoHeaders})
# A hundred thousand generated lines: no warnings, no debug information, and optimized for the build's time.
target_compile_options(flint_connect_proto PRIVATE -w -O1 -g0)
target_include_directories(flint_connect_proto SYSTEM PUBLIC ${protoFolder})
target_link_libraries(flint_connect_proto PUBLIC external::protobuf)
if(FLINT_SANITIZERS MATCHES thread)
  target_compile_options(flint_connect_proto PUBLIC -include ${CMAKE_SOURCE_DIR}/cmake/protobuf_under_tsan.h)
endif()
