/* Records the changes of a folder. Preload it into the program. It appends to $RECORD_LOG, in order, every change of
   content and names below $RECORD_DIR, every sync of a file or folder there, and every sync of a whole file system.
   From the log, a test computes what a power cut would leave. Rights and times are not recorded. With $RECORD_NO_LINKS,
   hard links fail as on FAT. Syncs are recorded but not executed, to save time.

   An entry of the log is a struct entry, followed by its two pieces of data. */
#include "trap.h"

enum {
    CREATE = 1, /* inode, path */
    RESIZE,     /* inode, length */
    WRITE,      /* inode, offset, data */
    RENAME,     /* from, to */
    LINK,       /* inode, path */
    UNLINK,     /* path */
    MKDIR,      /* inode, path */
    RMDIR,      /* path */
    SYNC,       /* inode, path: a file or a folder */
    SYNC_ALL,
    UNKNOWN, /* name of a call whose effect is not recorded */
};

/* `first` and `second` are the lengths of the two pieces of data. `at` is an offset or a length. */
struct entry {
    uint32_t kind, first, second, padding;
    uint64_t inode, at;
};

static const char *dir;
static size_t dir_length;
static int no_links;
static long log_fd = -1;
static atomic_flag busy = ATOMIC_FLAG_INIT;

static void lock(void) {
    while (atomic_flag_test_and_set(&busy)) pass(__NR_sched_yield, 0, 0, 0, 0, 0);
}

static void unlock(void) {
    atomic_flag_clear(&busy);
}

/* Whether a path is the recorded folder or lies in it. */
static int records(const char *path) {
    return is_below(path, dir, dir_length);
}

/* Appends an entry to the log. */
static void append(int kind, uint64_t inode, uint64_t at, const void *first, size_t first_length, const char *second) {
    size_t second_length = second ? strlen(second) : 0;
    struct entry entry = {kind, (uint32_t)first_length, (uint32_t)second_length, 0, inode, at};
    struct iovec pieces[] = {
        {&entry, sizeof entry}, {(void *)first, first_length}, {(void *)second, second_length}};
    long expected = (long)(sizeof entry + first_length + second_length);
    if (pass(__NR_writev, log_fd, (long)pieces, 3, 0, 0) != expected) _exit(78);
}

static void append_path(int kind, uint64_t inode, const char *path) {
    append(kind, inode, 0, path, strlen(path), NULL);
}

/* Reads the metadata of an open file; 0 if that fails. */
static int metadata_of(long fd, struct stat *about) {
    return !pass(__NR_fstat, fd, (long)about, 0, 0, 0);
}

/* Reads the metadata of the file or link at a path; 0 if that fails. */
static int metadata_at(const char *path, struct stat *about) {
    return !pass(__NR_newfstatat, AT_FDCWD, (long)path, (long)about, AT_SYMLINK_NOFOLLOW, 0);
}

/* A call that opens `name`, relative to `folder`, and may create or empty the file. */
static long opened(long number, const long *args, long folder, const char *name, long flags) {
    char path[PATH_MAX];
    struct stat about;
    int creates = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
    if (!creates && !(flags & O_TRUNC)) return pass(number, args[0], args[1], args[2], args[3], args[4]);
    if (!path_at(folder, name, path) || !records(path))
        return pass(number, args[0], args[1], args[2], args[3], args[4]);
    lock();
    int existed = (flags & O_TMPFILE) != O_TMPFILE && metadata_at(path, &about);
    long fd = pass(number, args[0], args[1], args[2], args[3], args[4]);
    if (fd >= 0 && metadata_of(fd, &about) && S_ISREG(about.st_mode)) {
        if ((flags & O_TMPFILE) == O_TMPFILE) append_path(CREATE, about.st_ino, "");
        else if (!existed) append_path(CREATE, about.st_ino, path);
        else if (flags & O_TRUNC) append(RESIZE, about.st_ino, 0, NULL, 0, NULL);
    }
    unlock();
    return fd;
}

