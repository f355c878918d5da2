// A look at the memory that the system grants, before anything is started.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MEBIBYTE = 1 << 20, NEEDED = 64 };

/// Pages of address space that this process has now; 0 if the system does not say.
static long pages_used(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file) return 0;
    if (fscanf(file, "%ld", &pages) != 1) pages = 0;
    fclose(file);
    return pages;
}

/// Ends a program that has too little: Swift's runtime starts threads of its own before the program's first line, and
/// ends with a fault, or waits for ever, if one of them gets no memory.
__attribute__((constructor)) static void check_memory(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
    rlim_t used = (rlim_t)pages_used() * (rlim_t)sysconf(_SC_PAGESIZE);
    rlim_t rest = limit.rlim_cur > used ? limit.rlim_cur - used : 0;
    if (rest >= (rlim_t)NEEDED * MEBIBYTE) return;
    fprintf(
        stderr, "%s: the limit of memory (ulimit -v) leaves %llu MiB, and %d MiB are needed to start\n",
        program_invocation_short_name, (unsigned long long)(rest / MEBIBYTE), NEEDED
    );
    _exit(1);
}
