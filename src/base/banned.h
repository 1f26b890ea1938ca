/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that invite overruns, hidden state or a dependence on locale and time zone. The build
 * includes this before every file below src/, which makes their use a compile error;
 * scripts/check-banned looks for the same names where no compiler does.
 *
 * The headers that declare them come first: a poisoned name may not appear even there.
 */
#ifndef TOCSIN_BASE_BANNED_H
#define TOCSIN_BASE_BANNED_H

#define _GNU_SOURCE /* before the first system header, for os_posix.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The Windows headers use some of these themselves; that build relies on the others. */
#if defined(__GNUC__) && !defined(_WIN32)
#undef alloca
#pragma GCC poison strcpy strcat strncpy strncat stpcpy
#pragma GCC poison sprintf vsprintf gets scanf sscanf fscanf
#pragma GCC poison strtok strtok_r atoi atol atoll atof
#pragma GCC poison gmtime localtime gmtime_r localtime_r asctime ctime mktime strftime
#pragma GCC poison alloca rand srand setlocale tmpnam mktemp popen
#endif

#endif
