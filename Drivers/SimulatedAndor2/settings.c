// Settings of the sensor, the amplifiers, the triggers and the shutter, with the codes of wrong values.
#include <string.h>
#include "simulation.h"

static area whole_area(const model *model) {
    return (area){.hbin = 1, .vbin = 1, .left = 1, .right = model->width, .bottom = 1, .top = model->height};
}

void reset(camera *camera) {
    camera->read_mode = camera->channel = camera->amplifier = camera->speed = camera->gain = camera->vs_speed = 0;
    camera->acquisition_mode = 1;
    camera->trigger_mode = camera->is_inverted = camera->vs_amplitude = camera->em_mode = camera->em_gain = 0;
    camera->is_em_advanced = camera->is_frame_transfer = camera->is_flipped = camera->is_upside_down = 0;
    camera->shutter_mode = camera->fan_mode = camera->has_metadata = camera->is_cropped = camera->is_cooler_kept = 0;
    camera->kinetics = camera->accumulations = 1;
    camera->area = whole_area(camera->model);
    camera->exposure = 0.1f;
    camera->kinetic = 0;
    camera->taken = camera->read = camera->awaited = 0;
}

/// A function with one number that is refused if it is wrong.
#define SETTING(name, type, requirement, is_right, change) \
    PUBLIC name(type value) { \
        camera *camera; \
        unsigned int code = enter_idle(__func__, &camera); \
        if (code != DRV_SUCCESS) return code; \
        if (!(requirement)) return leave(DRV_NOT_SUPPORTED); \
        if (!(is_right)) return leave(DRV_P1INVALID); \
        change; \
        return leave(DRV_SUCCESS); \
    }

/// A function that reads one number.
#define READING(name, type, requirement, value) \
    PUBLIC name(type *result) { \
        camera *camera; \
        unsigned int code = enter(__func__, &camera); \
        if (code != DRV_SUCCESS) return code; \
        if (!(requirement)) return leave(DRV_NOT_SUPPORTED); \
        if (!result) return leave(DRV_P1INVALID); \
        *result = (value); \
        return leave(DRV_SUCCESS); \
    }

// ---- The sensor

PUBLIC GetDetector(int *width, int *height) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *width = camera->model->width;
    *height = camera->model->height;
    return leave(DRV_SUCCESS);
}

PUBLIC GetPixelSize(float *width, float *height) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *width = *height = camera->model->pixel_size;
    return leave(DRV_SUCCESS);
}

PUBLIC GetBitDepth(int channel, int *depth) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *depth = camera->model->type == 11 ? 14 : 16;
    return leave(channel == 0 ? DRV_SUCCESS : DRV_P1INVALID);
}

PUBLIC GetMaximumBinning(int read_mode, int direction, int *most) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (read_mode < 0 || read_mode > 4) return leave(DRV_P1INVALID);
    if (direction < 0 || direction > 1) return leave(DRV_P2INVALID);
    *most = direction == 0 ? camera->model->width : camera->model->height;
    return leave(DRV_SUCCESS);
}

READING(GetMinimumImageLength, int, true, camera->model->least_length)

SETTING(SetReadMode, int, true, value >= 0 && value <= 4, camera->read_mode = value)

// Of tracks only the arguments are checked; an image of them is one row.

PUBLIC SetSingleTrack(int centre, int height) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (centre < 1 || centre > camera->model->height) return leave(DRV_P1INVALID);
    return leave(height < 1 || height > camera->model->height ? DRV_P2INVALID : DRV_SUCCESS);
}

PUBLIC SetMultiTrack(int count, int height, int offset, int *bottom, int *gap) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (count < 1 || count > camera->model->height) return leave(DRV_P1INVALID);
    if (height < 1 || count * height > camera->model->height) return leave(DRV_P2INVALID);
    *bottom = 1 + offset;
    *gap = 0;
    return leave(DRV_SUCCESS);
}

PUBLIC SetRandomTracks(int count, const int *rows) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (count < 1 || count > camera->model->height) return leave(DRV_P1INVALID);
    return leave(rows ? DRV_SUCCESS : DRV_P2INVALID);
}

