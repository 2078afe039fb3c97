#!/usr/bin/env python3
"""Makes a protobuf descriptor set of the Spark Connect messages from the installed Python packages.

    make_connect_descriptors.py OUTPUT

The messages come from pyspark-client's generated modules, google.rpc's status and error details from
googleapis-common-protos; no .proto file is copied. cmake/connect_proto.cmake names the files that become C++.
"""

import importlib
import sys
import warnings

from google.protobuf import descriptor_pb2

ROOTS = [
    "pyspark.sql.connect.proto.base_pb2",
    "pyspark.sql.connect.proto.catalog_pb2",
    "pyspark.sql.connect.proto.commands_pb2",
    "pyspark.sql.connect.proto.common_pb2",
    "pyspark.sql.connect.proto.expressions_pb2",
    "pyspark.sql.connect.proto.ml_common_pb2",
    "pyspark.sql.connect.proto.ml_pb2",
    "pyspark.sql.connect.proto.pipelines_pb2",
    "pyspark.sql.connect.proto.relations_pb2",
    "pyspark.sql.connect.proto.types_pb2",
    "google.rpc.code_pb2",
    "google.rpc.status_pb2",
    "google.rpc.error_details_pb2",
]


def collect(file_descriptor, files):
    """Adds a file after everything it imports, which is the order protoc asks for."""
    if file_descriptor.name in files:
        return
    for dependency in file_descriptor.dependencies:
        collect(dependency, files)
    proto = descriptor_pb2.FileDescriptorProto()
    file_descriptor.CopyToProto(proto)
    files[file_descriptor.name] = proto


def main():
    warnings.simplefilter("ignore")  # the client's remarks on the versions of what it would use later
    files = {}
    for root in ROOTS:
        collect(importlib.import_module(root).DESCRIPTOR, files)
    descriptor_set = descriptor_pb2.FileDescriptorSet()
    for proto in files.values():
        if proto.syntax not in ("", "proto2", "proto3"):
            sys.exit(f"{proto.name} has syntax {proto.syntax}, which protoc 3.21 does not know")
        descriptor_set.file.append(proto)
    with open(sys.argv[1], "wb") as out:
        out.write(descriptor_set.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
