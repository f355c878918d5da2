// The cameras of this process.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

world_state world;

static bool add_camera(const char *model, const char *serial) {
    unsigned bit = *model ? model_named(model) : model_numbered(world.camera_count);
    if (!bit) return false;
    if (world.camera_count == CAMERA_LIMIT) return true;
    camera *new = &world.cameras[world.camera_count++];
    new->model = bit;
    snprintf(new->serial, sizeof new->serial, "%s", serial);
    new->lock_file = -1;
    return true;
}

/// Reads a statement with two choices: whether it is the second one.
static bool read_choice(const char *text, const char *first, const char *second, bool *is_second) {
    *is_second = strcmp(text, second) == 0;
    return *is_second || strcmp(text, first) == 0;
}

static bool read_statement(const char *key, const char *first, const char *second) {
    if (strcmp(key, "handles") == 0) return read_choice(first, "new", "reused", &world.reuses_handles);
    if (strcmp(key, "area") == 0) return read_choice(first, "moves", "strict", &world.has_strict_areas);
    return false;
}

static int camera_count(void) { return world.camera_count; }

static void swap_cameras(int one, int other) {
    camera kept = world.cameras[one];
    world.cameras[one] = world.cameras[other];
    world.cameras[other] = kept;
}

static void put_simcams_last(void) {
    for (int i = 0, real = 0; i < world.camera_count; i++) {
        if (world.cameras[i].model != SIMCAM) swap_cameras(i, real++);
    }
}

static void prepare(camera *camera) {
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    // A callback may read features of its camera.
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&camera->lock, &kind);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&camera->changed, &clock);
    camera->values = calloc(feature_count, sizeof *camera->values);
    reset_features(camera);
}

bool world_load(void) {
    static const simulated_library library = {
        .variables = "ANDOR_SDK3",
        .folder = "andor-sdk3-simulated",
        .cameras = "VSC-01234,VSC-05678",
        .add_camera = add_camera,
        .read_statement = read_statement,
        .camera_count = camera_count,
        .swap_cameras = swap_cameras,
    };
    memset(&world, 0, sizeof world);
    if (!load_world(&library)) return false;
    put_simcams_last();
    world.system.model = SYSTEM;
    world.system.handle = AT_HANDLE_SYSTEM;
    prepare(&world.system);
    for (int i = 0; i < world.camera_count; i++) prepare(&world.cameras[i]);
    return true;
}