PUBLIC SetImage(int hbin, int vbin, int left, int right, int bottom, int top) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    const model *model = camera->model;
    long width = right - left + 1, height = top - bottom + 1;
    if (hbin < 1 || hbin > model->width) return leave(DRV_P1INVALID);
    if (vbin < 1 || vbin > model->height) return leave(DRV_P2INVALID);
    if (left < 1 || left > model->width) return leave(DRV_P3INVALID);
    if (right > model->width || width < 1 || width % hbin || width / hbin < model->least_length) {
        return leave(DRV_P4INVALID);
    }
    if (bottom < 1 || bottom > model->height) return leave(DRV_P5INVALID);
    if (top > model->height || height < 1 || height % vbin || height / vbin < 1) return leave(DRV_P6INVALID);
    camera->area = (area){hbin, vbin, left, right, bottom, top};
    return leave(DRV_SUCCESS);
}

PUBLIC SetImageFlip(int is_flipped, int is_upside_down) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    camera->is_flipped = is_flipped;
    camera->is_upside_down = is_upside_down;
    return leave(DRV_SUCCESS);
}

static unsigned int crop(
    camera *camera, int is_on, int height, int width, int vbin, int hbin, int left, int bottom
) {
    const model *model = camera->model;
    if (!model->has_crop) return DRV_NOT_SUPPORTED;
    if (is_on < 0 || is_on > 1) return DRV_P1INVALID;
    camera->is_cropped = is_on;
    if (!is_on) return DRV_SUCCESS;
    camera->is_cropped = 0;
    if (bottom < 1 || height < 1 || bottom + height - 1 > model->height) return DRV_P2INVALID;
    if (left < 1 || width < 1 || left + width - 1 > model->width) return DRV_P3INVALID;
    if (vbin < 1 || height % vbin) return DRV_P4INVALID;
    if (hbin < 1 || width % hbin) return DRV_P5INVALID;
    camera->is_cropped = 1;
    camera->area = (area){hbin, vbin, left, left + width - 1, bottom, bottom + height - 1};
    return DRV_SUCCESS;
}

PUBLIC SetIsolatedCropMode(int is_on, int height, int width, int vbin, int hbin) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    return code == DRV_SUCCESS ? leave(crop(camera, is_on, height, width, vbin, hbin, 1, 1)) : code;
}

PUBLIC SetIsolatedCropModeEx(int is_on, int height, int width, int vbin, int hbin, int left, int bottom) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    return code == DRV_SUCCESS ? leave(crop(camera, is_on, height, width, vbin, hbin, left, bottom)) : code;
}

// ---- Modes and times

SETTING(SetAcquisitionMode, int, true, value >= 1 && value <= 5 && value != 4, {
    camera->acquisition_mode = value;
    // A new mode begins with an exposure time of its own.
    camera->exposure = 0.1f;
})
SETTING(SetExposureTime, float, true, value >= 0 && value <= 16000, camera->exposure = value)
SETTING(SetKineticCycleTime, float, true, value >= 0, camera->kinetic = value)
SETTING(SetAccumulationCycleTime, float, true, value >= 0, (void)value)
SETTING(SetNumberAccumulations, int, true, value >= 1, camera->accumulations = value)
SETTING(SetNumberKinetics, int, true, value >= 1, camera->kinetics = value)
SETTING(SetNumberPrescans, int, true, value >= 0, (void)value)
SETTING(
    SetFrameTransferMode, int, camera->model->has_frame_transfer, value == 0 || value == 1,
    camera->is_frame_transfer = value
)
SETTING(SetMetaData, int, camera->model->has_metadata, value == 0 || value == 1, camera->has_metadata = value)
SETTING(SetBaselineClamp, int, camera->model->has_em, value == 0 || value == 1, (void)value)
SETTING(SetBaselineOffset, int, false, true, (void)value)
SETTING(SetHighCapacity, int, false, true, (void)value)
SETTING(EnableKeepCleans, int, true, value == 0 || value == 1, (void)value)

PUBLIC GetAcquisitionTimings(float *exposure, float *accumulate, float *kinetic) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *exposure = (float)true_exposure(camera);
    *accumulate = *kinetic = (float)frame_period(camera);
    return leave(DRV_SUCCESS);
}

