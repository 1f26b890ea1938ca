# SPDX-License-Identifier: Apache-2.0
# The files below data/ are compiled in; a changed, new or removed one makes them anew.
if(EXISTS ${PROJECT_SOURCE_DIR}/cmake/embed.cmake)
	file(GLOB_RECURSE data_files CONFIGURE_DEPENDS data/*)
	set(data_source ${PROJECT_BINARY_DIR}/data_embedded.c)
	add_custom_command(OUTPUT ${data_source} VERBATIM
		COMMAND ${CMAKE_COMMAND} -DDATA_DIR=${PROJECT_SOURCE_DIR}/data
			-DOUTPUT=${data_source} -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
		DEPENDS ${data_files} cmake/embed.cmake)
	list(APPEND library_sources ${data_source})
	add_compile_definitions(TOCSIN_EMBED_DATA)
endif()
