// The times of images: exposures, read-out, triggers, and the camera's memory.
#include <time.h>
#include "simulation.h"

double readout_time(camera *camera) {
    double share = current_layout(camera).height * current_layout(camera).vertical / get_value(camera, SENSOR_HEIGHT);
    return full_readout(camera->model) * share;
}

double frame_period(camera *camera) {
    double exposure = get_value(camera, EXPOSURE_TIME), readout = readout_time(camera);
    bool overlaps = get_value(camera, OVERLAP), is_global = is_set_to(camera, SHUTTERING, "Global");
    if (overlaps) return is_global ? most(exposure, 2 * readout) : most(exposure, readout);
    return is_global && exposure < readout ? exposure + 2 * readout : exposure + readout;
}

/// Seconds between two images of a series without software triggers; 0 if there is no series.
static double series_period(camera *camera) {
    if (is_set_to(camera, TRIGGER_MODE, "Software")) return 0;
    bool is_internal = is_set_to(camera, TRIGGER_MODE, "Internal") || is_set_to(camera, TRIGGER_MODE, "Advanced");
    if (!is_internal && world_settings_now.external_rate <= 0) return 0;
    double rate = get_value(camera, FRAME_RATE), period = most(frame_period(camera), 1 / rate);
    if (is_internal || is_set_to(camera, TRIGGER_MODE, "External Start")) return period;
    // A pulse that comes too early is ignored, and a later one counts.
    return whole(period * world_settings_now.external_rate + 1 - 1e-9) / world_settings_now.external_rate;
}

static void expect(camera *camera, double start) {
    camera->exposed = start;
    signal_event(camera, EXPOSURE_START_EVENT);
    camera->due = start + get_value(camera, EXPOSURE_TIME) + readout_time(camera);
    camera->busy_until = camera->due;
}

void start(camera *camera) {
    pause_for(0.02 * world_settings_now.pace);
    camera->is_acquiring = true;
    camera->has_overflowed = false;
    camera->image_count = 0;
    camera->shot_count = 0;
    camera->due = 0;
    camera->busy_until = 0;
    if (series_period(camera) > 0) expect(camera, now());
}

void stop(camera *camera) {
    pause_for(0.03 * world_settings_now.pace);
    camera->is_acquiring = false;
    camera->has_overflowed = false;
    camera->due = 0;
}

void trigger(camera *camera) {
    // Triggers during an exposure or a read-out are ignored.
    if (now() >= camera->busy_until) expect(camera, now());
    pthread_cond_broadcast(&camera->changed);
}

static bool is_series_over(camera *camera) {
    return is_set_to(camera, CYCLE_MODE, "Fixed") && camera->image_count >= get_value(camera, FRAME_COUNT);
}

static void overflow(camera *camera) {
    camera->has_overflowed = true;
    signal_event(camera, BUFFER_OVERFLOW_EVENT);
}

static void store_shot(camera *camera) {
    signal_event(camera, EXPOSURE_END_EVENT);
    int place = (camera->first_shot + camera->shot_count++) % QUEUE_LIMIT;
    camera->shots[place] = (shot){camera->image_count++, camera->exposed};
}

/// Takes the images that are due; without room for them the memory overflows.
static void advance(camera *camera) {
    double period = series_period(camera);
    while (camera->is_acquiring && !camera->has_overflowed && camera->due > 0 && camera->due <= now()) {
        store_shot(camera);
        long room = image_memory(camera->model, current_layout(camera).height) + camera->buffer_count;
        if (camera->shot_count > room || camera->shot_count >= QUEUE_LIMIT) overflow(camera);
        if (period > 0 && !is_series_over(camera)) {
            expect(camera, camera->exposed + period);
        } else {
            camera->due = 0;
        }
    }
}

static int give_image(camera *camera, AT_U8 **memory, int *size) {
    int first = camera->first_buffer;
    *memory = camera->buffers[first].memory;
    *size = camera->buffers[first].size;
    camera->first_buffer = (first + 1) % QUEUE_LIMIT;
    camera->buffer_count--;
    shot shot = camera->shots[camera->first_shot];
    camera->first_shot = (camera->first_shot + 1) % QUEUE_LIMIT;
    camera->shot_count--;
    // The settings may have changed since the buffer was queued.
    if (*size != current_layout(camera).total_bytes) return AT_ERR_INVALIDSIZE;
    paint(camera, *memory, &shot);
    return AT_SUCCESS;
}

/// Sleeps until something changes, an image is due, or the time limit.
static void sleep_until(camera *camera, double end) {
    if (camera->due > 0) end = least(end, camera->due);
    // Other processes order faults and cannot wake this one.
    end = least(end, now() + 0.02);
    struct timespec limit = {(time_t)end, (long)((end - (time_t)end) * 1e9)};
    pthread_cond_timedwait(&camera->changed, &camera->lock, &limit);
}

/// The code with which a fault ends a wait; AT_SUCCESS without a fault.
static int disturbance(camera *camera) {
    if (camera->is_gone || fault_ordered(camera, "unplugged", NULL, 0)) {
        camera->is_gone = true;
        return AT_ERR_CONNECTION;
    }
    if (camera->is_acquiring && fault_ordered(camera, "overflow", NULL, 0)) {
        overflow(camera);
        fault_over(camera, "overflow");
    }
    return camera->has_overflowed ? AT_ERR_HARDWARE_OVERFLOW : AT_SUCCESS;
}

int wait_for_image(camera *camera, AT_U8 **memory, int *size, unsigned int milliseconds) {
    AT_H handle = camera->handle;
    double end = milliseconds == 0xFFFFFFFF ? 1e12 : now() + milliseconds / 1e3;
    while (camera->handle == handle) {
        while (fault_ordered(camera, "hang", NULL, 0)) pause_for(0.001);
        int code = fault_code(camera, "WaitBuffer");
        if (!code) code = disturbance(camera);
        if (code) return code;
        advance(camera);
        bool is_silent = fault_ordered(camera, "silent", NULL, 0);
        if (camera->shot_count > 0 && camera->buffer_count > 0 && !is_silent) return give_image(camera, memory, size);
        if (!camera->is_acquiring || (is_series_over(camera) && camera->shot_count == 0)) return AT_ERR_NODATA;
        if (now() >= end) return AT_ERR_TIMEDOUT;
        sleep_until(camera, end);
    }
    return AT_ERR_INVALIDHANDLE;
}
