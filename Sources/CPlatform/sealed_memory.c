#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CPlatform.h"

// Since Linux 5.1; older headers lack it.
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

int sealed_memory_make(size_t bytes, void **address) {
    int file = memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -errno;
    // Reserved, since a write to a mapping without memory behind it ends the process.
    int error = posix_fallocate(file, 0, (off_t)bytes);
    void *mapping = MAP_FAILED;
    if (!error) {
        // The last seal leaves this mapping writable, and refuses every later one.
        mapping = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
        if (mapping == MAP_FAILED) error = errno;
    }
    if (!error && fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)) error = errno;
    if (error) {
        if (mapping != MAP_FAILED) munmap(mapping, bytes);
        close(file);
        return -error;
    }
    *address = mapping;
    return file;
}

int packet_send(int socket, const void *header, size_t header_bytes, const void *extra, size_t extra_bytes, int descriptor) {
    struct iovec parts[2] = {{(void *)header, header_bytes}, {(void *)extra, extra_bytes}};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = extra_bytes ? 2 : 1};
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    }
    while (sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        if (errno != EINTR) return errno;
    return 0;
}

int socket_peer(int socket, uint32_t *user, int32_t *process) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length)) return errno;
    *user = peer.uid;
    *process = peer.pid;
    return 0;
}

int socket_accept(int socket) { return accept4(socket, NULL, NULL, SOCK_CLOEXEC); }

int event_make(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
