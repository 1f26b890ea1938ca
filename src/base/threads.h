/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads, locks and conditions: the little of pthreads that tocsin uses (mingw-w64's posix variant
 * has it as well). Lock and unlock can't fail on a lock that was set up, so they return nothing.
 */
#ifndef TOCSIN_BASE_THREADS_H
#define TOCSIN_BASE_THREADS_H

#include <pthread.h>
#include <stdbool.h>

struct thread {
	pthread_t handle;
	void (*run)(void *argument);
	void *argument;
};

struct mutex {
	pthread_mutex_t handle;
};

struct cond {
	pthread_cond_t handle;
};

/* Starts run(argument); `t` must stay where it is until thread_join(). False when the system has no
 * thread left. */
bool thread_start(struct thread *t, void (*run)(void *argument), void *argument);
void thread_join(struct thread *t);

bool mutex_init(struct mutex *m);
void mutex_destroy(struct mutex *m);
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);

bool cond_init(struct cond *c);
void cond_destroy(struct cond *c);

/* Gives `m` up while it waits; may return for no reason, so wait in a loop on the condition. */
void cond_wait(struct cond *c, struct mutex *m);
void cond_broadcast(struct cond *c);

#endif
