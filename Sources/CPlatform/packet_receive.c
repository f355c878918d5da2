#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "CPlatform.h"

int packet_receive(int socket, void *buffer, size_t room, int *descriptor) {
    struct iovec part = {buffer, room};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    *descriptor = -1;
    ssize_t length;
    do length = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    if (length < 0) return -errno;
    for (struct cmsghdr *entry = CMSG_FIRSTHDR(&message); entry; entry = CMSG_NXTHDR(&message, entry))
        if (entry->cmsg_level == SOL_SOCKET && entry->cmsg_type == SCM_RIGHTS && entry->cmsg_len == CMSG_LEN(sizeof(int)))
            memcpy(descriptor, CMSG_DATA(entry), sizeof(int));
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        if (*descriptor >= 0) close(*descriptor);
        *descriptor = -1;
        return -EMSGSIZE;
    }
    return (int)length;
}

int sealed_memory_map(int descriptor, size_t bytes, void **address) {
    struct stat status;
    if (fstat(descriptor, &status)) return errno;
    // A read beyond the end of a file ends the process.
    int seals = fcntl(descriptor, F_GET_SEALS);
    if (bytes == 0 || status.st_size < 0 || (size_t)status.st_size < bytes || seals < 0 || !(seals & F_SEAL_SHRINK))
        return EPROTO;
    void *mapping = mmap(NULL, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
    if (mapping == MAP_FAILED) return errno;
    *address = mapping;
    return 0;
}
