// The times of images: exposures, read-out, triggers, the queue, and pixels.
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "simulation.h"

layout current_layout(camera *camera) {
    layout area = {
        .left = (long)get(camera, "offsetX"),
        .top = (long)get(camera, "offsetY"),
        .width = (long)get(camera, "width"),
        .height = (long)get(camera, "height"),
        .format = (int)get(camera, "imgdataformat"),
    };
    double both = most(get(camera, "downsampling"), 1);
    area.binning_x = (long)most(get(camera, "binning_horizontal"), both);
    area.binning_y = (long)most(get(camera, "binning_vertical"), both);
    area.pixel_bytes = area.format == MONO16 || area.format == RAW16 ? 2 : 1;
    area.row_bytes = area.width * area.pixel_bytes + world.padding;
    area.bytes = area.row_bytes * area.height;
    return area;
}

double readout_time(camera *camera) {
    layout area = current_layout(camera);
    double seconds = (double)(area.height * area.binning_y) * camera->model->row_time;
    // Megabits per second; the bus can be slower than the sensor.
    return most(seconds, (double)(area.bytes * 8) / (get(camera, "limit_bandwidth") * 1e6));
}

static double exposure(camera *camera) { return get(camera, "exposure") / 1e6; }

double highest_rate(camera *camera) { return 1 / most(exposure(camera), readout_time(camera)); }

static bool has_trigger_input(camera *camera) { return get(camera, "gpi_mode") == 1; }

/// Seconds between two images that come without software triggers; 0 if none come.
static double series_period(camera *camera) {
    int source = (int)get(camera, "trigger_source");
    if (source == FREE_RUNNING) {
        double rate = highest_rate(camera);
        // A rate that was set is the rate, or its limit.
        if (get(camera, "acq_timing_mode") != 0) rate = least(rate, get(camera, "framerate"));
        return 1 / rate;
    }
    if (source == SOFTWARE || world_settings_now.external_rate <= 0 || !has_trigger_input(camera)) return 0;
    // A pulse that comes too early is ignored, and a later one counts.
    double rate = world_settings_now.external_rate, busy = exposure(camera) + readout_time(camera);
    return whole(busy * rate + 1 - 1e-9) / rate;
}

static void expect(camera *camera, double start) {
    camera->exposed = start + exposure(camera);
    camera->due = camera->exposed + readout_time(camera);
    camera->busy_until = camera->due;
}

static void release_ring(camera *camera) {
    for (int i = 0; i < camera->ring_count; i++) free(camera->ring[i].memory);
    free(camera->ring);
    camera->ring = NULL;
    camera->ring_count = camera->queued = camera->first = 0;
}

int start(camera *camera) {
    pause_for(0.02 * world_settings_now.pace);
    release_ring(camera);
    int count = (int)get(camera, "buffers_queue_size");
    camera->ring = calloc((size_t)count, sizeof *camera->ring);
    camera->ring_count = camera->ring ? count : 0;
    for (int i = 0; i < camera->ring_count; i++) {
        camera->ring[i].memory = malloc((size_t)current_layout(camera).bytes);
        if (camera->ring[i].memory) continue;
        release_ring(camera);
    }
    if (!camera->ring_count) return XI_MEMORY;
    camera->is_acquiring = true;
    camera->taken = 0;
    camera->due = camera->busy_until = 0;
    camera->burst = 0;
    double period = series_period(camera);
    if (period > 0) expect(camera, now());
    pthread_cond_broadcast(&camera->changed);
    return XI_OK;
}

void stop(camera *camera) {
    camera->is_acquiring = false;
    camera->due = 0;
    // What nobody has fetched is lost.
    release_ring(camera);
    free(camera->copy);
    camera->copy = NULL;
    pthread_cond_broadcast(&camera->changed);
}

enum { TRANSPORT_SKIPPED = 0, API_SKIPPED = 1, TRANSFERRED = 2, MISSED_TRIGGER_OVERLAP = 3 };

void fire(camera *camera) {
    if (now() < camera->busy_until) {
        camera->counters[MISSED_TRIGGER_OVERLAP]++;
        return;
    }
    camera->burst = get(camera, "trigger_selector") == BURST_START ? (int)get(camera, "acq_frame_burst_count") - 1 : 0;
    expect(camera, now() + get(camera, "trigger_delay") / 1e6);
    pthread_cond_broadcast(&camera->changed);
}

// ---- Pixels

static void paint(camera *camera, uint8_t *memory, uint32_t number) {
    layout area = current_layout(camera);
    for (long y = 0; y < area.height; y++) {
        uint8_t *line = memory + y * area.row_bytes;
        long row = (area.top + y) * area.binning_y;
        if (area.pixel_bytes == 2 && area.binning_x == 1) {
            memcpy(line, light(area.left, row), (size_t)area.width * 2);
        } else {
            for (long x = 0; x < area.width; x++) {
                uint16_t pixel = *light((area.left + x) * area.binning_x, row);
                if (area.pixel_bytes == 2) ((uint16_t *)line)[x] = pixel;
                // The upper bits of the sensor's.
                else line[x] = (uint8_t)(pixel >> 4);
            }
        }
        memset(line + area.width * area.pixel_bytes, 0xee, (size_t)world.padding);
    }
    // The first two pixels identify the image and the camera.
    uint16_t marks[2] = {number & 4095, (uint16_t)(atoi(camera->serial) & 4095)};
    for (int i = 0; i < 2; i++) {
        if (area.pixel_bytes == 2) ((uint16_t *)memory)[i] = marks[i];
        else memory[i] = (uint8_t)marks[i];
    }
}

