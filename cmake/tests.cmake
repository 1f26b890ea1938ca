# SPDX-License-Identifier: Apache-2.0
# tests/test_NAME.c: one cmocka program each. tests/cli/NAME.sh: one run of the command each.
# fuzz/fuzz_NAME.c: its corpus fuzz/corpus/NAME as a plain test. Exit code 77 is "skipped".

set(test_environment "TOCSIN_BUILD=${PROJECT_BINARY_DIR};SRC=${PROJECT_SOURCE_DIR};LC_ALL=C"
	"TOCSIN=$<TARGET_FILE:tocsin>;ASAN_OPTIONS=detect_stack_use_after_return=1"
	"UBSAN_OPTIONS=print_stacktrace=1")

function(tocsin_test name label)
	add_test(NAME ${name} COMMAND ${ARGN})
	set_tests_properties(${name} PROPERTIES LABELS ${label} SKIP_RETURN_CODE 77 TIMEOUT 300
		ENVIRONMENT "${test_environment}")
endfunction()

# ---- Unit tests
if(NOT TOCSIN_TESTS STREQUAL "OFF")
	if(PkgConfig_FOUND AND NOT CMAKE_CROSSCOMPILING)
		pkg_check_modules(CMOCKA QUIET IMPORTED_TARGET cmocka)
	endif()
	if(CMOCKA_FOUND)
		file(GLOB tests CONFIGURE_DEPENDS tests/test_*.c)
	elseif(TOCSIN_TESTS STREQUAL "ON")
		message(FATAL_ERROR "cmocka not found (TOCSIN_TESTS is ON)")
	else()
		message(STATUS "cmocka: not found, no unit tests")
	endif()
endif()
foreach(source ${tests})
	get_filename_component(name ${source} NAME_WE)
	add_executable(${name} ${source})
	target_include_directories(${name} PRIVATE tests)
	target_compile_definitions(${name} PRIVATE TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
	# Paths of tests are put together in buffers that are larger than any real one.
	if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
		target_compile_options(${name} PRIVATE -Wno-format-truncation -Wno-restrict)
	endif()
	target_link_libraries(${name} PRIVATE tocsin_objects tocsin_test_dependencies PkgConfig::CMOCKA)
	tocsin_test(${name} unit ${name})
endforeach()

# ---- Fuzz targets
file(GLOB targets CONFIGURE_DEPENDS fuzz/fuzz_*.c)
foreach(source ${targets})
	get_filename_component(target ${source} NAME_WE)
	string(REPLACE "fuzz_" "" name ${target})
	if(TOCSIN_FUZZ)
		add_executable(${target} ${source})
		target_link_options(${target} PRIVATE -fsanitize=fuzzer)
	else()
		add_executable(${target} ${source} fuzz/standalone.c)
	endif()
	target_link_libraries(${target} PRIVATE tocsin_objects)
	file(GLOB corpus CONFIGURE_DEPENDS fuzz/corpus/${name}/*)
	if(corpus AND TOCSIN_FUZZ)
		tocsin_test(${target} fuzz ${target} -runs=0 ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
	elseif(corpus)
		tocsin_test(${target} fuzz ${target} ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
	endif()
endforeach()

# ---- Runs of the command, and the checks of the tree that need only a shell
find_program(SH sh)
if(SH AND NOT CMAKE_CROSSCOMPILING)
	file(GLOB scripts CONFIGURE_DEPENDS tests/cli/*.sh)
	foreach(script ${scripts})
		get_filename_component(name ${script} NAME_WE)
		tocsin_test(cli_${name} cli ${SH} ${PROJECT_SOURCE_DIR}/tests/run-cli ${script})
	endforeach()
	tocsin_test(check_layers checks ${SH} ${PROJECT_SOURCE_DIR}/scripts/check-layers)
	tocsin_test(check_banned checks ${SH} ${PROJECT_SOURCE_DIR}/scripts/check-banned)
	tocsin_test(check_readme checks ${SH} ${PROJECT_SOURCE_DIR}/scripts/readme-output --check)
	if(TARGET libtocsin)
		tocsin_test(check_symbols checks ${SH} ${PROJECT_SOURCE_DIR}/scripts/check-symbols
			$<TARGET_FILE:libtocsin>)
	endif()
endif()
