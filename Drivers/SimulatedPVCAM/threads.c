// The threads of an acquisition: one fills the application's memory, the other one calls the application.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "simulation.h"

void note_acquisition(const camera *camera, bool is_acquiring) {
    char path[640];
    snprintf(path, sizeof path, "%s/%s.exposing", world_settings_now.state, camera->serial);
    if (!is_acquiring) {
        unlink(path);
        return;
    }
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) close(file);
}

void expect(camera *camera, double start) {
    camera->exposed = start;
    camera->due = start + exposure_seconds(camera) + readout_seconds(camera);
    camera->busy_until = camera->due;
    pthread_cond_broadcast(&world.changed);
}

void start(camera *camera) {
    pause_for(0.02 * world_settings_now.pace);
    camera->phase = ACQUIRING;
    camera->count = camera->dropped = camera->unlocked = 0;
    camera->queued = camera->queue_start = 0;
    camera->has_overrun = camera->has_begun = camera->has_news = false;
    camera->due = camera->busy_until = 0;
    note_acquisition(camera, true);
    start_threads(camera);
    if (series_period(camera) > 0) expect(camera, now());
    pthread_cond_broadcast(&world.changed);
}

void stop(camera *camera) {
    if (camera->phase == ACQUIRING) {
        camera->phase = READY;
        note_acquisition(camera, false);
    }
    camera->due = 0;
    camera->queued = 0;
    pthread_cond_broadcast(&world.changed);
    bool is_caller = camera->has_threads && pthread_equal(pthread_self(), camera->caller);
    while (camera->is_painting || (camera->is_calling && !is_caller)) sleep_until(now() + 0.02);
}

void sleep_until(double end) {
    // Other processes order faults and cannot wake this one.
    end = least(end, now() + 0.02);
    struct timespec limit = {(time_t)end, (long)((end - (double)(time_t)end) * 1e9)};
    pthread_cond_timedwait(&world.changed, &world.lock, &limit);
}

// ---- Pixels

static long number_of(const char *serial) {
    long number = 0;
    for (; *serial; serial++) if (*serial >= '0' && *serial <= '9') number = (number * 10 + (*serial - '0')) % 4096;
    return number;
}

static void paint(const camera *camera, uint8_t *memory, long number) {
    const setup *setup = &camera->setup;
    int across = setup->region.sbin, down = setup->region.pbin;
    for (long y = 0; y < setup->height; y++) {
        const uint16_t *row = light(setup->region.s1, setup->region.p1 + y * down);
        uint8_t *line = memory + y * setup->width * setup->depth;
        if (setup->depth == 1) for (long x = 0; x < setup->width; x++) line[x] = (uint8_t)(row[x * across] >> 4);
        else if (across == 1) memcpy(line, row, (size_t)setup->width * 2);
        else for (long x = 0; x < setup->width; x++) ((uint16_t *)line)[x] = row[x * across];
    }
    // The first two pixels identify the image and the camera.
    long first[2] = {number & 4095, number_of(camera->serial)};
    for (int i = 0; i < 2 && i < setup->width; i++) {
        if (setup->depth == 1) memory[i] = (uint8_t)first[i];
        else ((uint16_t *)memory)[i] = (uint16_t)first[i];
    }
}

// ---- The thread of the frames

static void queue_callback(camera *camera, FRAME_INFO info) {
    // As many wait as the ring has frames; later ones are forgotten.
    if (camera->queued == camera->slot_count) return;
    camera->queue[(camera->queue_start + camera->queued++) % camera->slot_count] = info;
}

/// Frames that the camera took and that never arrived.
static void drop_frames(camera *camera) {
    char text[32];
    if (!is_fault_ordered(camera->serial, "drops", text, sizeof text)) return;
    camera->dropped += atol(text);
    end_fault(camera->serial, "drops");
}

static void take_frame(camera *camera) {
    double exposed = camera->exposed, due = camera->due, period = series_period(camera);
    camera->due = 0;
    if (!camera->setup.is_sequence && !camera->setup.may_overwrite
        && camera->count - camera->unlocked >= camera->slot_count) {
        camera->has_overrun = true;
        return;
    }
    // A computer that is late by more than the ring loses frames.
    if (period > 0 && !camera->setup.is_sequence) {
        long behind = (long)((now() - due) / period) - camera->slot_count;
        if (behind > 0) {
            camera->dropped += behind;
            exposed += (double)behind * period;
            due += (double)behind * period;
        }
    }
    drop_frames(camera);
    long place = camera->count % camera->slot_count, number = camera->count + camera->dropped + 1;
    uint8_t *memory = camera->memory + place * camera->setup.frame_bytes;
    // The old frame must not pass for the new one.
    if (camera->setup.header_bytes) memset(memory, 0, (size_t)camera->setup.header_bytes);
    camera->is_painting = true;
    pthread_mutex_unlock(&world.lock);
    paint(camera, memory + camera->setup.header_bytes, number - 1);
    if (camera->setup.header_bytes) {
        write_metadata(camera, memory, number, exposed - camera->clock_zero, due - camera->clock_zero);
    }
    pthread_mutex_lock(&world.lock);
    camera->is_painting = false;
    if (camera->phase != ACQUIRING) return;
    slot *slot = &camera->slots[place];
    slot->info = (FRAME_INFO){
        .handle = (int16_t)(camera - world.cameras),
        .number = (int32_t)number,
        .end = (int64_t)(due * 1e4),
        .readout = (int32_t)(readout_seconds(camera) * 1e4),
        .begin = (int64_t)(exposed * 1e4),
    };
    slot->is_filled = camera->has_news = true;
    camera->count++;
    if (camera->setup.is_sequence && camera->count == camera->setup.frames) {
        camera->phase = READY;
        camera->must_finish = true;
        note_acquisition(camera, false);
    } else if (period > 0) {
        expect(camera, exposed + period);
    }
    queue_callback(camera, slot->info);
}