PUBLIC GetReadOutTime(float *seconds) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *seconds = (float)readout_time(camera);
    return leave(camera->model->has_readout_time ? DRV_SUCCESS : DRV_UNNAMED);
}

READING(GetKeepCleanTime, float, camera->model->has_readout_time, 0.0005f)
READING(GetMaximumExposure, float, true, 16000)
READING(GetBaselineClamp, int, camera->model->has_em, 1)

// ---- Amplifiers

static const amplifier *amplifier_numbered(camera *camera, int number) {
    return number >= 0 && number < camera->model->amplifier_count ? &camera->model->amplifiers[number] : NULL;
}

READING(GetNumberADChannels, int, true, 1)
READING(GetNumberAmp, int, true, camera->model->amplifier_count)
READING(GetNumberPreAmpGains, int, true, camera->model->gain_count)
READING(GetNumberVSSpeeds, int, true, camera->model->vs_count)
READING(GetNumberVSAmplitudes, int, camera->model->vs_count > 1, 5)

SETTING(SetADChannel, int, true, value == 0, camera->channel = value)
SETTING(SetOutputAmplifier, int, true, amplifier_numbered(camera, value), {
    if (camera->amplifier != value) camera->speed = 0;
    camera->amplifier = value;
})
SETTING(SetVSSpeed, int, camera->model->vs_count > 0, value >= 0 && value < camera->model->vs_count, camera->vs_speed = value)
SETTING(SetVSAmplitude, int, camera->model->vs_count > 1, value >= 0 && value < 5, camera->vs_amplitude = value)

PUBLIC GetAmpDesc(int number, char *text, int length) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    const amplifier *amplifier = amplifier_numbered(camera, number);
    if (!amplifier) return leave(DRV_P1INVALID);
    strncpy(text, amplifier->name, (size_t)length);
    text[length - 1] = 0;
    return leave(DRV_SUCCESS);
}

PUBLIC IsReadoutFlippedByAmplifier(int number, int *is_flipped) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (!amplifier_numbered(camera, number)) return leave(DRV_P1INVALID);
    *is_flipped = camera->model->has_em && camera->model->amplifier_count > 1 && number == 0;
    return leave(DRV_SUCCESS);
}

PUBLIC GetNumberHSSpeeds(int channel, int number, int *count) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    const amplifier *amplifier = amplifier_numbered(camera, number);
    if (channel != 0) return leave(DRV_P1INVALID);
    if (!amplifier) return leave(DRV_P2INVALID);
    *count = amplifier->speed_count;
    return leave(DRV_SUCCESS);
}

PUBLIC GetHSSpeed(int channel, int number, int index, float *megahertz) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    const amplifier *amplifier = amplifier_numbered(camera, number);
    if (channel != 0) return leave(DRV_P1INVALID);
    if (!amplifier) return leave(DRV_P2INVALID);
    if (index < 0 || index >= amplifier->speed_count) return leave(DRV_P3INVALID);
    *megahertz = amplifier->speeds[index];
    return leave(DRV_SUCCESS);
}

PUBLIC SetHSSpeed(int number, int index) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    const amplifier *amplifier = amplifier_numbered(camera, number);
    if (!amplifier) return leave(DRV_P1INVALID);
    if (index < 0 || index >= amplifier->speed_count) return leave(DRV_P2INVALID);
    camera->speed = index;
    return leave(DRV_SUCCESS);
}

PUBLIC GetPreAmpGain(int index, float *gain) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (index < 0 || index >= camera->model->gain_count) return leave(DRV_P1INVALID);
    *gain = camera->model->gains[index];
    return leave(DRV_SUCCESS);
}

/// The highest gain is not there at the fastest speed.
static bool has_gain(const model *model, int speed, int gain) {
    return gain >= 0 && gain < model->gain_count && (gain < 2 || speed > 0);
}

PUBLIC IsPreAmpGainAvailable(int channel, int number, int speed, int gain, int *is_available) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    const amplifier *amplifier = amplifier_numbered(camera, number);
    if (channel != 0) return leave(DRV_P1INVALID);
    if (!amplifier) return leave(DRV_P2INVALID);
    if (speed < 0 || speed >= amplifier->speed_count) return leave(DRV_P3INVALID);
    if (gain < 0 || gain >= camera->model->gain_count) return leave(DRV_P4INVALID);
    *is_available = has_gain(camera->model, speed, gain);
    return leave(DRV_SUCCESS);
}

