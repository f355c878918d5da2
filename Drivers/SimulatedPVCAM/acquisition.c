// The functions that set up, start, watch and end an acquisition.
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

double exposure_seconds(const camera *camera) {
    double unit = get(camera, RESOLUTION) == 1 ? 1e-6 : 1e-3;
    bool is_variable = camera->setup.mode == VARIABLE_TIMED;
    return unit * (is_variable ? get(camera, EXPOSURE_VARIABLE) : camera->setup.exposure);
}

double readout_seconds(const camera *camera) {
    const rgn_type *region = &camera->setup.region;
    return (region->p2 - region->p1 + 1) * chosen(camera)->row_time * 1e-9;
}

static double frame_period(const camera *camera) {
    double exposure = exposure_seconds(camera), reading = readout_seconds(camera);
    return camera->model->overlaps ? most(exposure, reading) : exposure + reading;
}

double series_period(const camera *camera) {
    double rate = world_settings_now.external_rate, busy = exposure_seconds(camera) + readout_seconds(camera);
    switch (camera->setup.mode & (camera->setup.mode >= 0x100 ? 0xFF00 : 0xFF)) {
    case TIMED:
    case VARIABLE_TIMED:
    case FLASH:
    case INT_STROBE:
    case EXT_INTERNAL: return frame_period(camera);
    case EXT_SOFTWARE_EDGE: return 0;
    case EXT_SOFTWARE_FIRST: return camera->has_begun ? frame_period(camera) : 0;
    case TRIGGER_FIRST:
    case EXT_TRIG_FIRST: return rate > 0 ? frame_period(camera) : 0;
    // A pulse that comes too early is ignored, and a later one counts.
    default: return rate > 0 ? whole(busy * rate + 1 - 1e-9) / rate : 0;
    }
}

// ---- Setting up

static int check_region(const camera *camera, const rgn_type *region) {
    int step = camera->model->step, width = camera->model->width, height = camera->model->height;
    if (region->sbin == 0 || region->pbin == 0) return PL_BINNING_INVALID;
    if (region->s1 > region->s2 || region->s2 >= width || region->p1 > region->p2 || region->p2 >= height) {
        return PL_REGION_INVALID;
    }
    if (region->s1 % step || (region->s2 + 1) % step || region->p1 % step || (region->p2 + 1) % step) {
        return PL_REGION_INVALID;
    }
    bool is_listed = has_item(camera, BINNING_ACROSS, region->sbin) && region->sbin == region->pbin;
    if (camera->model->binnings && !is_listed) return PL_BINNING_INVALID;
    bool is_empty = region->s2 - region->s1 + 1 < region->sbin || region->p2 - region->p1 + 1 < region->pbin;
    return is_empty ? PL_BINNING_INVALID : 0;
}

static int check_mode(const camera *camera, int mode) {
    if (mode < 0x100) return has_item(camera, EXPOSURE_MODE, mode) ? 0 : PL_MODE_INVALID;
    bool is_known = has_item(camera, EXPOSURE_MODE, mode & 0xFF00) && has_item(camera, EXPOSE_OUT, mode & 0xFF);
    return is_known ? 0 : PL_MODE_INVALID;
}

