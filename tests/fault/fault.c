/* A file system that fails: preloaded into the indexer, it counts the calls that change what lies below
   $FAULT_DIR and lets the one numbered $FAULT_AT fail as $FAULT_KIND says: "full" and "readonly"
   (that one and all after it), "io" (that one), "short" (a write that writes half).
   With $FAULT_COUNT, the number of calls is written to that file at the end. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static const char *dir, *kind;
static long at;
static size_t dir_length;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    dir = getenv("FAULT_DIR");
    dir_length = dir ? strlen(dir) : 0;
    kind = getenv("FAULT_KIND") ? getenv("FAULT_KIND") : "";
    at = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
}

__attribute__((destructor)) static void end(void) {
    const char *count = getenv("FAULT_COUNT");
    FILE *file = count ? fopen(count, "w") : NULL;
    if (file) {
        fprintf(file, "%ld\n", atomic_load(&calls));
        fclose(file);
    }
}

static int below(const char *path) {
    return dir && path && !strncmp(path, dir, dir_length);
}

static int below_fd(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

/* 0, or the error that the call is to have; -1 for half a write. */
static int fault(void) {
    long now = atomic_fetch_add(&calls, 1) + 1;
    if (!at || now < at) return 0;
    if (!strcmp(kind, "full")) return ENOSPC;
    if (!strcmp(kind, "readonly")) return EROFS;
    if (now > at) return 0;
    return strcmp(kind, "short") ? EIO : -1;
}

#define FAIL(condition)                         \
    if (condition) {                            \
        int error = fault();                    \
        if (error > 0) {                        \
            errno = error;                      \
            return -1;                          \
        }                                       \
    }

ssize_t write(int fd, const void *bytes, size_t count) {
    if (below_fd(fd)) {
        int error = fault();
        if (error > 0) {
            errno = error;
            return -1;
        }
        if (error < 0 && count > 1) count /= 2;
    }
    return REAL(write)(fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    FAIL(below_fd(fd))
    return REAL(writev)(fd, pieces, count);
}

int fsync(int fd) {
    FAIL(below_fd(fd))
    return REAL(fsync)(fd);
}

int fdatasync(int fd) {
    FAIL(below_fd(fd))
    return REAL(fdatasync)(fd);
}

int rename(const char *from, const char *to) {
    FAIL(below(to))
    return REAL(rename)(from, to);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
    FAIL(below(to))
    return REAL(linkat)(from_dir, from, to_dir, to, flags);
}

int mkdir(const char *path, mode_t mode) {
    FAIL(below(path))
    return REAL(mkdir)(path, mode);
}

int ftruncate64(int fd, off64_t length) {
    FAIL(below_fd(fd))
    return REAL(ftruncate64)(fd, length);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t count, unsigned flags) {
    FAIL(below_fd(to))
    return REAL(copy_file_range)(from, from_at, to, to_at, count, flags);
}

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    FAIL((flags & O_ACCMODE) != O_RDONLY && below(path))
    return real(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return opened(REAL(open64), path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return opened(REAL(open), path, flags, mode);
}