static void *run_painter(void *context) {
    camera *camera = context;
    pthread_mutex_lock(&world.lock);
    while (!camera->must_end) {
        if (!camera->is_gone && is_fault_ordered(camera->serial, "unplugged", NULL, 0)) {
            camera->is_gone = true;
            camera->due = 0;
        }
        bool is_silent = camera->due > 0 && is_fault_ordered(camera->serial, "silent", NULL, 0);
        bool is_due = camera->phase == ACQUIRING && camera->due > 0 && camera->due <= now();
        if (is_due && !is_silent && !camera->is_gone) take_frame(camera);
        bool has_more = camera->phase == ACQUIRING && camera->due > 0 && !is_silent;
        pthread_cond_broadcast(&world.changed);
        sleep_until(has_more ? camera->due : now() + 0.02);
    }
    pthread_mutex_unlock(&world.lock);
    return NULL;
}

// ---- The thread of the callbacks

static void call(camera *camera, int event, FRAME_INFO info) {
    callback callback = camera->callbacks[event];
    if (!callback.function) return;
    camera->is_calling = true;
    pthread_mutex_unlock(&world.lock);
    switch (callback.shape) {
    case 0: ((void (*)(void))callback.function)(); break;
    case 1: ((void (*)(void *))callback.function)(callback.context); break;
    case 2: ((void (*)(const FRAME_INFO *))callback.function)(&info); break;
    default: ((void (*)(const FRAME_INFO *, void *))callback.function)(&info, callback.context); break;
    }
    pthread_mutex_lock(&world.lock);
    camera->is_calling = false;
    pthread_cond_broadcast(&world.changed);
}

static void call_for_frame(camera *camera) {
    FRAME_INFO info = camera->queue[camera->queue_start];
    camera->queue_start = (camera->queue_start + 1) % camera->slot_count;
    camera->queued--;
    char text[32];
    if (is_fault_ordered(camera->serial, "late-callbacks", text, sizeof text)) {
        camera->is_calling = true;
        pthread_mutex_unlock(&world.lock);
        pause_for(atof(text));
        pthread_mutex_lock(&world.lock);
        camera->is_calling = false;
    }
    // One of two frames is reported.
    if (is_fault_ordered(camera->serial, "missed-callbacks", NULL, 0) && info.number % 2 == 0) return;
    call(camera, EOF_EVENT, info);
    if (is_fault_ordered(camera->serial, "double-callbacks", NULL, 0)) call(camera, EOF_EVENT, info);
}

static void *run_caller(void *context) {
    camera *camera = context;
    pthread_mutex_lock(&world.lock);
    while (!camera->must_end) {
        if (camera->is_gone && !camera->has_reported_loss) {
            camera->has_reported_loss = true;
            call(camera, CAM_REMOVED, (FRAME_INFO){.handle = (int16_t)(camera - world.cameras)});
        } else if (camera->queued > 0) {
            call_for_frame(camera);
        } else {
            sleep_until(now() + 0.02);
        }
    }
    pthread_mutex_unlock(&world.lock);
    return NULL;
}

void start_threads(camera *camera) {
    if (camera->has_threads) return;
    camera->must_end = false;
    camera->has_threads = true;
    pthread_create(&camera->painter, NULL, run_painter, camera);
    pthread_create(&camera->caller, NULL, run_caller, camera);
}

void end_threads(camera *camera) {
    if (!camera->has_threads) return;
    camera->must_end = true;
    pthread_cond_broadcast(&world.changed);
    pthread_mutex_unlock(&world.lock);
    pthread_join(camera->painter, NULL);
    // A callback may close its own camera.
    if (pthread_equal(pthread_self(), camera->caller)) pthread_detach(camera->caller);
    else pthread_join(camera->caller, NULL);
    pthread_mutex_lock(&world.lock);
    camera->has_threads = false;
}
