# SPDX-License-Identifier: Apache-2.0
#
# Turns every file below DATA_DIR into one C file that defines data_embedded[] and
# data_embedded_count (src/base/data.h): cmake -DDATA_DIR=… -DOUTPUT=… -P cmake/embed.cmake
#
# Nothing but CMake is needed, and the same files give the same bytes out. Hidden files and editors'
# backups (.x, x~) are left out, as data_list() does for a folder.

cmake_minimum_required(VERSION 3.20)

foreach(name DATA_DIR OUTPUT)
  if(NOT ${name})
    message(FATAL_ERROR "embed.cmake: -D${name}=… is missing")
  endif()
endforeach()
if(NOT IS_DIRECTORY "${DATA_DIR}")
  message(FATAL_ERROR "embed.cmake: ${DATA_DIR} is no folder")
endif()

get_filename_component(data_dir "${DATA_DIR}" ABSOLUTE)
file(GLOB_RECURSE names RELATIVE "${data_dir}" "${data_dir}/*")
list(FILTER names EXCLUDE REGEX "(^|/)[.]|~$")
list(SORT names COMPARE STRING CASE SENSITIVE)

# CMake's regular expressions have no counts: 32 digits are 16 bytes, one line.
string(REPEAT "[0-9a-f]" 32 line)

set(arrays "")
set(entries "")
set(count 0)
foreach(name IN LISTS names)
  if(name MATCHES "[^A-Za-z0-9._/+-]")
    message(FATAL_ERROR "embed.cmake: ${name}: letters, digits and ._+- only in data file names")
  endif()
  file(READ "${data_dir}/${name}" hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  # The NUL behind the end is part of the array, not of the size.
  string(APPEND hex "00")
  string(REGEX REPLACE "(${line})" "\\1\n\t" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  string(APPEND arrays "\n/* ${name} */\nstatic const uint8_t file_${count}[] = {\n\t${hex}\n};\n")
  string(APPEND entries "\t{\"${name}\", {file_${count}, ${size}}},\n")
  math(EXPR count "${count} + 1")
endforeach()
if(count EQUAL 0)
  set(entries "\t{NULL, {NULL, 0}},\n")
endif()

file(WRITE "${OUTPUT}.new"
"/* SPDX-License-Identifier: Apache-2.0 */
/* Made by cmake/embed.cmake from the files below data/; do not edit. */
#include \"base/data.h\"
${arrays}
const struct data_file data_embedded[] = {
${entries}};

const size_t data_embedded_count = ${count};
")
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
