/* SPDX-License-Identifier: Apache-2.0 */
/* What the walk finds, in which order, what it takes it for, and that nothing is left out in
 * silence. */
#include "test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "evidence/evidence.h"

#define CHUNK_AT 4096u

static char top[] = "/tmp/tocsin-evidence-XXXXXX";

static const char *in(char path[512], const char *below)
{
	snprintf(path, 512, "%s/%s", top, below);
	return path;
}

static void put(const char *below, const void *bytes, size_t n)
{
	char path[512];
	FILE *const f = fopen(in(path, below), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void put_log(const char *below)
{
	uint8_t bytes[4096] = "ElfFile";

	/* Contents differ, as those of different logs do. */
	snprintf((char *)bytes + 128, 256, "%s", below);
	put(below, bytes, sizeof(bytes));
}

static void folder(const char *below)
{
	char path[512];

	assert_int_equal(mkdir(in(path, below), 0777), 0);
}

static void link_to(const char *to, const char *below)
{
	char path[512];

	assert_int_equal(symlink(to, in(path, below)), 0);
}

/* Paths below `top` of a list, joined by blanks; given ones with an asterisk. */
static const char *names(struct buf *out, const struct source *list, size_t count)
{
	size_t i;

	buf_clear(out);
	for (i = 0; i < count; i++) {
		const char *const path = strncmp(list[i].path, top, strlen(top)) == 0
						 ? list[i].path + strlen(top) + 1
						 : list[i].path;

		buf_printf(out, "%s%s%s", i ? " " : "", path, list[i].given ? "*" : "");
	}
	return buf_cstr(out);
}

static struct evidence *open_all(const char *const *paths, size_t count)
{
	struct evidence *e = NULL;
	struct tocsin_error error;

	assert_ok(evidence_open(paths, count, NULL, &e, &error));
	assert_non_null(e);
	return e;
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int clean(void **state)
{
	char command[600];
	pid_t child;

	(void)state;
	snprintf(command, sizeof(command), "%s", top);
	child = fork();
	if (child == 0) {
		execlp("rm", "rm", "-rf", command, (char *)NULL);
		_exit(1);
	}
	return child > 0 && waitpid(child, NULL, 0) == child ? 0 : -1;
}

static void test_walk(void **state)
{
	const char *const paths[] = {top};
	struct evidence *e;
	struct buf text = {0};

	(void)state;
	folder("b");
	folder("b/deep");
	folder("b.d");
	put_log("a.evtx");
	put_log("b/2.evtx");
	put_log("b/10.dat"); /* the name does not matter */
	put_log("b/deep/x.evtx");
	put_log("b.d/y.evtx");
	put_log("c.evtx");
	put_log("B.evtx");
	put("notes.txt", "hello", 5);
	put("empty.txt", "", 0);
	put("foreign.EVTX", "hello", 5);
	put("nothing.evtx", "", 0);
	put("old.evt", "\x30\0\0\0LfLe", 8);
	link_to("b", "link-to-b");
	link_to("a.evtx", "z-link.evtx");
	link_to("nowhere", "broken");
	e = open_all(paths, 1);
	assert_string_equal(names(&text, e->sources, e->source_count),
			    "B.evtx a.evtx b/10.dat b/2.evtx b/deep/x.evtx b.d/y.evtx c.evtx");
	assert_int_equal(e->bytes, 7 * 4096);
	assert_string_equal(names(&text, e->others, e->other_count),
			    "foreign.EVTX nothing.evtx old.evt");
	assert_int_equal(e->others[0].kind, SOURCE_OTHER);
	assert_non_null(e->others[0].reason);
	assert_string_equal(e->others[1].reason, "an empty file");
	assert_int_equal(e->others[2].kind, SOURCE_EVT);
	assert_int_equal(e->ignored, 2);
	assert_int_equal(e->links, 1);
	assert_int_equal(e->duplicates, 1);
	assert_int_equal(e->error_count, 1);
	assert_non_null(strstr(e->errors[0].path, "/broken"));
	evidence_free(e);
	buf_free(&text);
}

static void test_given(void **state)
{
	char a[512], b[512], c[512], slashes[512], missing[512], notes[512], hard[512];
	const char *paths[9];
	struct evidence *e;
	struct buf text = {0};

	(void)state;
	paths[0] = in(c, "c.evtx");
	paths[1] = in(b, "b/");
	paths[2] = in(slashes, "./b/../b//2.evtx");
	paths[3] = in(a, "a.evtx");
	paths[4] = paths[3];
	paths[5] = in(missing, "missing.evtx");
	paths[6] = in(notes, "notes.txt");
	paths[7] = "/dev/null"; /* a device may never end */
	paths[8] = in(hard, "hard.evtx");
	assert_int_equal(link(a, hard), 0);
	e = open_all(paths, 9);
	/* b/2.evtx is reached by the walk first, and counts as given all the same. */
	assert_string_equal(names(&text, e->sources, e->source_count),
			    "c.evtx* b/10.dat b/2.evtx* b/deep/x.evtx a.evtx*");
	assert_int_equal(e->duplicates, 3);
	assert_string_equal(names(&text, e->others, e->other_count), "notes.txt*");
	assert_non_null(e->others[0].reason);
	assert_int_equal(e->error_count, 2);
	assert_string_equal(e->errors[0].path, missing);
	assert_status(e->errors[0].error.status, TOCSIN_NOT_FOUND);
	assert_string_equal(e->errors[1].path, "/dev/null");
	assert_status(e->errors[1].error.status, TOCSIN_UNSUPPORTED);
	evidence_free(e);
	buf_free(&text);
	assert_int_equal(unlink(hard), 0);
}

/* A process that writes `n` bytes of a log into `fd`, or into the pipe at `path`. */
static pid_t start_writer(int fd, const char *path, size_t n)
{
	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		static uint8_t bytes[4096] = "ElfFile";
		FILE *const f = path ? fopen(path, "wb") : fdopen(fd, "wb");

		for (; f && n; n -= n < sizeof(bytes) ? n : sizeof(bytes)) {
			bytes[200]++;
			if (!fwrite(bytes, n < sizeof(bytes) ? n : sizeof(bytes), 1, f))
				break;
		}
		_exit(!f || fclose(f) ? 1 : 0);
	}
	return child;
}

/* A source that came through a pipe has what start_writer() wrote. */
static void check_written(const struct source *s, const char *path, size_t n)
{
	uint8_t bytes[8] = {0};
	size_t got, at;

	assert_string_equal(s->path, path);
	assert_int_equal(s->size, n);
	assert_non_null(s->file);
	assert_int_equal(os_size(s->file), n);
	for (at = 0; at + 4096 <= n; at += 4096) {
		assert_ok(os_read_at(s->file, at + 200, bytes, 1, &got, NULL));
		assert_int_equal(bytes[0], (at / 4096 + 1) & 0xff);
	}
}

/* Makes `fd` the standard input; returns what it was, for restore_input(). */
static int replace_input(int fd)
{
	const int before = dup(STDIN_FILENO);

	assert_true(before >= 0);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
	return before;
}

static void restore_input(int before)
{
	assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
	close(before);
}

static void test_special(void **state)
{
	char pipe_path[512], given[512];
	const char *const folder_path[] = {in(given, "special")};
	const char *const pipe_given[] = {in(pipe_path, "special/pipe.evtx"), pipe_path};
	struct evidence *e;
	pid_t child;

	(void)state;
	folder("special");
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	put_log("special/a.evtx");
	e = open_all(folder_path, 1); /* would hang if it opened the pipe */
	assert_int_equal(e->source_count, 1);
	assert_int_equal(e->ignored, 1);
	evidence_free(e);
	/* Given, it is read; given twice, it would hang. */
	child = start_writer(-1, pipe_path, 300 * 4096 + 17);
	e = open_all(pipe_given, 2);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(e->error_count, 0);
	assert_int_equal(e->duplicates, 1);
	assert_int_equal(e->source_count, 1);
	check_written(&e->sources[0], pipe_path, 300 * 4096 + 17);
	evidence_free(e);
}

static void test_standard_input(void **state)
{
	const char *const paths[] = {"-", "-", "/dev/stdin"};
	int ends[2], before;
	struct evidence *e;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = start_writer(ends[1], NULL, 40 * 4096);
	close(ends[1]);
	before = replace_input(ends[0]);
	e = open_all(paths, 3);
	restore_input(before);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(e->source_count, 1);
	check_written(&e->sources[0], "-", 40 * 4096);
	assert_true(e->sources[0].given);
	assert_int_equal(e->bytes, 40 * 4096);
	assert_int_equal(e->error_count, 1); /* the second `-` */
	assert_status(e->errors[0].error.status, TOCSIN_USAGE);
	assert_int_equal(e->duplicates, 1); /* its other name */
	evidence_free(e);
}

/* A pipe that the shell names: tocsin events <(...). */
static void test_pipe_by_number(void **state)
{
	char name[64];
	const char *const paths[] = {name};
	struct evidence *e;
	int ends[2];
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	child = start_writer(ends[1], NULL, 4096);
	close(ends[1]);
	e = open_all(paths, 1);
	close(ends[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(e->source_count, 1);
	check_written(&e->sources[0], name, 4096);
	evidence_free(e);
}

/* Evidence of standard input from a file, where `skip` bytes of it were read before. */
static struct evidence *open_input(const char *path, off_t skip, const char *also)
{
	const char *const paths[] = {"-", also};
	const int fd = open(path, O_RDONLY);
	struct evidence *e;
	int before;

	assert_true(fd >= 0);
	if (skip)
		assert_int_equal(lseek(fd, skip, SEEK_SET), skip);
	before = replace_input(fd);
	e = open_all(paths, also ? 2 : 1);
	restore_input(before);
	return e;
}

static void test_standard_input_file(void **state)
{
	static uint8_t bytes[5000] = "xxxxxxxxElfFile";
	char path[512];
	struct evidence *e;
	size_t got;

	(void)state;
	put_log("input.evtx");
	e = open_input(in(path, "input.evtx"), 0, path);
	assert_int_equal(e->source_count, 1);
	assert_int_equal(e->duplicates, 1); /* the same file by its path */
	assert_string_equal(e->sources[0].path, "-");
	assert_int_equal(e->sources[0].size, 4096);
	assert_ok(os_read_at(e->sources[0].file, 0, bytes + 100, 8, &got, NULL));
	assert_memory_equal(bytes + 100, "ElfFile", 8);
	evidence_free(e);

	/* Somebody has read the start of it: the rest is the log. */
	put("input.bin", bytes, sizeof(bytes));
	e = open_input(in(path, "input.bin"), 8, NULL);
	assert_int_equal(e->source_count, 1);
	assert_int_equal(e->sources[0].size, sizeof(bytes) - 8);
	evidence_free(e);

	put("input.evt", "\x30\0\0\0LfLe", 8);
	e = open_input(in(path, "input.evt"), 0, NULL);
	assert_int_equal(e->source_count, 0);
	assert_int_equal(e->other_count, 1);
	assert_string_equal(e->others[0].path, "-");
	assert_int_equal(e->others[0].kind, SOURCE_EVT);
	assert_non_null(strstr(e->others[0].reason, "wevtutil"));
	assert_null(e->others[0].file);
	evidence_free(e);

	e = open_input("/dev/null", 0, NULL);
	assert_int_equal(e->other_count, 1);
	assert_string_equal(e->others[0].reason, "an empty file");
	evidence_free(e);

	e = open_input(top, 0, NULL); /* a folder can't be read as bytes */
	assert_int_equal(e->error_count, 1);
	assert_status(e->errors[0].error.status, TOCSIN_IO);
	evidence_free(e);
}

/* Reading fails behind some bytes: they are evidence, and the rest is an error with its place. */
static void test_standard_input_fails(void **state)
{
	static const uint8_t bytes[6000] = "ElfFile";
	const char *const paths[] = {"-"};
	struct evidence *e;
	int ends[2], before;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(write(ends[1], bytes, sizeof(bytes)), (ssize_t)sizeof(bytes));
	assert_int_equal(write(ends[0], "x", 1), 1);
	close(ends[1]); /* with a byte that it has not read: a reset */
	before = replace_input(ends[0]);
	e = open_all(paths, 1);
	restore_input(before);
	assert_int_equal(e->error_count, 1);
	assert_string_equal(e->errors[0].path, "-");
	assert_status(e->errors[0].error.status, TOCSIN_IO);
	assert_int_equal(e->errors[0].error.offset, sizeof(bytes));
	assert_int_equal(e->source_count, 1);
	assert_int_equal(e->sources[0].size, sizeof(bytes));
	evidence_free(e);
}

/* For carving every regular file is a source. */
static void test_every_file(void **state)
{
	static const struct evidence_options every = {.every_file = true};
	char path[512];
	const char *const paths[] = {in(path, "every")};
	struct evidence *e = NULL;
	struct tocsin_error error;
	struct buf text = {0};
	char fifo[512];
	size_t i;

	(void)state;
	folder("every");
	folder("every/below");
	put_log("every/a.evtx");
	put("every/below/disk.img", "hello", 5);
	put("every/empty", "", 0);
	put("every/old.evt", "\x30\0\0\0LfLe", 8);
	assert_int_equal(mkfifo(in(fifo, "every/pipe"), 0600), 0);
	assert_ok(evidence_open(paths, 1, &every, &e, &error));
	assert_string_equal(names(&text, e->sources, e->source_count),
			    "every/a.evtx every/below/disk.img every/empty every/old.evt");
	for (i = 0; i < e->source_count; i++)
		assert_null(e->sources[i].reason);
	assert_int_equal(e->other_count, 0);
	assert_int_equal(e->ignored, 1);
	assert_int_equal(e->bytes, 4096 + 5 + 8);
	evidence_free(e);
	buf_free(&text);
}

static void test_unreadable(void **state)
{
	char locked[512], closed[512], given[512];
	const char *const paths[] = {in(given, "locked")};
	struct evidence *e;

	(void)state;
	folder("locked");
	folder("locked/closed");
	put_log("locked/a.evtx");
	put_log("locked/b.evtx");
	assert_int_equal(chmod(in(locked, "locked/a.evtx"), 0), 0);
	assert_int_equal(chmod(in(closed, "locked/closed"), 0), 0);
	e = open_all(paths, 1);
	if (geteuid() == 0) { /* nothing is locked for root */
		assert_int_equal(e->source_count, 2);
	} else {
		assert_int_equal(e->source_count, 1);
		assert_int_equal(e->error_count, 2);
	}
	evidence_free(e);
	chmod(closed, 0777);
}

/* As deep as the limit allows, and one more. */
static void test_deep(void **state)
{
	char path[4096], given[512];
	const char *const paths[] = {in(given, "deep")};
	struct evidence *e;
	size_t n = (size_t)snprintf(path, sizeof(path), "%s/deep", top);
	unsigned i;
	FILE *f;

	(void)state;
	assert_int_equal(mkdir(path, 0777), 0);
	for (i = 1; i < LIMIT_WALK_DEPTH + 2; i++) {
		n += (size_t)snprintf(path + n, sizeof(path) - n, "/d");
		assert_int_equal(mkdir(path, 0777), 0);
		if (i == LIMIT_WALK_DEPTH - 1) {
			snprintf(path + n, sizeof(path) - n, "/x.evtx");
			f = fopen(path, "wb");
			assert_non_null(f);
			assert_int_equal(fwrite("ElfFile\0", 1, 8, f), 8);
			fclose(f);
			path[n] = 0;
		}
	}
	e = open_all(paths, 1);
	assert_int_equal(e->source_count, 1);
	assert_int_equal(e->error_count, 1);
	assert_status(e->errors[0].error.status, TOCSIN_LIMIT);
	evidence_free(e);
}

static void test_lost_header(void **state)
{
	static uint8_t bytes[CHUNK_AT + 3 * 65536];
	char given[512];
	const char *const paths[] = {in(given, "lost")};
	struct evidence *e;
	struct buf text = {0};

	(void)state;
	folder("lost");
	memcpy(bytes + CHUNK_AT, "ElfChnk", 8);
	put("lost/wiped.evtx", bytes, sizeof(bytes));
	put("lost/wiped.bin", bytes, sizeof(bytes)); /* nothing says that it might be a log */
	put("lost/headless.bin", bytes + CHUNK_AT, 65536);
	memcpy(bytes, "garbage", 7);
	memset(bytes + CHUNK_AT, 0, 8);
	memcpy(bytes + CHUNK_AT + 2 * 65536, "ElfChnk", 8);
	put("lost/garbage.evtx", bytes, sizeof(bytes));
	e = open_all(paths, 1);
	assert_string_equal(names(&text, e->sources, e->source_count),
			    "lost/garbage.evtx lost/headless.bin lost/wiped.evtx");
	assert_int_equal(e->ignored, 1);
	evidence_free(e);
	buf_free(&text);
}

static enum source_kind kind_of(const void *bytes, size_t n)
{
	return source_recognise((struct view){bytes, n});
}

static void test_recognise(void **state)
{
	uint8_t etl[108] = {0};
	size_t i;

	(void)state;
	assert_int_equal(kind_of("ElfFile\0", 8), SOURCE_EVTX);
	assert_int_equal(kind_of("ElfChnk\0", 8), SOURCE_EVTX);
	assert_int_equal(kind_of("ElfFile", 7), SOURCE_OTHER);
	assert_int_equal(kind_of("\x30\0\0\0LfLe", 8), SOURCE_EVT);
	assert_int_equal(kind_of("\x30\0\0\0LfL", 7), SOURCE_OTHER);
	assert_int_equal(kind_of(NULL, 0), SOURCE_OTHER);
	put32(etl, 65536);
	put32(etl + 48, 400);
	put16(etl + 72, 2);
	etl[74] = 2;
	etl[75] = 0xc0;
	put32(etl + 104, 65536);
	assert_int_equal(kind_of(etl, sizeof(etl)), SOURCE_ETL);
	for (i = 0; i < sizeof(etl); i++)
		assert_int_equal(kind_of(etl, i), SOURCE_OTHER);
	put32(etl + 104, 65537);
	assert_int_equal(kind_of(etl, sizeof(etl)), SOURCE_OTHER);
}

static void test_host(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"EX01", "ex01", true},
		{"EX01", "ex01.corp.example", true},
		{"EX01.corp.example", "ex01", true},
		{"EX01.corp.example", "ex01.CORP.example.", true},
		{"EX01", "EX011", false},
		{"EX01", "EX011.corp.example", false},
		{"EX01", "EX0", false},
		{"EX01.a.example", "EX01.b.example", false},
		{"EX01.corp", "EX01.corp.example", false},
		{"", "", true},
		{"", "EX01", false},
		{"", ".corp.example", false},
		{NULL, "", true},
		{NULL, "EX01", false},
		{"M\xc3\x9cLLER", "m\xc3\xbcller.corp.example", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(host_same(cases[i].a, cases[i].b), cases[i].same);
		assert_int_equal(host_same(cases[i].b, cases[i].a), cases[i].same);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_special),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_lost_header),
		cmocka_unit_test(test_recognise),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_standard_input),
		cmocka_unit_test(test_standard_input_file),
		cmocka_unit_test(test_standard_input_fails),
		cmocka_unit_test(test_pipe_by_number),
		cmocka_unit_test(test_every_file),
	};

	return cmocka_run_group_tests(tests, set_up, clean);
}
