/* Limits the number of threads. Preload it into the program: after the first $FAULT_THREADS threads of a process,
   creating a thread fails. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_long made;

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg) {
    const char *limit = getenv("FAULT_THREADS");
    if (limit && atomic_fetch_add(&made, 1) >= atol(limit)) return EAGAIN;
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attr, run, arg);
}
