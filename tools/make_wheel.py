#!/usr/bin/env python3
"""Makes the Python package of python/: a wheel with the program and every library it needs but the C and C++ run-time.

    tools/make_wheel.py BUILD_FOLDER OUTPUT_FOLDER

Writes one .whl and prints its name. The program is stripped and looks for libraries beside itself (cmake/install.cmake).
"""

import base64
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Every Linux that is new enough for the program has these; they go with its kernel and its loader.
SYSTEM_LIBRARIES = re.compile(r"(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\+\+))\.so")


def version():
    return re.search(r"project\(flint VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)


def client_requirement():
    return next(line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("pyspark-client=="))


def libraries_of(program):
    """The libraries that the loader finds for a program: pairs of the name asked for and the file."""
    listing = subprocess.run(["ldd", str(program)], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        found = re.match(r"\s*(\S+) => (.*?)(?: \(0x|$)", line)
        if not found:
            continue
        name, path = found.groups()
        if path == "not found":
            raise SystemExit(f"make_wheel: {program} needs {name}, which is not there")
        yield name, pathlib.Path(path)


def stage(build, package):
    """Fills the package's folder with what the wheel is to have."""
    shutil.copytree(ROOT / "python/flint", package, ignore=shutil.ignore_patterns("__pycache__"))
    install = ["cmake", "--install", str(build), "--prefix", str(package), "--component", "program", "--strip"]
    subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
    libraries = package / "lib/flint"
    libraries.mkdir(parents=True, exist_ok=True)
    for name, path in libraries_of(package / "bin/flint"):
        if not SYSTEM_LIBRARIES.match(name) and not (libraries / name).exists():
            shutil.copyfile(path.resolve(), libraries / name)
            (libraries / name).chmod(0o755)
    shutil.copy(ROOT / "LICENSE", package / "LICENSE")


def tag():
    return f"py3-none-manylinux_{'_'.join(platform.libc_ver()[1].split('.')[:2])}_{platform.machine()}"


def metadata():
    return (
        f"Metadata-Version: 2.1\nName: flint\nVersion: {version()}\nSummary: Spark's programs without the JVM: an engine and its server in one package\n"
        f"License: Apache-2.0\nRequires-Python: >=3.10\nRequires-Dist: {client_requirement()}\nDescription-Content-Type: text/markdown\n\n"
        + (ROOT / "python/README.md").read_text()
    )


def make_wheel(package, output):
    information = f"flint-{version()}.dist-info"
    texts = {
        f"{information}/METADATA": metadata(),
        f"{information}/WHEEL": f"Wheel-Version: 1.0\nGenerator: flint\nRoot-Is-Purelib: false\nTag: {tag()}\n",
    }
    output.mkdir(parents=True, exist_ok=True)
    wheel = output / f"flint-{version()}-{tag()}.whl"
    record = []
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:

        def add(name, content, mode):
            entry = zipfile.ZipInfo(name)  # of no date: equal inputs make equal wheels
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(content)}\n")

        for path in sorted(path for path in package.rglob("*") if path.is_file()):
            add(f"flint/{path.relative_to(package)}", path.read_bytes(), 0o755 if os.access(path, os.X_OK) else 0o644)
        for name, text in texts.items():
            add(name, text.encode(), 0o644)
        record.append(f"{information}/RECORD,,\n")
        archive.writestr(f"{information}/RECORD", "".join(record))
    return wheel


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        package = pathlib.Path(scratch) / "flint"
        stage(pathlib.Path(sys.argv[1]), package)
        print(make_wheel(package, pathlib.Path(sys.argv[2])))


if __name__ == "__main__":
    main()
