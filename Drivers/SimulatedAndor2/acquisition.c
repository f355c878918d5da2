// The times of images: exposures, reading, triggers, and the circular buffer.
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "simulation.h"

enum { INTERNAL = 0, EXTERNAL = 1, EXTERNAL_START = 6, BULB = 7, SOFTWARE = 10 };
enum { SINGLE = 1, ACCUMULATE = 2, KINETIC = 3, RUN_TILL_ABORT = 5 };
/// The memory of the circular buffer, and the step of exposure times.
static const long ring_bytes = 48 << 20;
static const double exposure_step = 1e-5;

void image_size(const camera *camera, long *width, long *height) {
    const area *area = &camera->area;
    *width = (area->right - area->left + 1) / area->hbin;
    *height = camera->read_mode != 4 ? 1 : (area->top - area->bottom + 1) / area->vbin;
    if (camera->read_mode != 4) *width = camera->model->width;
}

double readout_time(const camera *camera) {
    long width, height;
    image_size(camera, &width, &height);
    const model *model = camera->model;
    double pixels = (double)(width * height) / (model->amplifiers[camera->amplifier].speeds[camera->speed] * 1e6);
    // Rows outside of an isolated crop are not shifted.
    long rows = camera->is_cropped ? height * camera->area.vbin : model->height;
    return pixels + (model->vs_count ? (double)rows * model->vs_speeds[camera->vs_speed] * 1e-6 : 0);
}

double true_exposure(const camera *camera) {
    double steps = whole(camera->exposure / exposure_step + 0.999), exposure = most(1, steps) * exposure_step;
    // A frame that is exposed while the one before is read cannot be shorter than that.
    return camera->is_frame_transfer ? most(exposure, readout_time(camera)) : exposure;
}

double frame_period(const camera *camera) {
    double least_period = true_exposure(camera) + (camera->is_frame_transfer ? 0 : readout_time(camera));
    return most(camera->kinetic, least_period);
}

/// Seconds between two images of a series without software triggers; 0 if there is no series.
static double series_period(const camera *camera) {
    switch (camera->trigger_mode) {
    case INTERNAL: return frame_period(camera);
    case EXTERNAL_START: return world_settings_now.external_rate > 0 ? frame_period(camera) : 0;
    case EXTERNAL: case BULB: {
        double rate = world_settings_now.external_rate;
        // A pulse that comes too early is ignored, and a later one counts.
        return rate > 0 ? whole(frame_period(camera) * rate + 1 - 1e-9) / rate : 0;
    }
    default: return 0;
    }
}

static void expect(camera *camera, double start) {
    camera->exposed = start;
    camera->due = start + true_exposure(camera) + readout_time(camera);
}

void stop(camera *camera) {
    camera->is_acquiring = false;
    camera->due = 0;
    pthread_cond_broadcast(&world.changed);
}

// ---- Pixels

/// The amplifier for multiplication reads rows from the other end.
static bool is_mirrored(const camera *camera) {
    bool is_other_way = camera->model->has_em && camera->model->amplifier_count > 1 && camera->amplifier == 0;
    return is_other_way != (camera->is_flipped == 1);
}

static void paint(camera *camera, uint16_t *memory, long number) {
    const area *area = &camera->area;
    bool is_reversed = is_mirrored(camera);
    for (long y = 0; y < camera->height; y++) {
        long row = camera->is_upside_down ? camera->height - 1 - y : y;
        long line = area->bottom - 1 + row * area->vbin;
        uint16_t *pixels = memory + y * camera->width;
        if (area->hbin == 1 && !is_reversed) {
            memcpy(pixels, light(area->left - 1, line), (size_t)camera->width * sizeof *pixels);
            continue;
        }
        for (long x = 0; x < camera->width; x++) {
            long place = is_reversed ? camera->width - 1 - x : x;
            pixels[x] = *light(area->left - 1 + place * area->hbin, line);
        }
    }
    // The first two pixels identify the image and the camera.
    memory[0] = (uint16_t)(number & 4095);
    if (camera->width > 1) memory[1] = (uint16_t)(camera->number & 4095);
}

