// The cameras of this process.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

world_state world;

static bool add_camera(const char *name, const char *serial) {
    const model *found = *name ? NULL : &models[world.count % model_count];
    for (int i = 0; i < model_count; i++) {
        if (strcmp(models[i].name, name) == 0) found = &models[i];
    }
    if (!found) return false;
    if (world.count == CAMERA_LIMIT) return true;
    camera *new = &world.cameras[world.count++];
    new->model = found;
    snprintf(new->serial, sizeof new->serial, "%s", serial);
    new->lock_file = -1;
    return true;
}

static bool read_statement(const char *key, const char *first, const char *second) {
    (void)second;
    if (strcmp(key, "padding") != 0) return false;
    world.padding = atoi(first);
    return world.padding >= 0 && world.padding <= 64;
}

static int camera_count(void) { return world.count; }

static void swap_cameras(int one, int other) {
    camera kept = world.cameras[one];
    world.cameras[one] = world.cameras[other];
    world.cameras[other] = kept;
}

static void prepare(camera *camera) {
    pthread_mutex_init(&camera->lock, NULL);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&camera->changed, &clock);
    camera->values = calloc((size_t)parameter_count, sizeof *camera->values);
    camera->since = now() - 100;
}

bool world_load(void) {
    static const simulated_library library = {
        .variables = "XIMEA",
        .folder = "ximea-simulated",
        .cameras = "20751650,CICAU2011003",
        .add_camera = add_camera,
        .read_statement = read_statement,
        .camera_count = camera_count,
        .swap_cameras = swap_cameras,
    };
    if (world.is_loaded) return true;
    memset(&world, 0, sizeof world);
    if (!load_world(&library)) return false;
    for (int i = 0; i < world.count; i++) prepare(&world.cameras[i]);
    world.is_loaded = true;
    return true;
}

bool world_plug_in(const char *serial) {
    if (!world_load() || world_settings_now.is_from_file) return false;
    for (int i = 0; i < world.count; i++) {
        if (strcmp(world.cameras[i].serial, serial) == 0) return false;
    }
    int before = world.count;
    add_camera("", serial);
    if (world.count > before) prepare(&world.cameras[before]);
    return world.count > before;
}
