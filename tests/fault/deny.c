/* Makes system calls on given paths fail. Preload it into the program. Each line of the file $DENY_LIST has the kind
   of call, an error number and an absolute path, separated by single spaces:

     open ERROR PATH   the file or folder cannot be opened
     read ERROR PATH   the file can be opened, but not read
     list ERROR PATH   the folder can be opened, but not listed
     stat ERROR PATH   the metadata of PATH cannot be read
     watch 0 PATH      nothing fails; the path of each opened file that is PATH or lies below it is appended to the
                       file $DENY_LOG */
#include "trap.h"

enum { OPEN = 'o', READ = 'r', LIST = 'l', STAT = 's', WATCH = 'w' };

static struct rule {
    int kind, error;
    const char *path;
    size_t length;
} rules[512];
static int count, watches;
static long log_fd = -1;

/* The negative error number with which calls of a kind fail for a path; 0 if they do not fail. */
static long denied(int kind, const char *path) {
    for (int i = 0; i < count; i++)
        if (rules[i].kind == kind && !strcmp(rules[i].path, path)) return -rules[i].error;
    return 0;
}

/* A call that opens `name`, relative to `folder`. */
static long opened(long number, const long *args, long folder, const char *name) {
    char path[PATH_MAX];
    if (path_at(folder, name, path)) {
        long error = denied(OPEN, path);
        if (error) return error;
    }
    long fd = pass(number, args[0], args[1], args[2], args[3], args[4]);
    if (fd >= 0 && watches && path_of(fd, path)) {
        for (int i = 0; i < count; i++) {
            if (rules[i].kind != WATCH || !is_below(path, rules[i].path, rules[i].length)) continue;
            struct iovec pieces[] = {{path, strlen(path)}, {"\n", 1}};
            pass(__NR_writev, log_fd, (long)pieces, 2, 0, 0);
        }
    }
    return fd;
}

/* A call that reads the metadata of `name`, relative to `folder`. */
static long stat_at(long number, const long *args, long folder, const char *name) {
    char path[PATH_MAX];
    long error = name && *name && path_at(folder, name, path) ? denied(STAT, path) : 0;
    return error ? error : pass(number, args[0], args[1], args[2], args[3], args[4]);
}

/* A call that reads from the open file or folder args[0]. */
static long read_from(long number, const long *args, int kind) {
    char path[PATH_MAX];
    long error = path_of(args[0], path) ? denied(kind, path) : 0;
    return error ? error : pass(number, args[0], args[1], args[2], args[3], args[4]);
}

static long on_call(long number, const long *args) {
    switch (number) {
    case __NR_openat:
    case __NR_openat2: return opened(number, args, args[0], (const char *)args[1]);
    case __NR_newfstatat:
    case __NR_statx: return stat_at(number, args, args[0], (const char *)args[1]);
    case __NR_read:
    case __NR_pread64:
    case __NR_readv: return read_from(number, args, READ);
    case __NR_getdents64: return read_from(number, args, LIST);
#ifdef __NR_open
    case __NR_open: return opened(number, args, AT_FDCWD, (const char *)args[0]);
    case __NR_stat:
    case __NR_lstat: return stat_at(number, args, AT_FDCWD, (const char *)args[0]);
#endif
    }
    return -ENOSYS;
}

__attribute__((constructor)) static void begin(void) {
    static char text[1 << 17];
    const char *list = getenv("DENY_LIST"), *log = getenv("DENY_LOG");
    int fd = list ? open(list, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return;
    size_t length = 0;
    ssize_t more;
    while ((more = read(fd, text + length, sizeof text - 1 - length)) > 0) length += (size_t)more;
    close(fd);
    if (log) log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    for (char *line = strtok(text, "\n"); line && count < 512; line = strtok(NULL, "\n")) {
        char *error = strchr(line, ' '), *path = error ? strchr(error + 1, ' ') : NULL;
        /* The line has no two spaces, so it is invalid. */
        if (!path) _exit(78);
        rules[count] = (struct rule){line[0], atoi(error), path + 1, strlen(path + 1)};
        watches += rules[count].kind == WATCH;
        count++;
    }
    static const int calls[] = {
        __NR_openat, __NR_openat2, __NR_newfstatat, __NR_statx, __NR_read, __NR_pread64, __NR_readv, __NR_getdents64,
#ifdef __NR_open
        __NR_open, __NR_stat, __NR_lstat,
#endif
    };
    if (count) trap(calls, sizeof calls / sizeof *calls);
}