static int set_up(camera *camera, uint16_t regions, const rgn_type *region, int mode, uint32_t exposure, setup wanted) {
    if (!region) return PL_NULL_POINTER;
    if (camera->phase == ACQUIRING || camera->is_stuck) return PL_STATE_INVALID;
    if (regions != 1) return PL_REGION_INVALID;
    int code = check_region(camera, region);
    if (!code) code = check_mode(camera, mode);
    if (code) return code;
    if (exposure > find(camera, EXPOSURE_TIME)->highest) return PL_EXPOSURE_OUT_OF_RANGE;
    wanted.region = *region;
    wanted.mode = mode;
    wanted.exposure = exposure;
    wanted.width = (region->s2 - region->s1 + 1) / region->sbin;
    wanted.height = (region->p2 - region->p1 + 1) / region->pbin;
    wanted.depth = chosen(camera)->bits <= 8 ? 1 : 2;
    wanted.pixel_bytes = wanted.width * wanted.height * wanted.depth;
    bool has_metadata = get(camera, METADATA) != 0;
    wanted.header_bytes = has_metadata
        ? (int)(sizeof(md_frame_header) + sizeof(md_frame_roi_header)) + camera->model->extended : 0;
    int padding = camera->model->padding, bytes = wanted.header_bytes + wanted.pixel_bytes;
    wanted.frame_bytes = (bytes + padding - 1) / padding * padding;
    camera->setup = wanted;
    camera->must_finish = camera->is_stale = false;
    camera->count = 0;
    put(camera, EXPOSURE_TIME, exposure);
    put(camera, EXPOSURE_MODE, mode < 0x100 ? mode : mode & 0xFF00);
    put(camera, EXPOSE_OUT, mode < 0x100 ? 0 : mode & 0xFF);
    camera->phase = READY;
    return 0;
}

rs_bool pl_exp_setup_seq(
    int16_t handle, uint16_t frames, uint16_t regions, const rgn_type *region, int16_t mode, uint32_t exposure,
    uint32_t *bytes
) {
    camera *camera;
    begin();
    int code = enter(handle, "setup_seq", &camera);
    if (code) return answer(code);
    setup wanted = {.is_sequence = true, .frames = frames};
    code = !bytes ? PL_NULL_POINTER : frames == 0 ? PL_ZERO_FRAMES : 0;
    if (!code) code = set_up(camera, regions, region, mode, exposure, wanted);
    if (!code && (double)camera->setup.frame_bytes * frames > 4294967295.0) {
        camera->phase = OPEN;
        code = PL_TOO_MANY_FRAMES;
    }
    if (!code) *bytes = (uint32_t)camera->setup.frame_bytes * frames;
    leave();
    return answer(code);
}

rs_bool pl_exp_setup_cont(
    int16_t handle, uint16_t regions, const rgn_type *region, int16_t mode, uint32_t exposure, uint32_t *bytes,
    int16_t buffer_mode
) {
    camera *camera;
    begin();
    int code = enter(handle, "setup_cont", &camera);
    if (code) return answer(code);
    setup wanted = {.may_overwrite = buffer_mode == CIRC_OVERWRITE};
    if (!bytes) code = PL_NULL_POINTER;
    else if (buffer_mode != CIRC_OVERWRITE && buffer_mode != CIRC_NO_OVERWRITE) code = PL_VALUE_INVALID;
    else code = set_up(camera, regions, region, mode, exposure, wanted);
    if (!code) *bytes = (uint32_t)camera->setup.frame_bytes;
    leave();
    return answer(code);
}

// ---- Starting and stopping

static int start_with(camera *camera, bool is_sequence, void *buffer, long slots) {
    if (camera->phase == OPEN || camera->setup.is_sequence != is_sequence) return PL_SETUP_REQUIRED;
    if (camera->phase == READY && camera->is_stale) return PL_SETUP_REQUIRED;
    if (camera->phase == ACQUIRING || camera->must_finish) return PL_STATE_INVALID;
    if (!buffer) return PL_NULL_POINTER;
    if (slots < 1) return PL_BUFFER_TOO_SMALL;
    free(camera->slots);
    free(camera->queue);
    camera->slot_count = (int)(slots < RING_LIMIT ? slots : RING_LIMIT);
    camera->slots = calloc((size_t)camera->slot_count, sizeof *camera->slots);
    camera->queue = calloc((size_t)camera->slot_count, sizeof *camera->queue);
    camera->memory = buffer;
    start(camera);
    return 0;
}

rs_bool pl_exp_start_seq(int16_t handle, void *buffer) {
    camera *camera;
    begin();
    int code = enter(handle, "start_seq", &camera);
    if (code) return answer(code);
    code = start_with(camera, true, buffer, camera->setup.frames);
    leave();
    return answer(code);
}

