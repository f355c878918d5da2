// What processes share of a camera: its faults, a file for each, and its owner, a locked file.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "simulated_sdk.h"

static void path_of(const char *serial, const char *ending, char *path, int length) {
    snprintf(path, length, "%s/%s.%s", world_settings_now.state, serial, ending);
}

bool is_fault_ordered(const char *serial, const char *fault, char *text, int length) {
    char path[640];
    path_of(serial, fault, path, sizeof path);
    if (!text) return access(path, F_OK) == 0;
    FILE *file = fopen(path, "re");
    if (!file) return false;
    text[0] = 0;
    bool is_read = fgets(text, length, file) != NULL;
    fclose(file);
    return is_read;
}

void end_fault(const char *serial, const char *fault) {
    char path[640];
    path_of(serial, fault, path, sizeof path);
    unlink(path);
}

static bool is_stuck(const char *serial, const char *call) {
    char text[128], name[64] = "";
    return is_fault_ordered(serial, "stuck", text, sizeof text) && sscanf(text, "%63s", name) == 1
        && !strcmp(name, call);
}

long ordered_code(const char *serial, const char *call) {
    while (is_stuck(serial, call)) pause_for(0.001);
    char text[128], name[64] = "", code[32] = "";
    int times = 0;
    if (!is_fault_ordered(serial, "fails", text, sizeof text)) return 0;
    int count = sscanf(text, "%63s %31s %d", name, code, &times);
    if (count < 2 || strcmp(name, call) != 0) return 0;
    if (count == 3 && times <= 1) end_fault(serial, "fails");
    if (count == 3 && times > 1) {
        char path[640];
        path_of(serial, "fails", path, sizeof path);
        FILE *file = fopen(path, "we");
        if (file) {
            fprintf(file, "%s %s %d\n", name, code, times - 1);
            fclose(file);
        }
    }
    // Decimal, or hexadecimal after 0x.
    return strtol(code, NULL, 0);
}

int take_camera(const char *serial) {
    char path[640];
    path_of(serial, "lock", path, sizeof path);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return -1;
    // The kernel releases it when the process ends for any reason.
    if (flock(file, LOCK_EX | LOCK_NB) == 0) return file;
    close(file);
    return -1;
}

int take_name(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    // A name outside of the file system, which the kernel releases when the process ends for any reason.
    snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "%s-%d", name, getppid());
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0 || bind(file, (struct sockaddr *)&address, sizeof address) == 0) return file;
    close(file);
    return -1;
}

void release_camera(int *lock_file) {
    if (*lock_file >= 0) close(*lock_file);
    *lock_file = -1;
}