static void store(camera *camera) {
    long index = camera->taken % camera->ring_count;
    camera->times[index] = camera->exposed - camera->started;
    paint(camera, camera->ring + index * camera->ring_pixels, camera->taken++);
    switch (camera->acquisition_mode) {
    case SINGLE: case ACCUMULATE: stop(camera); break;
    case KINETIC: if (camera->taken >= camera->kinetics) stop(camera); break;
    default: break;
    }
}

void advance(camera *camera) {
    if (!camera->is_acquiring || is_fault_ordered(camera->serial, "silent", NULL, 0) || is_gone(camera)) return;
    while (camera->is_acquiring && camera->due > 0 && camera->due <= now()) {
        double exposed = camera->exposed, period = series_period(camera);
        // Images that would be overwritten at once are only counted.
        long behind = period > 0 ? (long)((now() - camera->due) / period) - camera->ring_count : 0;
        if (behind > 0 && camera->acquisition_mode == RUN_TILL_ABORT) {
            camera->taken += behind;
            exposed += (double)behind * period;
            camera->exposed = exposed;
        }
        store(camera);
        if (!camera->is_acquiring) return;
        if (period > 0) expect(camera, exposed + period);
        else camera->due = 0;
    }
}

// ---- Starting and stopping

PUBLIC PrepareAcquisition(void) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    return code == DRV_SUCCESS ? leave(DRV_SUCCESS) : code;
}

PUBLIC StartAcquisition(void) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (camera->trigger_mode == SOFTWARE && camera->acquisition_mode != RUN_TILL_ABORT) {
        return leave(DRV_INVALID_TRIGGER_MODE);
    }
    image_size(camera, &camera->width, &camera->height);
    camera->ring_pixels = camera->width * camera->height;
    long count = ring_bytes / (camera->ring_pixels * 2);
    camera->ring_count = count < 2 ? 2 : count > RING_LIMIT ? RING_LIMIT : count;
    free(camera->ring);
    free(camera->times);
    camera->ring = malloc((size_t)(camera->ring_count * camera->ring_pixels) * sizeof *camera->ring);
    camera->times = calloc((size_t)camera->ring_count, sizeof *camera->times);
    if (!camera->ring || !camera->times) return leave(DRV_GENERAL_ERRORS);
    camera->taken = camera->read = camera->awaited = 0;
    camera->is_acquiring = true;
    camera->due = 0;
    camera->started = now();
    if (series_period(camera) > 0) expect(camera, now());
    pthread_cond_broadcast(&world.changed);
    return leave(DRV_SUCCESS);
}

PUBLIC AbortAcquisition(void) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (is_gone(camera)) return leave(DRV_ACK);
    if (!camera->is_acquiring) return leave(DRV_IDLE);
    stop(camera);
    return leave(DRV_SUCCESS);
}

PUBLIC GetStatus(int *status) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *status = is_gone(camera) ? DRV_ACK : camera->is_acquiring ? DRV_ACQUIRING : DRV_IDLE;
    return leave(DRV_SUCCESS);
}

PUBLIC SendSoftwareTrigger(void) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (is_gone(camera)) return leave(DRV_ACK);
    if (!camera->is_acquiring) return leave(DRV_IDLE);
    if (camera->trigger_mode != SOFTWARE) return leave(DRV_INVALID_MODE);
    // A trigger during an exposure is ignored.
    if (camera->due == 0) expect(camera, now());
    pthread_cond_broadcast(&world.changed);
    return leave(DRV_SUCCESS);
}

// ---- Waiting

/// With the lock; the camera cannot go away, because cameras stay in their places.
static unsigned int wait_for(camera *camera, double seconds) {
    double end = now() + seconds;
    long cancels = camera->cancels;
    while (true) {
        advance(camera);
        if (camera->taken > camera->awaited) {
            camera->awaited = camera->taken;
            return DRV_SUCCESS;
        }
        if (!camera->is_acquiring || camera->cancels != cancels || now() >= end) return DRV_NO_NEW_DATA;
        // Other processes order faults and cannot wake this one.
        double next = least(end, now() + 0.02);
        if (camera->due > 0) next = least(next, camera->due);
        struct timespec limit = {(time_t)next, (long)((next - (double)(time_t)next) * 1e9)};
        pthread_cond_timedwait(&world.changed, &world.lock, &limit);
    }
}

