# The commands of the README and the daily ones; CMake does the work (see CMakePresets.json).
#   make demo        packages, release build, and the main job on real data
#   make test        packages, release build with tests, every test
#   make build       library and command        make install    (PREFIX=/usr/local)
#   make test-long   fuzzing and long loops      make clean
#   make bench       the board: beside NumPy, SciPy, scikit-learn (BOARD="--fast", BOARD="1-9,24 --resume")
#   make instructions   counted instructions and sizes against the committed figures
# On a machine with a GPU and the CUDA Toolkit:
#   make gpu-test    tests and compute-sanitizer on the GPU      make gpu-bench    its rates
#   make gpu-bundle  the same for a bare machine: one folder, GPU_ARCH=90

JOBS   ?= $(shell nproc)
PREFIX ?= /usr/local
BUILD  ?= build/release
FLAGS  ?=
GPU_ARCH ?= 90
BUNDLE ?= build/gpu-bundle
BOARD  ?=

# What a bare Debian 12 needs. ccache is used where it is installed, and not asked for.
PACKAGES := build-essential cmake ninja-build pkg-config libopenblas-dev libboost-math-dev \
            libsleef-dev libjansson-dev zlib1g-dev libzip-dev libcriterion-dev
BENCHES  := arrays formulas linalg fft estimators
APT := $(shell [ "$$(id -u)" = 0 ] || echo sudo) env DEBIAN_FRONTEND=noninteractive apt-get

.PHONY: all deps configure build demo test test-long gpu-test gpu-bench gpu-bundle install \
        bench instructions clean
all: build

deps:
	@missing=""; for p in $(PACKAGES); do \
	    dpkg -s $$p 2>/dev/null | grep -q '^Status: install ok installed' || missing="$$missing $$p"; \
	done; \
	if [ -n "$$missing" ]; then \
	    command -v apt-get >/dev/null || \
	        { echo "make deps: no apt-get here; please install by hand:$$missing" >&2; exit 1; }; \
	    echo "make deps: installing$$missing"; \
	    $(APT) update -qq && $(APT) install -y -qq --no-install-recommends \
	        -o Dpkg::Use-Pty=0 $$missing >/dev/null; \
	fi

configure: deps
	@generator=""; [ -f $(BUILD)/CMakeCache.txt ] || ! command -v ninja >/dev/null || \
	    generator="-G Ninja"; \
	cmake --preset release -B $(BUILD) $$generator -DCMAKE_INSTALL_PREFIX=$(PREFIX) \
	    --log-level=WARNING $(FLAGS)

build: configure
	cmake --build $(BUILD) --target product -j $(JOBS)

demo: build
	bench/demo.sh $(BUILD)/bin/calx

test: configure
	cmake --build $(BUILD) -j $(JOBS)
	cd $(BUILD) && ctest -j $(JOBS) --output-on-failure

test-long: test
	tests/long.sh $(BUILD)

bench: FLAGS += -DCALX_BENCH=ON
bench: configure
	cmake --build $(BUILD) -j $(JOBS) --target product $(BENCHES:%=bench_%)
	bench/board.sh $(BUILD) $(BOARD)

instructions: build
	sh bench/instructions.sh $(BUILD)

gpu-test gpu-bench: FLAGS += -DCALX_CUDA=AUTO -DCALX_BENCH=ON
gpu-test: configure
	cmake --build $(BUILD) -j $(JOBS)
	sh tests/gpu/run.sh test $(BUILD)
	sh tests/gpu/run.sh sanitize $(BUILD)
gpu-bench: configure
	cmake --build $(BUILD) -j $(JOBS) --target product calx_cuda bench_gpu
	sh tests/gpu/run.sh bench $(BUILD)

gpu-bundle: BUILD = build/gpu
gpu-bundle: FLAGS += -DCALX_CUDA=ON -DCALX_CUDA_ARCHITECTURES=$(GPU_ARCH) -DCALX_BENCH=ON -DCALX_TEST_DATA=.
gpu-bundle: configure
	cmake --build $(BUILD) -j $(JOBS)
	sh tests/gpu/bundle.sh $(BUILD) $(BUNDLE)

install: build
	cmake --install $(BUILD) --prefix $(PREFIX)

clean:
	cmake -E rm -rf build