rs_bool pl_exp_start_cont(int16_t handle, void *buffer, uint32_t bytes) {
    camera *camera;
    begin();
    int code = enter(handle, "start_cont", &camera);
    if (code) return answer(code);
    uint32_t frame = (uint32_t)camera->setup.frame_bytes;
    if (camera->phase == READY && buffer && !camera->setup.is_sequence && (bytes < frame || bytes % frame)) {
        code = bytes < frame ? PL_BUFFER_TOO_SMALL : PL_BUFFER_SIZE_INVALID;
    } else {
        code = start_with(camera, false, buffer, frame ? bytes / frame : 0);
    }
    leave();
    return answer(code);
}

rs_bool pl_exp_abort(int16_t handle, int16_t state) {
    camera *camera;
    begin();
    int code = enter(handle, "abort", &camera);
    if (code) return answer(code);
    if (state < 0 || state > 6) {
        code = PL_VALUE_INVALID;
    } else {
        if (camera->phase == ACQUIRING) pause_for(0.03 * world_settings_now.pace);
        stop(camera);
        camera->must_finish = camera->is_stuck = false;
        note_acquisition(camera, false);
    }
    leave();
    return answer(code);
}

rs_bool pl_exp_stop_cont(int16_t handle, int16_t state) { return pl_exp_abort(handle, state); }

rs_bool pl_exp_finish_seq(int16_t handle, void *buffer, int16_t reserved) {
    (void)buffer, (void)reserved;
    camera *camera;
    begin();
    int code = enter(handle, "finish_seq", &camera);
    if (code) return answer(code);
    if (camera->phase == OPEN) code = PL_SETUP_REQUIRED;
    else if (camera->phase == ACQUIRING) code = PL_STATE_INVALID;
    else camera->must_finish = false;
    leave();
    return answer(code);
}

rs_bool pl_exp_trigger(int16_t handle, uint32_t *flags, uint32_t value) {
    camera *camera;
    begin();
    int code = enter(handle, "trigger", &camera);
    if (code) return answer(code);
    int mode = camera->setup.mode & 0xFF00;
    if (!flags) code = PL_NULL_POINTER;
    else if (value != 0) code = PL_VALUE_INVALID;
    else if (camera->phase == OPEN) code = PL_SETUP_REQUIRED;
    else if (camera->phase != ACQUIRING) code = PL_STATE_INVALID;
    else if (mode != EXT_SOFTWARE_EDGE && mode != EXT_SOFTWARE_FIRST) code = PL_MODE_INVALID;
    if (!code) {
        bool is_busy = now() < camera->busy_until || camera->due > 0;
        *flags = is_busy || is_fault_ordered(camera->serial, "busy", NULL, 0);
        if (!*flags) {
            camera->has_begun = true;
            expect(camera, now());
        }
    }
    leave();
    return answer(code);
}

// ---- Watching

static int status_of(const camera *camera) {
    if (camera->is_stuck) return EXPOSING;
    if (camera->has_overrun) return FAILED;
    if (camera->phase == READY && camera->setup.is_sequence && camera->count >= camera->setup.frames) return COMPLETE;
    if (camera->phase != ACQUIRING) return NOT_ACTIVE;
    if (!camera->setup.is_sequence && camera->has_news) return COMPLETE;
    return camera->due > 0 && now() > camera->due - readout_seconds(camera) ? READING : EXPOSING;
}

rs_bool pl_exp_check_status(int16_t handle, int16_t *status, uint32_t *bytes) {
    camera *camera;
    begin();
    int code = enter(handle, "check_status", &camera);
    if (code) return answer(code);
    if (!status || !bytes) code = PL_NULL_POINTER;
    else if (camera->phase == OPEN && !camera->is_stuck) code = PL_SETUP_REQUIRED;
    if (!code) {
        *status = (int16_t)status_of(camera);
        *bytes = (uint32_t)(camera->count * camera->setup.frame_bytes);
    }
    leave();
    return answer(code);
}

