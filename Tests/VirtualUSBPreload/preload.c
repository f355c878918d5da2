// To be loaded by LD_PRELOAD in front of umockdev's library. It fixes three faults of that library (seen in 0.17.16):
//
// 1. The library names the socket of each udev monitor after its descriptor, so that the sockets of two processes
//    collide: one process fails to start, or misses devices that come and go. Here the name has the process as well.
// 2. The library uses one of fifty entries for each opened file below /dev, even if it does not emulate the file. Here it
//    is asked only for files in its folder.
// 3. Tests run as root, who may open any file. Here a file that no user may read is refused to root as well.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

int bind(int socket, const struct sockaddr *address, socklen_t length) {
    const char *folder = getenv("UMOCKDEV_DIR");
    int domain = 0;
    socklen_t size = sizeof domain;
    if (folder && address && address->sa_family == AF_NETLINK &&
        getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX) {
        struct sockaddr_un name = {.sun_family = AF_UNIX};
        int wanted = snprintf(name.sun_path, sizeof name.sun_path, "%s/event%d_%d", folder, (int)getpid(), socket);
        if (wanted < 0 || (size_t)wanted >= sizeof name.sun_path) {
            errno = ENAMETOOLONG;
            return -1;
        }
        unlink(name.sun_path);
        return (int)syscall(SYS_bind, socket, &name, sizeof name);
    }
    static int (*next)(int, const struct sockaddr *, socklen_t);
    if (!next) next = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "bind");
    return next(socket, address, length);
}

enum place { EMULATED, REAL, FORBIDDEN };

static enum place place_of(const char *path) {
    const char *folder = getenv("UMOCKDEV_DIR");
    if (!folder || !path || strncmp(path, "/dev/", 5) != 0) return EMULATED;
    char emulated[4096];
    int wanted = snprintf(emulated, sizeof emulated, "%s%s", folder, path);
    struct stat status;
    if (wanted < 0 || (size_t)wanted >= sizeof emulated || syscall(SYS_newfstatat, AT_FDCWD, emulated, &status, 0) != 0)
        return REAL;
    return status.st_mode & 0777 ? EMULATED : FORBIDDEN;
}

#define OPEN(name)                                                              \
    int name(const char *path, int flags, ...) {                                \
        mode_t mode = 0;                                                        \
        if (flags & (O_CREAT | O_TMPFILE)) {                                    \
            va_list arguments;                                                  \
            va_start(arguments, flags);                                         \
            mode = va_arg(arguments, mode_t);                                   \
            va_end(arguments);                                                  \
        }                                                                       \
        int before = errno;                                                     \
        enum place place = place_of(path);                                      \
        errno = before;                                                         \
        if (place == FORBIDDEN) {                                               \
            errno = EACCES;                                                     \
            return -1;                                                          \
        }                                                                       \
        if (place == REAL) return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode); \
        static int (*next)(const char *, int, ...);                             \
        if (!next) next = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
        return next(path, flags, mode);                                         \
    }

OPEN(open)
OPEN(open64)
// What the two are called in programs that were compiled with checks.
OPEN(__open_2)
OPEN(__open64_2)
