/* Makes system calls of a build fail. Preload it into the program. It counts the calls that create, write, resize,
   rename, link or sync something below $FAULT_DIR, but not those that remove something. $FAULT_KIND says what happens
   at call number $FAULT_AT, the first being 1: "full" and "readonly" (this call and all later ones fail), "io" (only
   this call fails), "short" (write and pwrite write only half; any other call succeeds). If $FAULT_AT is 0, no call
   fails. If $FAULT_ONLY is set, only syncs are counted and fail. At the end, the number of calls is written to the file
   $FAULT_COUNT. */
#include "trap.h"

static atomic_long calls;
static char dir[PATH_MAX];
static const char *kind, *only_syncs;
static long fault_at;
static size_t dir_length;

/* Counts a call. Returns 0 if it should succeed, the negative error number if it should fail, 1 for half a write. */
static long next_fault(void) {
    long now = atomic_fetch_add(&calls, 1) + 1;
    if (!fault_at || now < fault_at) return 0;
    if (!strcmp(kind, "full")) return -ENOSPC;
    if (!strcmp(kind, "readonly")) return -EROFS;
    if (now > fault_at) return 0;
    return strcmp(kind, "short") ? -EIO : 1;
}

static int below_fd(long fd) {
    char path[PATH_MAX];
    return path_of(fd, path) && is_below(path, dir, dir_length);
}

static int below_at(long folder, const char *name) {
    char path[PATH_MAX];
    return path_at(folder, name, path) && is_below(path, dir, dir_length);
}

/* Whether a call is counted: whether it creates, writes, resizes, renames, links or syncs something in the folder or,
   if only syncs are counted, whether it syncs something there. */
static int is_counted(long number, const long *args) {
    switch (number) {
    case __NR_fsync:
    case __NR_fdatasync: return below_fd(args[0]);
    }
    if (only_syncs) return 0;
    switch (number) {
    case __NR_write:
    case __NR_pwrite64:
    case __NR_writev:
    case __NR_ftruncate: return below_fd(args[0]);
    case __NR_renameat:
    case __NR_renameat2:
    case __NR_linkat: return below_at(args[2], (const char *)args[3]);
    case __NR_mkdirat: return below_at(args[0], (const char *)args[1]);
    case __NR_openat: return (args[2] & O_CREAT) && below_at(args[0], (const char *)args[1]);
    case __NR_openat2:
        return (((const struct open_how *)args[2])->flags & O_CREAT) && below_at(args[0], (const char *)args[1]);
#ifdef __NR_open
    case __NR_open: return (args[1] & O_CREAT) && below_at(AT_FDCWD, (const char *)args[0]);
    case __NR_mkdir: return below_at(AT_FDCWD, (const char *)args[0]);
    case __NR_rename:
    case __NR_link: return below_at(AT_FDCWD, (const char *)args[1]);
#endif
    }
    return 0;
}

static long on_call(long number, const long *args) {
    long count = args[2];
    if (is_counted(number, args)) {
        long error = next_fault();
        if (error < 0) return error;
        if (error && count > 1 && (number == __NR_write || number == __NR_pwrite64)) count /= 2;
    }
    return pass(number, args[0], args[1], count, args[3], args[4]);
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("FAULT_DIR");
    if (!folder || strlen(folder) >= sizeof dir) return;
    strcpy(dir, folder);
    dir_length = strlen(dir);
    kind = getenv("FAULT_KIND") ? getenv("FAULT_KIND") : "";
    only_syncs = getenv("FAULT_ONLY");
    fault_at = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
    static const int traps[] = {
        __NR_write, __NR_pwrite64, __NR_writev, __NR_ftruncate, __NR_fsync, __NR_fdatasync, __NR_renameat,
        __NR_renameat2, __NR_linkat, __NR_mkdirat, __NR_openat, __NR_openat2,
#ifdef __NR_open
        __NR_open, __NR_mkdir, __NR_rename, __NR_link,
#endif
    };
    trap(traps, sizeof traps / sizeof *traps);
}

__attribute__((destructor)) static void end(void) {
    const char *count = getenv("FAULT_COUNT");
    FILE *file = count ? fopen(count, "w") : NULL;
    if (file) {
        fprintf(file, "%ld\n", atomic_load(&calls));
        fclose(file);
    }
}