/* A call that writes `count` pieces at the offset `at`; if `at` is negative, at the position of the open file. */
static long written(long number, const long *args, const struct iovec *pieces, long count, int64_t at) {
    char path[PATH_MAX];
    struct stat about;
    if (!path_of(args[0], path) || !records(path)) return pass(number, args[0], args[1], args[2], args[3], args[4]);
    lock();
    long length = pass(number, args[0], args[1], args[2], args[3], args[4]);
    if (length > 0 && metadata_of(args[0], &about) && S_ISREG(about.st_mode)) {
        if (at < 0) at = pass(__NR_lseek, args[0], 0, SEEK_CUR, 0, 0) - length;
        long left = length;
        for (long i = 0; i < count && left > 0; i++) {
            long now = (long)pieces[i].iov_len < left ? (long)pieces[i].iov_len : left;
            append(WRITE, about.st_ino, (uint64_t)at, pieces[i].iov_base, (size_t)now, NULL);
            at += now;
            left -= now;
        }
    }
    unlock();
    return length;
}

static long resized(long number, const long *args) {
    char path[PATH_MAX];
    struct stat about;
    if (!path_of(args[0], path) || !records(path)) return pass(number, args[0], args[1], args[2], args[3], args[4]);
    lock();
    long result = pass(number, args[0], args[1], args[2], args[3], args[4]);
    if (!result && metadata_of(args[0], &about)) append(RESIZE, about.st_ino, (uint64_t)about.st_size, NULL, 0, NULL);
    unlock();
    return result;
}

static long renamed(long number, const long *args, long from_dir, const char *from, long to_dir, const char *to,
                    long flags) {
    static char from_path[PATH_MAX], to_path[PATH_MAX];
    lock();
    int known = path_at(from_dir, from, from_path) && path_at(to_dir, to, to_path);
    long result = pass(number, args[0], args[1], args[2], args[3], args[4]);
    if (!result && known && (records(from_path) || records(to_path))) {
        if (flags & ~RENAME_NOREPLACE || !records(from_path) || !records(to_path)) append_path(UNKNOWN, 0, "rename");
        else append(RENAME, 0, 0, from_path, strlen(from_path), to_path);
    }
    unlock();
    return result;
}

static long linked(long number, const long *args, long to_dir, const char *to) {
    char path[PATH_MAX];
    struct stat about;
    if (!path_at(to_dir, to, path) || !records(path)) return pass(number, args[0], args[1], args[2], args[3], args[4]);
    if (no_links) return -EPERM;
    lock();
    long result = pass(number, args[0], args[1], args[2], args[3], args[4]);
    if (!result && metadata_at(path, &about)) append_path(LINK, about.st_ino, path);
    unlock();
    return result;
}

/* A call that is given one path and creates or removes that name, or (UNKNOWN) has an effect that is not recorded. */
static long named(long number, const long *args, int kind, long folder, const char *name) {
    char path[PATH_MAX];
    struct stat about;
    if (!path_at(folder, name, path) || !records(path))
        return pass(number, args[0], args[1], args[2], args[3], args[4]);
    lock();
    long result = pass(number, args[0], args[1], args[2], args[3], args[4]);
    if (!result) {
        uint64_t inode = kind == MKDIR && metadata_at(path, &about) ? about.st_ino : 0;
        if (kind == UNKNOWN) append_path(UNKNOWN, 0, "symlink, mknod or truncate");
        else append_path(kind, inode, path);
    }
    unlock();
    return result;
}

static long synced(const long *args) {
    char path[PATH_MAX];
    struct stat about;
    if (!metadata_of(args[0], &about)) return -EBADF;
    if (path_of(args[0], path) && records(path)) {
        lock();
        append_path(SYNC, about.st_ino, path);
        unlock();
    }
    return 0;
}

/* Whether an open file is below the recorded folder. */
static int records_fd(long fd) {
    char path[PATH_MAX];
    return path_of(fd, path) && records(path);
}

