# make run    builds Flint and runs the main job on it         make test   builds and runs every test
# make bench  compares speed with other engines                make check  the layer and style checks alone
# make build  builds only; PRESET=debug|asan|tsan|release      make deps   installs what is missing
# make wheel  makes the Python package, with the program, in build/wheel
PRESET ?= release
JOBS ?= $(shell nproc)

.PHONY: run test bench check build deps clean wheel
.DEFAULT_GOAL := build

deps:
	@tools/install_dependencies.sh

build: deps
	@cmake --preset $(PRESET) >build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build build/$(PRESET) -j $(JOBS)

run: build
	@tools/run_main_job.sh $(PRESET)

test: build
	@tools/run_tests.sh $(PRESET)

wheel: build
	@tools/make_wheel.py build/$(PRESET) build/wheel

bench: build
	@tools/run_benchmarks.sh

check: deps
	@tools/check_layers.py
	@tools/check_style.py

clean:
	@rm -rf build
