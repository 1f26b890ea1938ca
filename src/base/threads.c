/* SPDX-License-Identifier: Apache-2.0 */
/* Threads over pthreads; see threads.h. */
#include "base/threads.h"

#include <assert.h>

static void *enter(void *argument)
{
	const struct thread *const t = argument;

	t->run(t->argument);
	return NULL;
}

bool thread_start(struct thread *t, void (*run)(void *argument), void *argument)
{
	t->run = run;
	t->argument = argument;
	return pthread_create(&t->handle, NULL, enter, t) == 0;
}

void thread_join(struct thread *t)
{
	pthread_join(t->handle, NULL);
}

bool mutex_init(struct mutex *m)
{
	return pthread_mutex_init(&m->handle, NULL) == 0;
}

void mutex_destroy(struct mutex *m)
{
	pthread_mutex_destroy(&m->handle);
}

void mutex_lock(struct mutex *m)
{
	const int failed = pthread_mutex_lock(&m->handle);

	assert(!failed);
	(void)failed;
}

void mutex_unlock(struct mutex *m)
{
	const int failed = pthread_mutex_unlock(&m->handle);

	assert(!failed);
	(void)failed;
}

bool cond_init(struct cond *c)
{
	return pthread_cond_init(&c->handle, NULL) == 0;
}

void cond_destroy(struct cond *c)
{
	pthread_cond_destroy(&c->handle);
}

void cond_wait(struct cond *c, struct mutex *m)
{
	pthread_cond_wait(&c->handle, &m->handle);
}

void cond_broadcast(struct cond *c)
{
	pthread_cond_broadcast(&c->handle);
}
