#include "video4linux.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

int video_ioctl(int file, unsigned long request, void *record) {
    int result;
    do result = ioctl(file, request, record);
    while (result < 0 && errno == EINTR);
    return result < 0 ? errno : 0;
}

int video_extended_control(int file, unsigned long request, uint32_t id, void *value, uint32_t size) {
    struct v4l2_ext_control control = {.id = id, .size = size};
    struct v4l2_ext_controls controls = {.which = V4L2_CTRL_WHICH_CUR_VAL, .count = 1, .controls = &control};
    if (size)
        control.string = value;
    else
        memcpy(&control.value64, value, sizeof control.value64);
    int error = video_ioctl(file, request, &controls);
    if (!error && !size) memcpy(value, &control.value64, sizeof control.value64);
    return error;
}