static const double forever = 1e9;

PUBLIC WaitForAcquisitionTimeOut(int milliseconds) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    return code == DRV_SUCCESS ? leave(wait_for(camera, milliseconds / 1e3)) : code;
}

PUBLIC WaitForAcquisition(void) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    return code == DRV_SUCCESS ? leave(wait_for(camera, forever)) : code;
}

static unsigned int wait_by_handle(long handle, double seconds) {
    pthread_mutex_lock(&world.lock);
    long index = handle - FIRST_HANDLE;
    if (!world_load() || index < 0 || index >= world.count) return leave(DRV_P1INVALID);
    camera *camera = &world.cameras[index];
    if (!camera->is_initialised) return leave(DRV_NOT_INITIALIZED);
    long ordered = ordered_code(camera->serial, "WaitForAcquisition");
    return leave(ordered ? (unsigned int)ordered : wait_for(camera, seconds));
}

PUBLIC WaitForAcquisitionByHandle(int32_t handle) { return wait_by_handle(handle, forever); }
PUBLIC WaitForAcquisitionByHandleTimeOut(long handle, int milliseconds) {
    return wait_by_handle(handle, milliseconds / 1e3);
}

PUBLIC CancelWait(void) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    for (int i = 0; i < world.count; i++) world.cameras[i].cancels++;
    pthread_cond_broadcast(&world.changed);
    return leave(DRV_SUCCESS);
}

// ---- Images

static long oldest(const camera *camera) {
    long first = camera->taken - camera->ring_count + 1;
    return first < 1 ? 1 : first;
}

static long next_unread(const camera *camera) {
    long first = oldest(camera);
    return camera->read + 1 > first ? camera->read + 1 : first;
}

PUBLIC GetSizeOfCircularBuffer(int32_t *count) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    long width, height;
    image_size(camera, &width, &height);
    long images = ring_bytes / (width * height * 2);
    *count = (int32_t)(images < 2 ? 2 : images > RING_LIMIT ? RING_LIMIT : images);
    return leave(DRV_SUCCESS);
}

PUBLIC GetTotalNumberImagesAcquired(int32_t *count) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *count = (int32_t)camera->taken;
    return leave(DRV_SUCCESS);
}

PUBLIC GetAcquisitionProgress(int32_t *accumulated, int32_t *series) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *accumulated = 0;
    *series = (int32_t)camera->taken;
    return leave(DRV_SUCCESS);
}

static unsigned int number_images(const char *function, int32_t *first, int32_t *last, bool are_new) {
    camera *camera;
    unsigned int code = enter(function, &camera);
    if (code != DRV_SUCCESS) return code;
    if (is_gone(camera)) return leave(DRV_ACK);
    long begin = are_new ? next_unread(camera) : oldest(camera);
    if (begin > camera->taken) return leave(DRV_NO_NEW_DATA);
    *first = (int32_t)begin;
    *last = (int32_t)camera->taken;
    return leave(DRV_SUCCESS);
}

PUBLIC GetNumberNewImages(int32_t *first, int32_t *last) { return number_images(__func__, first, last, true); }
PUBLIC GetNumberAvailableImages(int32_t *first, int32_t *last) { return number_images(__func__, first, last, false); }

/// Copies an image with pixels of 16 or 32 bits.
static void copy(const camera *camera, long number, void *memory, bool is_wide) {
    const uint16_t *source = camera->ring + (number - 1) % camera->ring_count * camera->ring_pixels;
    if (!is_wide) memcpy(memory, source, (size_t)camera->ring_pixels * sizeof *source);
    for (long i = 0; is_wide && i < camera->ring_pixels; i++) ((int32_t *)memory)[i] = source[i];
}

