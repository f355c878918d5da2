// The times of images: exposures, read-out, triggers, and the ring.
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "simulation.h"

layout current_layout(camera *camera) {
    bool has_area = get(camera, SUBARRAY_MODE) == 2;
    layout area = {
        .left = has_area ? (long)get(camera, HPOS) : 0,
        .top = has_area ? (long)get(camera, VPOS) : 0,
        .binning = binning(camera),
        .pixel_type = (int)get(camera, PIXEL_TYPE),
    };
    area.width = (has_area ? (long)get(camera, HSIZE) : camera->model->width) / area.binning;
    area.height = (has_area ? (long)get(camera, VSIZE) : camera->model->height) / area.binning;
    switch (area.pixel_type) {
    case MONO8: area.row_bytes = area.width; break;
    case MONO16: area.row_bytes = area.width * 2; break;
    default: area.row_bytes = (area.width * 3 + 1) / 2; break;
    }
    area.frame_bytes = area.row_bytes * area.height;
    return area;
}

double readout_time(camera *camera) {
    int speed = (int)get(camera, READOUT_SPEED) - 1;
    layout area = current_layout(camera);
    return (double)(area.height * area.binning) * camera->model->row_time[speed];
}

double frame_period(camera *camera) { return most(get(camera, EXPOSURE), readout_time(camera)); }

/// Seconds between two images of a series without software triggers; 0 if there is no series.
static double series_period(camera *camera) {
    switch ((int)get(camera, TRIGGER_SOURCE)) {
    case INTERNAL: return frame_period(camera);
    case MASTER_PULSE: return most(get(camera, MASTER_PULSE_INTERVAL), frame_period(camera));
    case EXTERNAL:
        if (world_settings_now.external_rate <= 0) return 0;
        if (get(camera, TRIGGER_MODE) == 6) return frame_period(camera);
        // A pulse that comes too early is ignored, and a later one counts.
        double rate = world_settings_now.external_rate, busy = get(camera, EXPOSURE) + readout_time(camera);
        return whole(busy * rate + 1 - 1e-9) / rate;
    default: return 0;
    }
}

static void expect(camera *camera, double start) {
    camera->exposed = start;
    camera->due = start + get(camera, EXPOSURE) + readout_time(camera);
    camera->busy_until = camera->due;
}

void release_ring(camera *camera) {
    for (int i = 0; camera->owns_memory && i < camera->ring_count; i++) free(camera->ring[i].memory);
    free(camera->ring);
    camera->ring = NULL;
    camera->ring_count = 0;
}

void start(camera *camera, bool is_snap) {
    pause_for(0.02 * world_settings_now.pace);
    for (int i = 0; i < camera->ring_count; i++) camera->ring[i].number = -1;
    camera->is_capturing = true;
    camera->is_snap = is_snap;
    camera->has_begun = false;
    camera->frame_count = 0;
    camera->start_count++;
    camera->due = camera->busy_until = 0;
    if (series_period(camera) > 0) expect(camera, now());
    pthread_cond_broadcast(&camera->changed);
}

void stop(camera *camera) {
    camera->is_capturing = false;
    camera->due = 0;
    pthread_cond_broadcast(&camera->changed);
}

void fire(camera *camera) {
    long count = camera->start_count;
    while (camera->is_capturing && camera->start_count == count && now() < camera->busy_until) {
        advance(camera);
        sleep_until(camera, camera->busy_until);
    }
    if (!camera->is_capturing || camera->start_count != count) return;
    advance(camera);
    expect(camera, now() + get(camera, TRIGGER_DELAY));
    // In mode START the first trigger begins a series.
    if (get(camera, TRIGGER_MODE) == 6) put(camera, TRIGGER_SOURCE, INTERNAL);
    pthread_cond_broadcast(&camera->changed);
}

// ---- Pixels

static void paint_row(camera *camera, const layout *area, long y, long number, uint8_t *memory) {
    uint32_t row[8192];
    for (long x = 0; x < area->width; x++) row[x] = *light(area->left + x * area->binning, area->top + y * area->binning);
    // The first two pixels identify the image and the camera.
    if (y == 0) {
        row[0] = (uint32_t)number & 4095;
        row[1] = (uint32_t)atoi(camera->serial) & 4095;
    }
    switch (area->pixel_type) {
    case MONO8: for (long x = 0; x < area->width; x++) memory[x] = (uint8_t)(row[x] >> 4); break;
    case MONO12: pack_middle_byte(row, area->width, memory); break;
    case MONO12P: pack_lowest_first(row, area->width, memory); break;
    default: for (long x = 0; x < area->width; x++) ((uint16_t *)memory)[x] = (uint16_t)row[x]; break;
    }
}

static void paint(camera *camera, uint8_t *memory, long number) {
    layout area = current_layout(camera);
    for (long y = 0; y < area.height; y++) {
        uint8_t *line = memory + y * area.row_bytes;
        if (y > 0 && area.pixel_type == MONO16 && area.binning == 1) {
            memcpy(line, light(area.left, area.top + y), (size_t)area.width * 2);
        } else {
            paint_row(camera, &area, y, number, line);
        }
    }
}

static double wall_clock(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void store(camera *camera) {
    slot *slot = &camera->ring[camera->frame_count % camera->ring_count];
    slot->number = camera->frame_count++;
    slot->time = wall_clock() - (now() - camera->exposed);
    paint(camera, slot->memory, slot->number);
    if (camera->is_snap && camera->frame_count == camera->ring_count) stop(camera);
}

void advance(camera *camera) {
    if (is_fault_ordered(camera->serial, "silent", NULL, 0)) return;
    while (camera->is_capturing && camera->due > 0 && camera->due <= now()) {
        double exposed = camera->exposed, period = series_period(camera);
        // Images that would be overwritten at once are only counted.
        if (period > 0 && !camera->is_snap) {
            long behind = (long)((now() - camera->due) / period) - camera->ring_count;
            if (behind > 0) {
                camera->frame_count += behind;
                exposed += (double)behind * period;
                camera->exposed = exposed;
            }
        }
        store(camera);
        if (!camera->is_capturing) return;
        if (period > 0) expect(camera, exposed + period);
        else camera->due = 0;
    }
}

void sleep_until(camera *camera, double end) {
    if (camera->due > 0) end = least(end, camera->due);
    // Other processes order faults and cannot wake this one.
    end = least(end, now() + 0.02);
    struct timespec limit = {(time_t)end, (long)((end - (double)(time_t)end) * 1e9)};
    pthread_cond_timedwait(&camera->changed, &camera->lock, &limit);
}
