// The binary interface of libdcamapi, in declarations of our own: what a program that loads the library can call.
#ifndef DCAM_ABI_H
#define DCAM_ABI_H

#include <stdint.h>

typedef struct camera *HDCAM;
typedef struct waiter *HDCAMWAIT;

/// Codes: negative ones are failures.
enum {
    DCAM_SUCCESS = 1,
    DCAM_BUSY = (int)0x80000101,
    DCAM_ABORT = (int)0x80000102,
    DCAM_NOTREADY = (int)0x80000103,
    DCAM_NOTSTABLE = (int)0x80000104,
    DCAM_TIMEOUT = (int)0x80000106,
    DCAM_NOTBUSY = (int)0x80000107,
    DCAM_EXCLUDED = (int)0x80000110,
    DCAM_NOMEMORY = (int)0x80000203,
    DCAM_NOCAMERA = (int)0x80000206,
    DCAM_LOSTFRAME = (int)0x80000301,
    DCAM_INVALIDCAMERA = (int)0x80000806,
    DCAM_INVALIDHANDLE = (int)0x80000807,
    DCAM_INVALIDPARAM = (int)0x80000808,
    DCAM_INVALIDVALUE = (int)0x80000821,
    DCAM_OUTOFRANGE = (int)0x80000822,
    DCAM_NOTWRITABLE = (int)0x80000823,
    DCAM_NOTREADABLE = (int)0x80000824,
    DCAM_NOPROPERTY = (int)0x80000828,
    DCAM_INVALIDSUBARRAY = (int)0x8000082b,
    DCAM_NOVALUETEXT = (int)0x8000082d,
    DCAM_INVALIDFRAMEINDEX = (int)0x80000833,
    DCAM_NOTSUPPORT = (int)0x80000f03,
    DCAM_UNLOADED = (int)0x80000f04,
    DCAM_NOCONNECTION = (int)0x80000f07,
    DCAM_FAILOPENCAMERA = (int)0x82001001,
    DCAM_INVALIDWAITHANDLE = (int)0x84002001,
};

enum { STATUS_BUSY = 1, STATUS_READY = 2, STATUS_STABLE = 3 };
enum { EVENT_TRANSFERRED = 1, EVENT_FRAMEREADY = 2, EVENT_CYCLEEND = 4, EVENT_EXPOSUREEND = 8, EVENT_STOPPED = 16 };

typedef struct {
    int32_t size, device_count, reserved, option_bytes;
    const int32_t *options;
    const void *guid;
} DCAMAPI_INIT;

typedef struct {
    int32_t size, index;
    HDCAM hdcam;
} DCAMDEV_OPEN;

typedef struct {
    int32_t size, domain, flags, kind;
} DCAMDEV_CAPABILITY;

typedef struct {
    int32_t size, number;
    char *text;
    int32_t text_bytes;
} DCAMDEV_STRING;

typedef struct {
    int32_t size, id, option, reserved;
    uint32_t attribute;
    int32_t group, unit;
    uint32_t attribute2;
    double lowest, highest, step, initial;
    int32_t max_channel, reserved3, max_view, number_of_element, array_base, element_step;
} DCAMPROP_ATTR;

typedef struct {
    int32_t size, id;
    double value;
    char *text;
    int32_t text_bytes;
} DCAMPROP_VALUETEXT;

typedef struct {
    int32_t size, kind;
    void **buffers;
    int32_t count;
} DCAMBUF_ATTACH;

typedef struct {
    int32_t size, kind, newest, frame_count;
} DCAMCAP_TRANSFERINFO;

typedef struct {
    int32_t size, kind, option, frame;
    void *memory;
    int32_t row_bytes, type, width, height, left, top;
    uint32_t seconds;
    int32_t microseconds, frame_stamp, camera_stamp;
} DCAMBUF_FRAME;