static unsigned int get_images(
    const char *function, int32_t first, int32_t last, void *memory, uint32_t pixels, int32_t *valid_first,
    int32_t *valid_last, bool is_wide
) {
    camera *camera;
    unsigned int code = enter(function, &camera);
    if (code != DRV_SUCCESS) return code;
    if (!memory) return leave(DRV_P3INVALID);
    if (camera->taken == 0) return leave(DRV_NO_NEW_DATA);
    if (first < 1 || first > last || first < oldest(camera) || last > camera->taken) return leave(DRV_GENERAL_ERRORS);
    long count = last - first + 1;
    if ((long)pixels < count * camera->ring_pixels) return leave(DRV_P4INVALID);
    for (long i = 0; i < count; i++) {
        copy(camera, first + i, (char *)memory + i * camera->ring_pixels * (is_wide ? 4 : 2), is_wide);
    }
    *valid_first = first;
    *valid_last = last;
    if (last > camera->read) camera->read = last;
    return leave(DRV_SUCCESS);
}

PUBLIC GetImages16(
    int32_t first, int32_t last, uint16_t *memory, uint32_t pixels, int32_t *valid_first, int32_t *valid_last
) {
    return get_images(__func__, first, last, memory, pixels, valid_first, valid_last, false);
}

PUBLIC GetImages(
    int32_t first, int32_t last, int32_t *memory, uint32_t pixels, int32_t *valid_first, int32_t *valid_last
) {
    return get_images(__func__, first, last, memory, pixels, valid_first, valid_last, true);
}

enum { OLDEST, NEWEST, ALL };

static unsigned int get_image(const char *function, int kind, void *memory, uint32_t pixels, bool is_wide) {
    camera *camera;
    unsigned int code = enter(function, &camera);
    if (code != DRV_SUCCESS) return code;
    if (!memory) return leave(DRV_P1INVALID);
    if (kind == ALL && camera->is_acquiring) return leave(DRV_ACQUIRING);
    long number = kind == OLDEST ? next_unread(camera) : camera->taken;
    if (camera->taken == 0 || number > camera->taken) return leave(DRV_NO_NEW_DATA);
    if ((long)pixels < camera->ring_pixels) return leave(DRV_P2INVALID);
    copy(camera, number, memory, is_wide);
    camera->read = number;
    return leave(DRV_SUCCESS);
}

PUBLIC GetOldestImage16(uint16_t *memory, uint32_t pixels) { return get_image(__func__, OLDEST, memory, pixels, false); }
PUBLIC GetOldestImage(int32_t *memory, uint32_t pixels) { return get_image(__func__, OLDEST, memory, pixels, true); }
PUBLIC GetMostRecentImage16(uint16_t *memory, uint32_t pixels) {
    return get_image(__func__, NEWEST, memory, pixels, false);
}
PUBLIC GetMostRecentImage(int32_t *memory, uint32_t pixels) { return get_image(__func__, NEWEST, memory, pixels, true); }
PUBLIC GetAcquiredData16(uint16_t *memory, uint32_t pixels) { return get_image(__func__, ALL, memory, pixels, false); }
PUBLIC GetAcquiredData(int32_t *memory, uint32_t pixels) { return get_image(__func__, ALL, memory, pixels, true); }

PUBLIC FreeInternalMemory(void) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    camera->taken = camera->read = camera->awaited = 0;
    return leave(DRV_SUCCESS);
}

PUBLIC GetMetaDataInfo(SYSTEMTIME *start, float *milliseconds, uint32_t index) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (!camera->has_metadata) return leave(DRV_NOT_SUPPORTED);
    if (index < (uint32_t)oldest(camera) || index > (uint32_t)camera->taken) return leave(DRV_P3INVALID);
    struct timespec clock;
    clock_gettime(CLOCK_REALTIME, &clock);
    double begun = (double)clock.tv_sec + (double)clock.tv_nsec / 1e9 - (now() - camera->started);
    time_t seconds = (time_t)begun;
    struct tm date;
    localtime_r(&seconds, &date);
    *start = (SYSTEMTIME){
        (uint16_t)(date.tm_year + 1900), (uint16_t)(date.tm_mon + 1), (uint16_t)date.tm_wday, (uint16_t)date.tm_mday,
        (uint16_t)date.tm_hour, (uint16_t)date.tm_min, (uint16_t)date.tm_sec,
        (uint16_t)((begun - (double)seconds) * 1000),
    };
    *milliseconds = (float)(camera->times[(index - 1) % camera->ring_count] * 1000);
    return leave(DRV_SUCCESS);
}
