/* Lets a preloaded library see system calls, whether or not they are made by the C library.

   A preloaded library can replace functions of the C library, but some crates make system calls without the C library,
   such as the rename of a temporary file. So a seccomp filter sends the calls that the preloaded library names to a
   signal handler, which makes each call itself, or does not. The filter lets the calls of the handler through, because
   the handler sets their sixth argument, which these system calls do not use, to PASS. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#define PASS 0x57454e53

/* Makes a system call that the filter lets through; gives its result, or the negative error number. */
static long pass(long number, long a, long b, long c, long d, long e) {
#if defined __x86_64__
    long result;
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = PASS;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined __aarch64__
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = PASS;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
#else
#error "the registers of this processor are not known here"
#endif
}

/* What the library does in the place of a system call. `number` is that of the call, `args` has five arguments. Returns
   the result of the call, or the negative error number. */
static long on_call(long number, const long *args);

static void trapped(int signal, siginfo_t *about, void *context) {
    (void)signal;
    ucontext_t *at = context;
#if defined __x86_64__
    greg_t *regs = at->uc_mcontext.gregs;
    long args[] = {regs[REG_RDI], regs[REG_RSI], regs[REG_RDX], regs[REG_R10], regs[REG_R8]};
    regs[REG_RAX] = on_call(about->si_syscall, args);
#else
    unsigned long long *regs = at->uc_mcontext.regs;
    long args[] = {regs[0], regs[1], regs[2], regs[3], regs[4]};
    regs[0] = on_call(about->si_syscall, args);
#endif
}

/* Sends these system calls to on_call, from now on, in this thread and in all threads that it starts. */
static void trap(const int *calls, int count) {
    struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};
    sigfillset(&action.sa_mask);
    struct sock_filter filter[256];
    int length = 0;
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5]));
    filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PASS, 0, 1);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int i = 0; i < count; i++) {
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], 0, 1);
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    }
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {(unsigned short)length, filter};
    if (sigaction(SIGSYS, &action, NULL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        static const char sorry[] = "cannot install the filter of system calls\n";
        write(2, sorry, sizeof sorry - 1);
        _exit(77);
    }
}

/* Writes the path of an open file into `path`, which has room for PATH_MAX bytes. Returns 0 if the file has no path. */
static int path_of(long fd, char *path) {
    char link[40] = "/proc/self/fd/", digits[20];
    int count = 0, at = 14;
    if (fd < 0) return 0;
    do digits[count++] = '0' + fd % 10; while ((fd /= 10) > 0);
    while (count) link[at++] = digits[--count];
    link[at] = 0;
    long length = pass(__NR_readlinkat, AT_FDCWD, (long)link, (long)path, PATH_MAX - 1, 0);
    if (length <= 0 || path[0] != '/') return 0;
    path[length] = 0;
    return 1;
}

/* Writes the absolute path of `name`, relative to the open folder `folder`, into `path`. Links among the folders of the
   path are resolved; the last name is not, even if it is a link. Returns 0 if one of the folders does not exist, or if
   the path is too long. */
static int path_at(long folder, const char *name, char *path) {
    char parent[PATH_MAX];
    /* Some crates pass a null pointer to find out whether the system has a call at all. */
    if (!name) return 0;
    size_t length = strnlen(name, PATH_MAX);
    while (length > 1 && name[length - 1] == '/') length--;
    if (!length || length >= PATH_MAX - 1) return 0;
    size_t start = length;
    while (start && name[start - 1] != '/') start--;
    memcpy(parent, start ? name : "./", start ? start : 2);
    parent[start ? start : 2] = 0;
    long fd = pass(__NR_openat, folder, (long)parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0);
    if (fd < 0) return 0;
    int found = path_of(fd, path);
    pass(__NR_close, fd, 0, 0, 0, 0);
    size_t above = found ? strlen(path) : 0;
    if (!found || above + 2 + length - start >= PATH_MAX) return 0;
    if (above > 1) path[above++] = '/';
    memcpy(path + above, name + start, length - start);
    path[above + length - start] = 0;
    return 1;
}

/* Whether a path is this folder or lies in it. */
static int is_below(const char *path, const char *folder, size_t length) {
    return folder && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}