typedef struct {
    int32_t size, supported;
    HDCAMWAIT hwait;
    HDCAM hdcam;
} DCAMWAIT_OPEN;

typedef struct {
    int32_t size, happened, mask, timeout;
} DCAMWAIT_START;

_Static_assert(sizeof(DCAMAPI_INIT) == 32 && sizeof(DCAMDEV_OPEN) == 16 && sizeof(DCAMDEV_STRING) == 24, "sizes");
_Static_assert(sizeof(DCAMPROP_ATTR) == 88 && sizeof(DCAMPROP_VALUETEXT) == 32, "sizes");
_Static_assert(sizeof(DCAMBUF_ATTACH) == 24 && sizeof(DCAMCAP_TRANSFERINFO) == 16, "sizes");
_Static_assert(sizeof(DCAMBUF_FRAME) == 64 && sizeof(DCAMWAIT_OPEN) == 24 && sizeof(DCAMWAIT_START) == 16, "sizes");

#pragma GCC visibility push(default)

int32_t dcamapi_init(DCAMAPI_INIT *init);
int32_t dcamapi_uninit(void);
int32_t dcamdev_open(DCAMDEV_OPEN *open);
int32_t dcamdev_close(HDCAM camera);
int32_t dcamdev_showpanel(HDCAM camera, int32_t kind);
int32_t dcamdev_getcapability(HDCAM camera, DCAMDEV_CAPABILITY *capability);
/// The index of a camera that is not open takes the place of its handle.
int32_t dcamdev_getstring(HDCAM camera, DCAMDEV_STRING *string);
int32_t dcamdev_setdata(HDCAM camera, void *data);
int32_t dcamdev_getdata(HDCAM camera, void *data);
int32_t dcamprop_getattr(HDCAM camera, DCAMPROP_ATTR *attributes);
int32_t dcamprop_getvalue(HDCAM camera, int32_t id, double *value);
int32_t dcamprop_setvalue(HDCAM camera, int32_t id, double value);
int32_t dcamprop_setgetvalue(HDCAM camera, int32_t id, double *value, int32_t option);
int32_t dcamprop_queryvalue(HDCAM camera, int32_t id, double *value, int32_t option);
int32_t dcamprop_getnextid(HDCAM camera, int32_t *id, int32_t option);
int32_t dcamprop_getname(HDCAM camera, int32_t id, char *text, int32_t length);
int32_t dcamprop_getvaluetext(HDCAM camera, DCAMPROP_VALUETEXT *text);
int32_t dcambuf_alloc(HDCAM camera, int32_t count);
int32_t dcambuf_attach(HDCAM camera, const DCAMBUF_ATTACH *attach);
int32_t dcambuf_release(HDCAM camera, int32_t kind);
int32_t dcambuf_lockframe(HDCAM camera, DCAMBUF_FRAME *frame);
int32_t dcambuf_copyframe(HDCAM camera, DCAMBUF_FRAME *frame);
int32_t dcambuf_copymetadata(HDCAM camera, void *metadata);
int32_t dcamcap_start(HDCAM camera, int32_t mode);
int32_t dcamcap_stop(HDCAM camera);
int32_t dcamcap_status(HDCAM camera, int32_t *status);
int32_t dcamcap_transferinfo(HDCAM camera, DCAMCAP_TRANSFERINFO *info);
int32_t dcamcap_firetrigger(HDCAM camera, int32_t kind);
int32_t dcamcap_record(HDCAM camera, void *recorder);
int32_t dcamwait_open(DCAMWAIT_OPEN *open);
int32_t dcamwait_close(HDCAMWAIT waiter);
int32_t dcamwait_start(HDCAMWAIT waiter, DCAMWAIT_START *start);
int32_t dcamwait_abort(HDCAMWAIT waiter);

/// Adds a camera, unless a file describes the world. Only the simulation has this function.
int32_t simulated_dcam_plug_in(const char *serial);

#pragma GCC visibility pop

#endif