SETTING(SetPreAmpGain, int, true, has_gain(camera->model, camera->speed, value), camera->gain = value)

PUBLIC GetVSSpeed(int index, float *microseconds) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (index < 0 || index >= camera->model->vs_count) return leave(DRV_P1INVALID);
    *microseconds = camera->model->vs_speeds[index];
    return leave(DRV_SUCCESS);
}

PUBLIC GetFastestRecommendedVSSpeed(int *index, float *microseconds) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (camera->model->vs_count == 0) return leave(DRV_NOT_SUPPORTED);
    *index = camera->model->vs_recommended;
    *microseconds = camera->model->vs_speeds[*index];
    return leave(DRV_SUCCESS);
}

// ---- EM gain

void em_range(const camera *camera, int *lowest, int *highest) {
    switch (camera->em_mode) {
    case 0: *lowest = 1, *highest = 221; break;
    case 1: *lowest = 1, *highest = 3551; break;
    default: *lowest = 2, *highest = camera->is_em_advanced ? 1000 : 300; break;
    }
}

PUBLIC GetEMGainRange(int *lowest, int *highest) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (!camera->model->has_em) return leave(DRV_NOT_SUPPORTED);
    em_range(camera, lowest, highest);
    return leave(DRV_SUCCESS);
}

static bool is_em_gain(const camera *camera, int value) {
    int lowest, highest;
    em_range(camera, &lowest, &highest);
    // Zero switches multiplication off.
    return value == 0 || (value >= lowest && value <= highest);
}

READING(GetEMCCDGain, int, camera->model->has_em, camera->em_gain)
READING(GetEMAdvanced, int, camera->model->has_em, camera->is_em_advanced)
SETTING(SetEMCCDGain, int, camera->model->has_em, is_em_gain(camera, value), camera->em_gain = value)
SETTING(
    SetEMGainMode, int, camera->model->has_em, value >= 0 && value <= (camera->model->type == 11 ? 1 : 3),
    { camera->em_mode = value; camera->em_gain = 0; }
)
SETTING(SetEMAdvanced, int, camera->model->has_em, value == 0 || value == 1, {
    camera->is_em_advanced = value;
    if (!is_em_gain(camera, camera->em_gain)) camera->em_gain = 300;
})

// ---- Triggers and the shutter

bool has_trigger(const camera *camera, int mode) {
    switch (mode) {
    case 0: case 1: case 6: return true;
    case 7: return camera->model->has_external_exposure;
    case 10: return camera->model->has_software_trigger;
    default: return false;
    }
}

PUBLIC IsTriggerModeAvailable(int mode) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    return leave(has_trigger(camera, mode) ? DRV_SUCCESS : DRV_INVALID_MODE);
}

SETTING(SetTriggerMode, int, true, has_trigger(camera, value), camera->trigger_mode = value)
SETTING(SetTriggerInvert, int, true, value == 0 || value == 1, camera->is_inverted = value)
SETTING(SetFastExtTrigger, int, true, value == 0 || value == 1, (void)value)

PUBLIC SetShutter(int polarity, int mode, int closing, int opening) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (polarity < 0 || polarity > 1) return leave(DRV_P1INVALID);
    if (mode < 0 || mode > 5 || mode == 3) return leave(DRV_P2INVALID);
    if (closing < 0) return leave(DRV_P3INVALID);
    if (opening < 0) return leave(DRV_P4INVALID);
    camera->shutter_mode = mode;
    return leave(DRV_SUCCESS);
}

PUBLIC SetShutterEx(int polarity, int mode, int closing, int opening, int external) {
    return external < 0 || external > 5 ? DRV_P5INVALID : SetShutter(polarity, mode, closing, opening);
}

PUBLIC GetShutterMinTimes(int *closing, int *opening) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *closing = *opening = camera->model->has_shutter ? 20 : 0;
    return leave(camera->model->has_shutter ? DRV_SUCCESS : DRV_NOT_SUPPORTED);
}

READING(IsInternalMechanicalShutter, int, true, camera->model->has_shutter)
