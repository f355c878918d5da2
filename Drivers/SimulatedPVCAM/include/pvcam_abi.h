// The binary interface of libpvcam 2.6, in declarations of our own: what a program that loads the library can call.
#ifndef PVCAM_ABI_H
#define PVCAM_ABI_H

#include <stdint.h>

typedef uint16_t rs_bool;

enum { PV_FAIL = 0, PV_OK = 1 };

/// The codes that the simulation returns.
enum {
    PL_INSTALLATION_CORRUPTED = 151,
    PL_NULL_POINTER = 153,
    PL_NOT_AVAILABLE = 154,
    PL_NOT_IMPLEMENTED = 155,
    PL_ACCESS_DENIED = 156,
    PL_NOT_INITIALIZED = 157,
    PL_ALREADY_INITIALIZED = 158,
    PL_PARAMETER_NOT_AVAILABLE = 160,
    PL_PARAMETER_NOT_ENUM = 161,
    PL_ATTRIBUTE_NOT_AVAILABLE = 163,
    PL_VALUE_INVALID = 164,
    PL_VALUE_OUT_OF_RANGE = 165,
    PL_DATA_NOT_AVAILABLE_YET = 169,
    PL_BUFFER_SIZE_INVALID = 171,
    PL_BUFFER_TOO_SMALL = 172,
    PL_BUFFER_OVERRUN = 173,
    PL_BUFFER_MALFORMED = 174,
    PL_HANDLE_INVALID = 175,
    PL_NAME_UNKNOWN = 176,
    PL_ALREADY_OPEN = 178,
    PL_REMOVED = 180,
    PL_REGION_INVALID = 181,
    PL_BINNING_INVALID = 182,
    PL_MODE_INVALID = 183,
    PL_STATE_INVALID = 184,
    PL_INDEX_OUT_OF_RANGE = 186,
    PL_EXPOSURE_OUT_OF_RANGE = 187,
    PL_SETUP_REQUIRED = 188,
    PL_TOO_MANY_FRAMES = 190,
    PL_ZERO_FRAMES = 191,
    PL_METADATA_INVALID = 192,
    PL_OPEN_FAILED = 195,
};

enum {
    ATTR_CURRENT, ATTR_COUNT, ATTR_TYPE, ATTR_MIN, ATTR_MAX, ATTR_DEFAULT, ATTR_INCREMENT, ATTR_ACCESS, ATTR_AVAIL,
    ATTR_LIVE,
};
enum { ACC_READ_ONLY = 1, ACC_READ_WRITE, ACC_EXIST_CHECK_ONLY, ACC_WRITE_ONLY };
enum {
    TYPE_INT16 = 1, TYPE_INT32 = 2, TYPE_FLT64 = 4, TYPE_UNS8 = 5, TYPE_UNS16 = 6, TYPE_UNS32 = 7, TYPE_UNS64 = 8,
    TYPE_ENUM = 9, TYPE_BOOLEAN = 11, TYPE_CHAR_PTR = 13, TYPE_INT64 = 16, TYPE_RGN = 20,
};
enum {
    TIMED = 0, STROBED, BULB, TRIGGER_FIRST, FLASH, VARIABLE_TIMED, INT_STROBE,
    EXT_INTERNAL = 0x700, EXT_TRIG_FIRST = 0x800, EXT_EDGE_RISING = 0x900, EXT_LEVEL = 0xA00,
    EXT_SOFTWARE_FIRST = 0xB00, EXT_SOFTWARE_EDGE = 0xC00, EXT_LEVEL_OVERLAP = 0xD00, EXT_LEVEL_PULSED = 0xE00,
};
enum { NOT_ACTIVE, EXPOSING, READING, COMPLETE, FAILED };
enum { CIRC_NONE, CIRC_OVERWRITE, CIRC_NO_OVERWRITE };
enum { BOF, EOF_EVENT, CHECK_CAMS, CAM_REMOVED, CAM_RESUMED, EVENTS };

typedef struct {
    uint16_t s1, s2, sbin, p1, p2, pbin;
} rgn_type;

typedef struct {
    uint8_t guid[16];
    int16_t handle;
    int32_t number;
    int64_t end;
    int32_t readout;
    int64_t begin;
} FRAME_INFO;

typedef struct {
    uint16_t entries;
    uint32_t *params;
} smart_stream_type;

#pragma pack(push, 1)
/// In versions 1 and 2: times are 32 bits, in units that the header states.
typedef struct {
    uint32_t signature;
    uint8_t version;
    uint32_t number;
    uint16_t regions;
    union {
        struct {
            uint32_t begin, end, resolution, exposure, exposure_resolution, region_resolution;
        } old;
        /// In version 3: times in picoseconds.
        struct {
            uint64_t begin, end, exposure;
        } new;
    };
    uint8_t bit_depth, color_mask, flags;
    uint16_t extended_bytes;
    uint8_t format, compression, reserved[6];
} md_frame_header;

typedef struct {
    uint16_t number;
    uint32_t begin, end;
    rgn_type region;
    uint8_t flags;
    uint16_t extended_bytes;
    uint32_t data_bytes;
    uint8_t reserved[3];
} md_frame_roi_header;
#pragma pack(pop)