static void store(camera *camera) {
    uint32_t number = camera->taken++;
    if (camera->queued == camera->ring_count) {
        // The oldest image gives way.
        camera->first = (camera->first + 1) % camera->ring_count;
        camera->queued--;
        camera->counters[API_SKIPPED]++;
    }
    slot *slot = &camera->ring[(camera->first + camera->queued++) % camera->ring_count];
    slot->number = number;
    slot->time = camera->exposed - camera->since;
    slot->exposure_us = get(camera, "exposure");
    paint(camera, slot->memory, number);
    camera->counters[TRANSFERRED]++;
}

void advance(camera *camera) {
    if (is_fault_ordered(camera->serial, "silent", NULL, 0)) return;
    while (camera->is_acquiring && camera->due > 0 && camera->due <= now()) {
        double period = series_period(camera), exposed = camera->exposed;
        long behind = period > 0 ? (long)((now() - camera->due) / period) - camera->ring_count : 0;
        if (behind > 0) {
            // Images that would be overwritten at once are only counted.
            camera->taken += (uint32_t)behind;
            camera->counters[API_SKIPPED] += (uint32_t)behind;
            exposed += (double)behind * period;
            camera->exposed = exposed;
        }
        store(camera);
        if (period > 0) expect(camera, exposed + period - exposure(camera));
        else if (camera->burst > 0) {
            camera->burst--;
            expect(camera, exposed);
        } else camera->due = 0;
    }
}

void sleep_until(camera *camera, double end) {
    if (camera->due > 0) end = least(end, camera->due);
    // Other processes order faults and cannot wake this one.
    end = least(end, now() + 0.02);
    struct timespec limit = {(time_t)end, (long)((end - (double)(time_t)end) * 1e9)};
    pthread_cond_timedwait(&camera->changed, &camera->lock, &limit);
}

// ---- Fetching

/// Fills the fields that the program's structure has.
static void describe(camera *camera, const slot *slot, XI_IMAGE *image) {
    layout area = current_layout(camera);
    XI_IMAGE filled = {
        .format = area.format, .width = (uint32_t)area.width, .height = (uint32_t)area.height, .number = slot->number,
        .seconds = (uint32_t)slot->time, .padding = (uint32_t)world.padding, .left = (uint32_t)area.left,
        .top = (uint32_t)area.top, .downsampling_x = (uint32_t)area.binning_x,
        .downsampling_y = (uint32_t)area.binning_y, .exposure_us = (uint32_t)slot->exposure_us,
        .gain = (float)get(camera, "gain"), .acquisition_number = slot->number,
        .user_data = (uint32_t)get(camera, "image_user_data"),
    };
    filled.microseconds = (uint32_t)((slot->time - filled.seconds) * 1e6);
    size_t begin = __builtin_offsetof(XI_IMAGE, format);
    size_t size = image->size < sizeof filled ? image->size : sizeof filled;
    if (size > begin) memcpy((char *)image + begin, (char *)&filled + begin, size - begin);
}

static int deliver(camera *camera, XI_IMAGE *image) {
    if (get(camera, "recent_frame")) {
        while (camera->queued > 1) {
            camera->first = (camera->first + 1) % camera->ring_count;
            camera->queued--;
            camera->counters[API_SKIPPED]++;
        }
    }
    const slot *slot = &camera->ring[camera->first];
    size_t bytes = (size_t)current_layout(camera).bytes;
    if (get(camera, "buffer_policy") == 0) {
        image->memory = slot->memory;
        image->memory_bytes = (uint32_t)bytes;
    } else {
        if (!image->memory) {
            if (!camera->copy) camera->copy = malloc(bytes);
            if (!camera->copy) return XI_MEMORY;
            image->memory = camera->copy;
            image->memory_bytes = (uint32_t)bytes;
        } else if (image->memory_bytes < bytes) {
            return XI_BUFFER_TOO_SMALL;
        }
        memcpy(image->memory, slot->memory, bytes);
    }
    describe(camera, slot, image);
    camera->first = (camera->first + 1) % camera->ring_count;
    camera->queued--;
    return XI_OK;
}

int xiGetImage(XI_HANDLE handle, uint32_t milliseconds, XI_IMAGE *image) {
    camera *camera;
    if (!image || image->size < 44) return XI_INVALID_ARG;
    int code = enter(handle, &camera);
    if (code) return code == XI_READREG ? XI_DEVICE_NOT_READY : code;
    double end = now() + milliseconds / 1e3;
    while (true) {
        while (is_fault_ordered(camera->serial, "hang", NULL, 0)) pause_for(0.001);
        if (!camera->is_open) code = XI_INVALID_HANDLE;
        else if (is_fault_ordered(camera->serial, "unplugged", NULL, 0)) camera->is_gone = true;
        if (!code && camera->is_gone) code = XI_DEVICE_NOT_READY;
        if (!code) code = (int)ordered_code(camera->serial, "image");
        if (!code && !camera->is_acquiring) code = XI_ACQUISITION_STOPPED;
        if (code) break;
        advance(camera);
        if (camera->queued > 0) {
            code = deliver(camera, image);
            break;
        }
        code = now() >= end ? XI_TIMEOUT : XI_OK;
        if (code) break;
        sleep_until(camera, end);
    }
    leave(camera);
    return code;
}