static long on_call(long number, const long *args) {
    struct iovec one = {(void *)args[1], (size_t)args[2]};
    switch (number) {
    case __NR_openat: return opened(number, args, args[0], (const char *)args[1], args[2]);
    case __NR_openat2:
        return opened(number, args, args[0], (const char *)args[1],
                      args[2] ? (long)((const struct open_how *)args[2])->flags : 0);
    case __NR_write: return written(number, args, &one, 1, -1);
    case __NR_pwrite64: return written(number, args, &one, 1, args[3]);
    case __NR_writev: return written(number, args, (const struct iovec *)args[1], args[2], -1);
    case __NR_pwritev: return written(number, args, (const struct iovec *)args[1], args[2], args[3]);
    case __NR_ftruncate:
    case __NR_fallocate: return resized(number, args);
    case __NR_renameat2:
        return renamed(number, args, args[0], (const char *)args[1], args[2], (const char *)args[3], args[4]);
    case __NR_linkat: return linked(number, args, args[2], (const char *)args[3]);
    case __NR_unlinkat:
        return named(number, args, args[2] & AT_REMOVEDIR ? RMDIR : UNLINK, args[0], (const char *)args[1]);
    case __NR_mkdirat: return named(number, args, MKDIR, args[0], (const char *)args[1]);
    case __NR_symlinkat: return named(number, args, UNKNOWN, args[1], (const char *)args[2]);
    case __NR_mknodat: return named(number, args, UNKNOWN, args[0], (const char *)args[1]);
    case __NR_truncate: return named(number, args, UNKNOWN, AT_FDCWD, (const char *)args[0]);
    case __NR_fsync:
    case __NR_fdatasync: return synced(args);
    case __NR_syncfs:
    case __NR_sync:
        lock();
        append(SYNC_ALL, 0, 0, NULL, 0, NULL);
        unlock();
        return 0;
    /* Programs fall back to plain writes if these calls are not available. */
    case __NR_copy_file_range: return records_fd(args[2]) ? -EXDEV : -ENOSYS;
    case __NR_sendfile:
        return records_fd(args[0]) ? -EINVAL : pass(number, args[0], args[1], args[2], args[3], args[4]);
    case __NR_splice:
    case __NR_pwritev2:
    case __NR_io_uring_setup: return -ENOSYS;
#ifdef __NR_open
    case __NR_open: return opened(number, args, AT_FDCWD, (const char *)args[0], args[1]);
    case __NR_creat: return opened(number, args, AT_FDCWD, (const char *)args[0], O_CREAT | O_TRUNC | O_WRONLY);
    case __NR_rename:
        return renamed(number, args, AT_FDCWD, (const char *)args[0], AT_FDCWD, (const char *)args[1], 0);
    case __NR_link: return linked(number, args, AT_FDCWD, (const char *)args[1]);
    case __NR_unlink: return named(number, args, UNLINK, AT_FDCWD, (const char *)args[0]);
    case __NR_rmdir: return named(number, args, RMDIR, AT_FDCWD, (const char *)args[0]);
    case __NR_mkdir: return named(number, args, MKDIR, AT_FDCWD, (const char *)args[0]);
    case __NR_symlink: return named(number, args, UNKNOWN, AT_FDCWD, (const char *)args[1]);
#endif
#ifdef __NR_renameat
    case __NR_renameat:
        return renamed(number, args, args[0], (const char *)args[1], args[2], (const char *)args[3], 0);
#endif
    }
    return -ENOSYS;
}

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("RECORD_LOG");
    dir = getenv("RECORD_DIR");
    if (!dir || !log) return;
    dir_length = strlen(dir);
    no_links = getenv("RECORD_NO_LINKS") != NULL;
    log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0) _exit(78);
    static const int calls[] = {
        __NR_openat, __NR_openat2, __NR_write, __NR_pwrite64, __NR_writev, __NR_pwritev, __NR_ftruncate,
        __NR_fallocate, __NR_renameat2, __NR_linkat, __NR_unlinkat, __NR_mkdirat, __NR_symlinkat, __NR_mknodat,
        __NR_truncate, __NR_fsync, __NR_fdatasync, __NR_syncfs, __NR_sync, __NR_copy_file_range, __NR_sendfile,
        __NR_splice, __NR_pwritev2, __NR_io_uring_setup,
#ifdef __NR_open
        __NR_open, __NR_creat, __NR_rename, __NR_link, __NR_unlink, __NR_rmdir, __NR_mkdir, __NR_symlink,
#endif
#ifdef __NR_renameat
        __NR_renameat,
#endif
    };
    trap(calls, sizeof calls / sizeof *calls);
}
