// The cameras of this process.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "simulation.h"

world_state world = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool add_camera(const char *name, const char *serial) {
    const model *found = *name ? NULL : &models[world.count % model_count];
    for (int i = 0; i < model_count; i++) {
        if (strcmp(models[i].name, name) == 0) found = &models[i];
    }
    if (!found) return false;
    if (world.count == CAMERA_LIMIT) return true;
    camera *new = &world.cameras[world.count++];
    memset(new, 0, sizeof *new);
    new->model = found;
    snprintf(new->serial, sizeof new->serial, "%.31s", serial);
    new->lock_file = -1;
    return true;
}

static bool read_statement(const char *key, const char *first, const char *second) {
    (void)key, (void)first, (void)second;
    return false;
}

static int camera_count(void) { return world.count; }

static void swap_cameras(int one, int other) {
    camera kept = world.cameras[one];
    world.cameras[one] = world.cameras[other];
    world.cameras[other] = kept;
}

/// Whether the library finds its driver for USB in the folder that the environment names.
static bool has_usb_driver(void) {
    const char *path = getenv("PVCAM_UMD_PATH");
    struct stat status;
    return path && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/// Whether the camera is seen when the list is made.
static bool is_seen(const camera *camera) {
    if (strcmp(camera->model->link, "pvcamUSB") == 0 && !has_usb_driver()) return false;
    return !is_fault_ordered(camera->serial, "unplugged", NULL, 0);
}

bool world_load(void) {
    static const simulated_library library = {
        .variables = "PVCAM",
        .folder = "teledyne-pvcam-simulated",
        .cameras = "A21B204001,A21B204002",
        .add_camera = add_camera,
        .read_statement = read_statement,
        .camera_count = camera_count,
        .swap_cameras = swap_cameras,
    };
    world.count = 0;
    if (!load_world(&library)) return false;
    int seen = 0;
    for (int i = 0; i < world.count; i++) {
        if (is_seen(&world.cameras[i])) world.cameras[seen++] = world.cameras[i];
    }
    world.count = seen;
    // Named by their link, and numbered among those of the same link.
    for (int i = 0; i < world.count; i++) {
        int number = 0;
        for (int k = 0; k < i; k++) number += world.cameras[k].model->link == world.cameras[i].model->link;
        camera *camera = &world.cameras[i];
        snprintf(camera->name, sizeof camera->name, "%s_%d", camera->model->link, number);
        camera->values[0] = 0;
    }
    return true;
}