typedef struct {
    md_frame_roi_header *header;
    void *data;
    uint32_t data_bytes;
    void *extended;
    uint16_t extended_bytes;
} md_frame_roi;

typedef struct {
    md_frame_header *header;
    void *extended;
    uint16_t extended_bytes;
    rgn_type implied;
    md_frame_roi *regions;
    uint16_t capacity, count;
} md_frame;

_Static_assert(sizeof(rgn_type) == 12 && sizeof(FRAME_INFO) == 48 && sizeof(smart_stream_type) == 16, "sizes");
_Static_assert(sizeof(md_frame_header) == 48 && sizeof(md_frame_roi_header) == 32, "sizes");
_Static_assert(sizeof(md_frame_roi) == 40 && sizeof(md_frame) == 48, "sizes");

#pragma GCC visibility push(default)

rs_bool pl_pvcam_get_ver(uint16_t *version);
rs_bool pl_pvcam_init(void);
rs_bool pl_pvcam_uninit(void);
rs_bool pl_cam_get_total(int16_t *count);
rs_bool pl_cam_get_name(int16_t index, char *name);
rs_bool pl_cam_open(char *name, int16_t *handle, int16_t mode);
rs_bool pl_cam_close(int16_t handle);
rs_bool pl_cam_register_callback(int16_t handle, int32_t event, void *callback);
rs_bool pl_cam_register_callback_ex(int16_t handle, int32_t event, void *callback, void *context);
rs_bool pl_cam_register_callback_ex2(int16_t handle, int32_t event, void *callback);
rs_bool pl_cam_register_callback_ex3(int16_t handle, int32_t event, void *callback, void *context);
rs_bool pl_cam_deregister_callback(int16_t handle, int32_t event);
int16_t pl_error_code(void);
rs_bool pl_error_message(int16_t code, char *message);
rs_bool pl_get_param(int16_t handle, uint32_t id, int16_t attribute, void *value);
rs_bool pl_set_param(int16_t handle, uint32_t id, void *value);
rs_bool pl_get_enum_param(int16_t handle, uint32_t id, uint32_t index, int32_t *value, char *text, uint32_t length);
rs_bool pl_enum_str_length(int16_t handle, uint32_t id, uint32_t index, uint32_t *length);
rs_bool pl_pp_reset(int16_t handle);
rs_bool pl_create_frame_info_struct(FRAME_INFO **info);
rs_bool pl_release_frame_info_struct(FRAME_INFO *info);
rs_bool pl_create_smart_stream_struct(smart_stream_type **stream, uint16_t entries);
rs_bool pl_release_smart_stream_struct(smart_stream_type **stream);
rs_bool pl_exp_setup_seq(
    int16_t handle, uint16_t frames, uint16_t regions, const rgn_type *region, int16_t mode, uint32_t exposure,
    uint32_t *bytes
);
rs_bool pl_exp_start_seq(int16_t handle, void *buffer);
rs_bool pl_exp_setup_cont(
    int16_t handle, uint16_t regions, const rgn_type *region, int16_t mode, uint32_t exposure, uint32_t *bytes,
    int16_t buffer_mode
);
rs_bool pl_exp_start_cont(int16_t handle, void *buffer, uint32_t bytes);
rs_bool pl_exp_trigger(int16_t handle, uint32_t *flags, uint32_t value);
rs_bool pl_exp_check_status(int16_t handle, int16_t *status, uint32_t *bytes);
rs_bool pl_exp_check_cont_status(int16_t handle, int16_t *status, uint32_t *bytes, uint32_t *rings);
rs_bool pl_exp_check_cont_status_ex(
    int16_t handle, int16_t *status, uint32_t *bytes, uint32_t *rings, FRAME_INFO *info
);
rs_bool pl_exp_get_latest_frame(int16_t handle, void **frame);
rs_bool pl_exp_get_latest_frame_ex(int16_t handle, void **frame, FRAME_INFO *info);
rs_bool pl_exp_get_oldest_frame(int16_t handle, void **frame);
rs_bool pl_exp_get_oldest_frame_ex(int16_t handle, void **frame, FRAME_INFO *info);
rs_bool pl_exp_unlock_oldest_frame(int16_t handle);
rs_bool pl_exp_stop_cont(int16_t handle, int16_t state);
rs_bool pl_exp_abort(int16_t handle, int16_t state);
rs_bool pl_exp_finish_seq(int16_t handle, void *buffer, int16_t reserved);
rs_bool pl_io_script_control(int16_t handle, uint16_t address, double state, uint32_t location);
rs_bool pl_io_clear_script_control(int16_t handle);
rs_bool pl_md_frame_decode(md_frame *frame, void *source, uint32_t bytes);
rs_bool pl_md_frame_recompose(
    void *target, uint16_t x, uint16_t y, uint16_t width, uint16_t height, md_frame *frame
);
rs_bool pl_md_create_frame_struct_cont(md_frame **frame, uint16_t regions);
rs_bool pl_md_create_frame_struct(md_frame **frame, void *source, uint32_t bytes);
rs_bool pl_md_release_frame_struct(md_frame *frame);
rs_bool pl_md_read_extended(void *output, void *source, uint32_t bytes);
rs_bool pl_internal_bridge_command(void);
rs_bool pl_internal_cam_write_read_passthrough(void);

#pragma GCC visibility pop

#endif
