// The cameras of this process.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

world_state world = {.lock = PTHREAD_MUTEX_INITIALIZER};

/// The number that the library reports: the digits of the serial number.
static int number_of(const char *serial) {
    long number = 0;
    for (; *serial; serial++) {
        if (isdigit((unsigned char)*serial)) number = (number * 10 + (*serial - '0')) % 1000000000;
    }
    return (int)number;
}

static bool add_camera(const char *name, const char *serial) {
    const model *found = *name ? NULL : &models[0];
    for (int i = 0; i < model_count; i++) {
        if (strcmp(models[i].name, name) == 0) found = &models[i];
    }
    if (!found) return false;
    if (world.count == CAMERA_LIMIT) return true;
    camera *new = &world.cameras[world.count++];
    memset(new, 0, sizeof *new);
    new->model = found;
    snprintf(new->serial, sizeof new->serial, "%.31s", serial);
    new->number = number_of(serial);
    new->lock_file = -1;
    return true;
}

static bool read_statement(const char *key, const char *first, const char *second) {
    (void)second;
    if (strcmp(key, "semaphore-wait") != 0) return false;
    world.semaphore_wait = atof(first);
    return true;
}

static int camera_count(void) { return world.count; }

static void swap_cameras(int one, int other) {
    camera kept = world.cameras[one];
    world.cameras[one] = world.cameras[other];
    world.cameras[other] = kept;
}

bool world_load(void) {
    static const simulated_library library = {
        .variables = "ANDOR_SDK2",
        .folder = "andor-sdk2-simulated",
        .cameras = "11001,11002",
        .add_camera = add_camera,
        .read_statement = read_statement,
        .camera_count = camera_count,
        .swap_cameras = swap_cameras,
    };
    if (world.is_loaded) return true;
    world.count = 0;
    world.semaphore_wait = 30;
    if (!load_world(&library)) return false;
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&world.changed, &clock);
    world.is_loaded = true;
    return true;
}
