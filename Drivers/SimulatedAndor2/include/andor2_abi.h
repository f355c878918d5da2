// The binary interface of libandor, in declarations of our own: what a program that loads the library can call.
#ifndef ANDOR2_ABI_H
#define ANDOR2_ABI_H

#include <stdint.h>

/// Codes: what a call returns, as a failure or as a state.
enum {
    DRV_SUCCESS = 20002,
    DRV_VXDNOTINSTALLED = 20003,
    DRV_ACK = 20013,
    DRV_NO_NEW_DATA = 20024,
    DRV_TEMP_OFF = 20034,
    DRV_TEMP_STABILIZED = 20036,
    DRV_TEMP_NOT_REACHED = 20037,
    DRV_GENERAL_ERRORS = 20049,
    DRV_P1INVALID = 20066,
    DRV_P2INVALID = 20067,
    DRV_P3INVALID = 20068,
    DRV_P4INVALID = 20069,
    DRV_ACQUIRING = 20072,
    DRV_IDLE = 20073,
    DRV_NOT_INITIALIZED = 20075,
    DRV_P5INVALID = 20076,
    DRV_P6INVALID = 20077,
    DRV_INVALID_MODE = 20078,
    DRV_INVALID_TRIGGER_MODE = 20095,
    DRV_LOAD_FIRMWARE = 20096,
    DRV_INVALID_AMPLIFIER = 20100,
    DRV_NOT_SUPPORTED = 20991,
    DRV_NOT_AVAILABLE = 20992,
    /// Of some functions of some cameras, without a name.
    DRV_UNNAMED = 20001,
};

typedef struct {
    uint32_t size, acq_modes, read_modes, trigger_modes, camera_type, pixel_mode, set_functions, get_functions, features,
        pci_card, em_gain, ft_read_modes, features2;
} AndorCapabilities;

typedef struct {
    uint16_t year, month, day_of_week, day, hour, minute, second, milliseconds;
} SYSTEMTIME;

_Static_assert(sizeof(AndorCapabilities) == 52 && sizeof(SYSTEMTIME) == 16, "sizes");

#endif
