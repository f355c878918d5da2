// The binary interface of libm3api (xiAPI), in declarations of our own: what a program that loads the library can call.
#ifndef XIAPI_ABI_H
#define XIAPI_ABI_H

#include <stdint.h>

typedef struct camera *XI_HANDLE;

/// Codes: zero is success.
enum {
    XI_OK = 0,
    XI_INVALID_HANDLE = 1,
    XI_READREG = 2,
    XI_WRITEREG = 3,
    XI_TIMEOUT = 10,
    XI_INVALID_ARG = 11,
    XI_NOT_SUPPORTED = 12,
    XI_MEMORY = 15,
    XI_ACQUISITION_ALREADY_UP = 41,
    XI_ACQUISITION_STOPPED = 45,
    XI_DEVICE_NOT_READY = 49,
    XI_NO_DEVICES_FOUND = 56,
    XI_RESOURCE_LOCKED = 57,
    XI_BUFFER_TOO_SMALL = 58,
    XI_UNKNOWN_PARAM = 100,
    XI_WRONG_VALUE = 101,
    XI_WRONG_TYPE = 103,
    XI_WRONG_SIZE = 104,
    XI_PARAM_BUFFER_TOO_SMALL = 105,
    XI_PARAM_NOT_SUPPORTED = 106,
    XI_INFO_NOT_SUPPORTED = 107,
    XI_READ_ONLY = 109,
    XI_NOT_SETTABLE = 114,
};

/// Types of parameters in calls.
enum { XI_INTEGER = 0, XI_FLOAT = 1, XI_STRING = 2, XI_INTEGER64 = 6 };

/// What selects a camera that is opened.
enum { XI_BY_PATH = 0, XI_BY_SERIAL = 1, XI_BY_USER_ID = 2, XI_BY_LOCATION = 3 };

/// An image, as versions since 4.27 have it; older programs pass a smaller size and get fewer fields.
typedef struct {
    uint32_t size;
    void *memory;
    uint32_t memory_bytes;
    int32_t format;
    uint32_t width, height, number, seconds, microseconds, inputs, black_level, padding, left, top, transport;
    uint32_t description[28];
    uint32_t downsampling_x, downsampling_y, flags, exposure_us;
    float gain;
    uint32_t acquisition_number, user_data, exposures_us[5];
    double saturation;
    float white_balance[3];
    uint32_t low_black_level, high_black_level, low_range, high_range;
    float gain_ratio, precise_downsampling_x, precise_downsampling_y;
    uint32_t colours;
} XI_IMAGE;

_Static_assert(sizeof(XI_IMAGE) == 288, "size");
_Static_assert(__builtin_offsetof(XI_IMAGE, padding) == 52, "place of the padding");
_Static_assert(__builtin_offsetof(XI_IMAGE, exposure_us) == 192, "place of the exposure");
_Static_assert(__builtin_offsetof(XI_IMAGE, acquisition_number) == 200, "place of the number");
_Static_assert(__builtin_offsetof(XI_IMAGE, colours) == 280, "place of the colours");

#pragma GCC visibility push(default)

int xiGetNumberDevices(uint32_t *count);
int xiGetDeviceInfo(uint32_t index, const char *name, void *value, uint32_t *size, int *type);
int xiGetDeviceInfoInt(uint32_t index, const char *name, int *value);
int xiGetDeviceInfoString(uint32_t index, const char *name, char *value, uint32_t size);
int xiOpenDevice(uint32_t index, XI_HANDLE *handle);
int xiOpenDeviceBy(int selector, const char *value, XI_HANDLE *handle);
int xiCloseDevice(XI_HANDLE handle);
int xiStartAcquisition(XI_HANDLE handle);
int xiStopAcquisition(XI_HANDLE handle);
int xiGetImage(XI_HANDLE handle, uint32_t milliseconds, XI_IMAGE *image);
int xiSetParam(XI_HANDLE handle, const char *name, void *value, uint32_t size, int type);
int xiGetParam(XI_HANDLE handle, const char *name, void *value, uint32_t *size, int *type);
int xiSetParamInt(XI_HANDLE handle, const char *name, int value);
int xiGetParamInt(XI_HANDLE handle, const char *name, int *value);
int xiSetParamFloat(XI_HANDLE handle, const char *name, float value);
int xiGetParamFloat(XI_HANDLE handle, const char *name, float *value);
int xiSetParamString(XI_HANDLE handle, const char *name, char *value, uint32_t size);
int xiGetParamString(XI_HANDLE handle, const char *name, char *value, uint32_t size);

/// Adds a camera, unless a file describes the world. Only the simulation has this function.
int simulated_ximea_plug_in(const char *serial);

#pragma GCC visibility pop

#endif