/// The slot of a frame, and what is known of it.
static void describe(const camera *camera, long index, void **frame, FRAME_INFO *info) {
    long place = index % camera->slot_count;
    if (frame) *frame = camera->memory + place * camera->setup.frame_bytes;
    if (info) *info = camera->slots[place].info;
}

static rs_bool check_cont(
    int16_t handle, int16_t *status, uint32_t *bytes, uint32_t *rings, FRAME_INFO *info, bool has_info
) {
    camera *camera;
    begin();
    int code = enter(handle, "check_cont_status", &camera);
    if (code) return answer(code);
    if (!status || !bytes || !rings || (has_info && !info)) code = PL_NULL_POINTER;
    else if (camera->phase == OPEN) code = PL_SETUP_REQUIRED;
    if (!code) {
        *status = (int16_t)status_of(camera);
        *bytes = (uint32_t)(camera->count * camera->setup.frame_bytes);
        *rings = camera->slot_count ? (uint32_t)(camera->count / camera->slot_count) : 0;
        if (has_info) memset(info, 0, sizeof *info);
        if (has_info && camera->count > 0 && camera->slots) describe(camera, camera->count - 1, NULL, info);
    }
    leave();
    return answer(code);
}

rs_bool pl_exp_check_cont_status(int16_t handle, int16_t *status, uint32_t *bytes, uint32_t *rings) {
    return check_cont(handle, status, bytes, rings, NULL, false);
}

rs_bool pl_exp_check_cont_status_ex(
    int16_t handle, int16_t *status, uint32_t *bytes, uint32_t *rings, FRAME_INFO *info
) {
    return check_cont(handle, status, bytes, rings, info, true);
}

// ---- Frames

enum which { LATEST, OLDEST };

static rs_bool get_frame(int16_t handle, enum which which, void **frame, FRAME_INFO *info, bool has_info) {
    camera *camera;
    begin();
    int code = enter(handle, "get_frame", &camera);
    if (code) return answer(code);
    long index = which == LATEST ? camera->count - 1 : camera->unlocked;
    if (!frame || (has_info && !info)) code = PL_NULL_POINTER;
    else if (camera->phase == OPEN) code = PL_SETUP_REQUIRED;
    else if (camera->has_overrun && which == LATEST) code = PL_BUFFER_OVERRUN;
    else if (which == OLDEST && camera->setup.may_overwrite) code = PL_MODE_INVALID;
    else if (!camera->slots || camera->count == 0 || index >= camera->count) code = PL_DATA_NOT_AVAILABLE_YET;
    if (!code) {
        camera->has_news = false;
        describe(camera, index, frame, info);
    }
    leave();
    return answer(code);
}

rs_bool pl_exp_get_latest_frame(int16_t handle, void **frame) { return get_frame(handle, LATEST, frame, NULL, false); }

rs_bool pl_exp_get_latest_frame_ex(int16_t handle, void **frame, FRAME_INFO *info) {
    return get_frame(handle, LATEST, frame, info, true);
}

rs_bool pl_exp_get_oldest_frame(int16_t handle, void **frame) { return get_frame(handle, OLDEST, frame, NULL, false); }

rs_bool pl_exp_get_oldest_frame_ex(int16_t handle, void **frame, FRAME_INFO *info) {
    return get_frame(handle, OLDEST, frame, info, true);
}

rs_bool pl_exp_unlock_oldest_frame(int16_t handle) {
    camera *camera;
    begin();
    int code = enter(handle, "unlock_oldest", &camera);
    if (code) return answer(code);
    if (camera->phase == OPEN) code = PL_STATE_INVALID;
    else if (camera->unlocked >= camera->count) code = PL_DATA_NOT_AVAILABLE_YET;
    else camera->unlocked++;
    leave();
    return answer(code);
}
