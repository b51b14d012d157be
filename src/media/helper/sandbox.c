/*
 * What the helper may still ask of the kernel when the first byte of a picture
 * reaches a decoder: memory, time, its own threads, reading and writing what is
 * open. No file, no network, no other program, no other process.
 *
 * An attacker who runs code here finds: rlimits that cannot be raised, no
 * new privileges, Landlock that knows no path (where the kernel has it), and a
 * filter of system calls that lets through what decoding needs: no path is
 * named to the kernel any more, no new code can be made, no signal sent.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "media/helper/helper.h"
#include "base/banned.h"

#if defined(__SANITIZE_THREAD__)
/* The threads of this program are those of libvips, which was built without it: what it would tell means nothing. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "report_bugs=0";
}
#endif

static bool limit(__rlimit_resource_t what, rlim_t most)
{
    const struct rlimit both = { most, most };
    return setrlimit(what, &both) == 0;
}

bool sandbox_limits(void)
{
    bool fine = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_CPU, HELPER_SECONDS_MAX) &&
                prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they keep a map of all addresses */
    fine = fine && limit(RLIMIT_AS, HELPER_MEMORY_MAX);
#endif
    return fine;
}

/* ---- Landlock: landlock(7). The headers may be older than the kernel. ---- */

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_restrict_self  446
#endif

/* True also where the kernel has none: the filter below is always there. */
static bool landlock(void)
{
    enum { ASK_VERSION = 1 };
    struct {
        uint64_t files, network, scopes;
    } all = { 0 };
    long version = syscall(__NR_landlock_create_ruleset, NULL, 0, ASK_VERSION);
    if (version < 1)
        return true;
    /* Each version brought more rights that can be taken away: bits from the lowest on. */
    all.files = (UINT64_C(1) << (version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13)) - 1;
    all.network = version >= 4 ? 3 : 0;
    all.scopes = version >= 6 ? 3 : 0;
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    long rules = syscall(__NR_landlock_create_ruleset, &all, size, 0);
    if (rules < 0)
        return false;
    bool done = syscall(__NR_landlock_restrict_self, (int)rules, 0) == 0;
    close((int)rules);
    return done;
}

/* ---- The filter: seccomp(2) ---- */

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef OUR_ARCH
#define LOAD(field)  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define RETURN(v)    BPF_STMT(BPF_RET | BPF_K, (v))
#define KILLS(call)  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), RETURN(SECCOMP_RET_KILL_PROCESS)
#define ALLOWS(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), RETURN(SECCOMP_RET_ALLOW)
/* Only where the bit does not stand in the argument; the low half is where flags are. */
#define ALLOWS_WITHOUT(call, argument, bit)                                                                            \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 4), LOAD(args[argument]),                                           \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bit), 1, 0), RETURN(SECCOMP_RET_ALLOW),                                  \
        RETURN(SECCOMP_RET_ERRNO | EPERM)

/*
 * A list of what decoding needs; all else fails, and what only an intruder asks for is the end. A library of another
 * version that tries something new is told that it may not, and goes another way or gives the picture up.
 */
static bool filter(void)
{
    enum { OTHER_NUMBERS = 0x40000000 }; /* x86-64's second set */
    const struct sock_filter program[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, OTHER_NUMBERS, 0, 1),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        ALLOWS(__NR_futex),
        ALLOWS(__NR_madvise),
        ALLOWS(__NR_munmap),
        ALLOWS(__NR_brk),
        ALLOWS(__NR_mremap),
        ALLOWS_WITHOUT(__NR_mmap, 2, PROT_EXEC),
        ALLOWS_WITHOUT(__NR_mprotect, 2, PROT_EXEC),
        ALLOWS(__NR_read),
        ALLOWS(__NR_pread64),
        ALLOWS(__NR_write),
        ALLOWS(__NR_close),
        ALLOWS(__NR_lseek),
        ALLOWS(__NR_fstat),
        ALLOWS(__NR_rt_sigaction),
        ALLOWS(__NR_rt_sigprocmask),
        ALLOWS(__NR_rt_sigreturn),
        ALLOWS(__NR_sigaltstack),
        ALLOWS(__NR_sched_yield),
        ALLOWS(__NR_sched_getaffinity),
        ALLOWS(__NR_sysinfo),
        ALLOWS(__NR_getpid),
        ALLOWS(__NR_gettid),
        ALLOWS(__NR_getrandom),
        ALLOWS(__NR_clock_gettime),
        ALLOWS(__NR_clock_nanosleep),
        ALLOWS(__NR_nanosleep),
        ALLOWS(__NR_gettimeofday),
        ALLOWS(__NR_prctl),
        ALLOWS(__NR_set_robust_list),
        ALLOWS(__NR_rseq),
        ALLOWS(__NR_restart_syscall),
        ALLOWS(__NR_exit),
        ALLOWS(__NR_exit_group),
        /* abort() sends a signal to its own thread; to another process none can be sent. */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_tgkill, 0, 4),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 1),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(SECCOMP_RET_ERRNO | EPERM),
        /* The C library then takes clone, whose flags a filter can see. */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone3, 0, 1),
        RETURN(SECCOMP_RET_ERRNO | ENOSYS),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clone, 0, 4),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        KILLS(__NR_socket),
        KILLS(__NR_socketpair),
        KILLS(__NR_connect),
        KILLS(__NR_bind),
        KILLS(__NR_execve),
        KILLS(__NR_execveat),
#ifdef __NR_fork
        KILLS(__NR_fork),
        KILLS(__NR_vfork),
#endif
        KILLS(__NR_ptrace),
        KILLS(__NR_process_vm_readv),
        KILLS(__NR_process_vm_writev),
        RETURN(SECCOMP_RET_ERRNO | EPERM),
    };
    struct sock_fprog whole = { .len = sizeof program / sizeof *program };
    struct sock_filter copy[sizeof program / sizeof *program];
    for (size_t i = 0; i < sizeof program / sizeof *program; i++)
        copy[i] = program[i];
    whole.filter = copy;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole, 0, 0) == 0;
}
#else
static bool filter(void)
{
    return true; /* on other machines Landlock and the limits are all */
}
#endif

bool sandbox_shut(void)
{
    return landlock() && filter();
}
