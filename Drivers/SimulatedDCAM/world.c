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
    (void)key, (void)first, (void)second;
    return false;
}

/// The cameras that were plugged in one by one.
static struct {
    char serials[CAMERA_LIMIT][48];
    int count;
} plugged;

static int camera_count(void) { return world.count; }

static void swap_cameras(int one, int other) {
    camera kept = world.cameras[one];
    world.cameras[one] = world.cameras[other];
    world.cameras[other] = kept;
}

static bool is_listed(const char *serial) {
    for (int i = 0; i < world.count; i++) {
        if (strcmp(world.cameras[i].serial, serial) == 0) return true;
    }
    return false;
}

static void prepare(camera *camera) {
    pthread_mutex_init(&camera->lock, NULL);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&camera->changed, &clock);
    camera->values = calloc((size_t)property_count * 4, sizeof *camera->values);
}

bool world_load(void) {
    static const simulated_library library = {
        .variables = "DCAM",
        .folder = "hamamatsu-dcam-simulated",
        .cameras = "001234,005678",
        .add_camera = add_camera,
        .read_statement = read_statement,
        .camera_count = camera_count,
        .swap_cameras = swap_cameras,
    };
    memset(&world, 0, sizeof world);
    if (!load_world(&library)) return false;
    for (int i = 0; i < plugged.count && !world_settings_now.is_from_file; i++) {
        if (!is_listed(plugged.serials[i])) add_camera("", plugged.serials[i]);
    }
    for (int i = 0; i < world.count; i++) prepare(&world.cameras[i]);
    return true;
}

bool world_plug_in(const char *serial) {
    if (world.is_loaded && (world_settings_now.is_from_file || is_listed(serial))) return false;
    if (plugged.count < CAMERA_LIMIT) {
        snprintf(plugged.serials[plugged.count++], sizeof plugged.serials[0], "%s", serial);
    }
    // Unlike a real one, a simulated camera appears in the list at once.
    int before = world.count;
    if (world.is_loaded) add_camera("", serial);
    if (world.count > before) prepare(&world.cameras[before]);
    return true;
}

void world_unload(void) {
    for (int i = 0; i < world.count; i++) free(world.cameras[i].values);
}
