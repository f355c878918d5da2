#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>

#include "CPlatform.h"

static const int signals[] = {SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV, SIGQUIT};
static struct sigaction before[NSIG];

static void handle(int number, siginfo_t *info, void *context) {
    const struct sigaction *first = &before[number];
    if (first->sa_flags & SA_SIGINFO) first->sa_sigaction(number, info, context);
    else first->sa_handler(number);
    // A fault of the program's own comes again when its instruction does. A signal that was sent came once, and the process
    // would go on.
    if (info->si_code > 0) return;
    signal(number, SIG_DFL);
    raise(number);
}

void end_by_crash_signals(void) {
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction *first = &before[signals[i]];
        if (sigaction(signals[i], NULL, first) != 0) continue;
        // Only where something handles it: by default it ends the process.
        if (!(first->sa_flags & SA_SIGINFO) && (first->sa_handler == SIG_DFL || first->sa_handler == SIG_IGN)) continue;
        struct sigaction action = *first;
        action.sa_flags |= SA_SIGINFO;
        action.sa_sigaction = handle;
        sigaction(signals[i], &action, NULL);
    }
}
