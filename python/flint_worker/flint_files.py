"""The files that a session gave to its functions: a folder, which is where they run, with archives unpacked beside their files.

An archive's file is named `<archive>#<folder>`, or `<archive>` alone for a folder of that name, below `ARCHIVES`.
"""

import os
import shutil
import tempfile

from pyspark.worker_util import setup_spark_files

ARCHIVES = ".archives"


def unpack(archive, folder):
    """Makes `folder` of the archive at once: workers that do it together see all of it or nothing."""
    if os.path.exists(folder):
        return
    parent = os.path.dirname(folder)
    os.makedirs(parent, exist_ok=True)
    scratch = tempfile.mkdtemp(prefix=".unpacking", dir=parent)
    try:
        name = os.path.basename(archive).split("#")[0]
        for ending, form in ((".tar.gz", "gztar"), (".tgz", "gztar"), (".tar", "tar"), (".zip", "zip"), (".jar", "zip")):
            if name.endswith(ending):
                kwargs = {} if form == "zip" else {"filter": "data"}
                shutil.unpack_archive(archive, scratch, form, **kwargs)
                break
        os.chmod(scratch, 0o755)
        os.rename(scratch, folder)
    except OSError:
        if not os.path.isdir(folder):
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def unpack_archives(root):
    archives = os.path.join(root, ARCHIVES)
    if not os.path.isdir(archives):
        return
    for directory, _, names in os.walk(archives):
        for name in names:
            inside = os.path.relpath(directory, archives)
            folder = name.split("#", 1)[1] if "#" in name else name
            folder = os.path.normpath(os.path.join(root, inside, folder))
            if folder.startswith(os.path.join(root, "")):
                unpack(os.path.join(directory, name), folder)


class ReadAhead:
    """A stream in front of which some bytes are put back."""

    def __init__(self, ahead, stream):
        self.ahead = ahead
        self.stream = stream

    def read(self, size):
        taken, self.ahead = self.ahead[:size], self.ahead[size:]
        return taken if len(taken) == size else taken + self.stream.read(size - len(taken))


def setup_files(infile):
    """In the place of PySpark's `setup_spark_files`."""
    length = infile.read(4)
    root = infile.read(int.from_bytes(length, "big"))
    setup_spark_files(ReadAhead(length + root, infile))
    root = root.decode("utf-8")
    if root and os.path.isdir(root):
        unpack_archives(root)
        os.chdir(root)
