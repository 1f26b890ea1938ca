# SPDX-License-Identifier: Apache-2.0
# Short cuts; the build itself is CMakeLists.txt.
all:
	@scripts/build release

demo:
	@scripts/demo

test:
	@scripts/test

install: all
	@cmake --install build $(if $(PREFIX),--prefix $(PREFIX))

clean:
	@rm -rf build

.PHONY: all demo test install clean
