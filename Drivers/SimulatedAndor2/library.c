// Cameras and their handles, initialisation, identity and versions.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "simulation.h"

static bool lock_world(void) {
    pthread_mutex_lock(&world.lock);
    return world_load();
}

unsigned int leave(unsigned int code) {
    pthread_mutex_unlock(&world.lock);
    return code;
}

static bool is_present(const camera *camera) { return !is_fault_ordered(camera->serial, "unplugged", NULL, 0); }

bool is_gone(camera *camera) {
    if (!is_present(camera)) camera->is_gone = true;
    return camera->is_gone;
}

unsigned int enter(const char *function, camera **current) {
    bool is_there = lock_world() && world.count > 0;
    camera *found = is_there ? &world.cameras[world.current] : NULL;
    if (!found || !found->is_initialised) return leave(DRV_NOT_INITIALIZED);
    long ordered = ordered_code(found->serial, function);
    if (ordered) return leave((unsigned int)ordered);
    advance(found);
    *current = found;
    return DRV_SUCCESS;
}

unsigned int enter_idle(const char *function, camera **camera) {
    unsigned int code = enter(function, camera);
    if (code != DRV_SUCCESS) return code;
    if (is_gone(*camera)) return leave(DRV_ACK);
    return (*camera)->is_acquiring ? leave(DRV_ACQUIRING) : DRV_SUCCESS;
}

PUBLIC GetAvailableCameras(int32_t *count) {
    int present = 0;
    bool is_there = lock_world();
    for (int i = 0; is_there && i < world.count; i++) present += is_present(&world.cameras[i]);
    if (count) *count = present;
    return leave(count ? DRV_SUCCESS : DRV_P1INVALID);
}

PUBLIC GetCameraHandle(int32_t index, int32_t *handle) {
    unsigned int code = DRV_P1INVALID;
    bool is_there = lock_world();
    for (int i = 0; is_there && handle && i < world.count; i++) {
        if (!is_present(&world.cameras[i]) || index-- != 0) continue;
        *handle = FIRST_HANDLE + i;
        code = DRV_SUCCESS;
        break;
    }
    return leave(handle ? code : DRV_P2INVALID);
}

PUBLIC SetCurrentCamera(int32_t handle) {
    int index = handle - FIRST_HANDLE;
    bool is_there = lock_world() && index >= 0 && index < world.count;
    if (is_there) world.current = index;
    return leave(is_there ? DRV_SUCCESS : DRV_P1INVALID);
}

PUBLIC GetCurrentCamera(int32_t *handle) {
    if (!handle) return DRV_P1INVALID;
    lock_world();
    *handle = FIRST_HANDLE + world.current;
    return leave(DRV_SUCCESS);
}

/// The cooler of a camera that was left cold, by the file that remembers it.
static void find_cooler(camera *camera) {
    char text[32];
    int set_point = 20;
    camera->is_cooler_on = is_fault_ordered(camera->serial, "cooler", text, sizeof text);
    if (camera->is_cooler_on && sscanf(text, "%d", &set_point) != 1) set_point = 20;
    camera->set_point = set_point;
    camera->temperature = camera->is_cooler_on ? set_point : 20;
    camera->cooled_at = now();
}

static void remember_cooler(const camera *camera) {
    end_fault(camera->serial, "cooler");
    if (!camera->is_cooler_on || !camera->is_cooler_kept) return;
    char path[640];
    snprintf(path, sizeof path, "%s/%s.cooler", world_settings_now.state, camera->serial);
    FILE *file = fopen(path, "we");
    if (!file) return;
    fprintf(file, "%d\n", camera->set_point);
    fclose(file);
}

static bool is_folder(const char *path) {
    struct stat status;
    return path && stat(*path ? path : ".", &status) == 0 && S_ISDIR(status.st_mode);
}

/// A program that was killed has left the semaphore of all processes taken: the wait for it ends, and it is put right.
static void take_semaphore(void) {
    if (!is_fault_ordered("library", "semaphore", NULL, 0)) return;
    pause_for(world.semaphore_wait);
    end_fault("library", "semaphore");
}

PUBLIC Initialize(const char *folder) {
    if (!lock_world() || world.count == 0) return leave(DRV_VXDNOTINSTALLED);
    camera *camera = &world.cameras[world.current];
    long ordered = ordered_code(camera->serial, "Initialize");
    if (ordered) return leave((unsigned int)ordered);
    if (camera->is_initialised) return leave(camera->is_acquiring ? DRV_ACQUIRING : DRV_SUCCESS);
    take_semaphore();
    if (!is_present(camera)) return leave(DRV_VXDNOTINSTALLED);
    if (!is_folder(folder)) return leave(DRV_LOAD_FIRMWARE);
    camera->lock_file = take_camera(camera->serial);
    if (camera->lock_file < 0) return leave(DRV_NOT_AVAILABLE);
    camera->is_initialised = true;
    camera->is_gone = false;
    reset(camera);
    find_cooler(camera);
    leave(DRV_SUCCESS);
    pause_for(world_settings_now.open_time);
    return DRV_SUCCESS;
}

PUBLIC ShutDown(void) {
    bool is_there = lock_world() && world.count > 0;
    camera *camera = is_there ? &world.cameras[world.current] : NULL;
    if (!camera || !camera->is_initialised) return leave(DRV_NOT_INITIALIZED);
    stop(camera);
    remember_cooler(camera);
    camera->is_initialised = false;
    release_camera(&camera->lock_file);
    return leave(DRV_SUCCESS);
}

PUBLIC GetCameraInformation(int32_t index, int32_t *bits) {
    if (!lock_world() || index < 0 || index >= world.count) return leave(DRV_P1INVALID);
    // Present, alive, and initialised.
    if (bits) *bits = 1 | 2 | (world.cameras[index].is_initialised ? 4 : 0);
    return leave(bits ? DRV_SUCCESS : DRV_P2INVALID);
}

PUBLIC GetCameraSerialNumber(int *number) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *number = camera->number;
    return leave(DRV_SUCCESS);
}

PUBLIC GetHeadModel(char *name) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    strcpy(name, camera->model->reported);
    return leave(DRV_SUCCESS);
}

PUBLIC GetControllerCardModel(char *name) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    strcpy(name, camera->model->controller);
    return leave(DRV_SUCCESS);
}

PUBLIC GetVersionInfo(int kind, char *text, uint32_t length) {
    enum { SDK = 0x40000000, DEVICE_DRIVER = 0x40000001 };
    if (kind != SDK && kind != DEVICE_DRIVER) return DRV_P1INVALID;
    if (!text) return DRV_P2INVALID;
    camera *camera;
    // The driver's version is that of an initialised camera.
    if (kind == DEVICE_DRIVER) {
        unsigned int code = enter(__func__, &camera);
        if (code != DRV_SUCCESS) return code;
        leave(code);
    }
    snprintf(text, length, "%s", kind == SDK ? "2.102.30034.0" : "1.0.0.0");
    return DRV_SUCCESS;
}

PUBLIC GetSoftwareVersion(
    unsigned *eprom, unsigned *file, unsigned *driver, unsigned *build, unsigned *library, unsigned *revision
) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *eprom = *file = *driver = *build = 1;
    *library = 2;
    *revision = 102;
    return leave(DRV_SUCCESS);
}

PUBLIC GetHardwareVersion(
    unsigned *board, unsigned *decode, unsigned *one, unsigned *other, unsigned *version, unsigned *build
) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *board = *decode = *one = *other = 1;
    *version = 7;
    *build = 12;
    return leave(DRV_SUCCESS);
}

PUBLIC GetCapabilities(AndorCapabilities *found) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (!found || found->size != sizeof *found) return leave(DRV_P1INVALID);
    const model *model = camera->model;
    *found = (AndorCapabilities){
        .size = sizeof *found,
        .acq_modes = 1 | 2 | 4 | 8 | (model->has_frame_transfer ? 16 : 0),
        .read_modes = 1 | 2 | 4 | 8 | 16 | 32,
        .trigger_modes = 1 | 2 | 16 | (model->has_software_trigger ? 8 : 0) | (model->has_external_exposure ? 32 : 0) | 64,
        .camera_type = (uint32_t)model->type,
        .pixel_mode = 4,
        .set_functions = 1 | 2 | 4 | 0x1000 | (model->has_em ? 0x10 | 0x8000 : 0) | (model->gain_count > 1 ? 0x200 : 0)
            | (model->has_crop ? 0x400 : 0),
        .get_functions = 1 | 2 | 4 | 8 | (model->has_em ? 0x20 : 0),
        .features = 1 | 2 | 16 | 128 | 256 | (model->has_shutter ? 8 : 0) | (model->is_cool_while_busy ? 512 : 0)
            | (model->has_external_exposure ? 0x1000 | 0x2000 : 0) | (model->has_metadata ? 0x8000 : 0),
        .em_gain = model->has_em ? 1 | 2 | (model->type == 11 ? 0 : 4 | 8) : 0,
        .ft_read_modes = model->has_frame_transfer ? 1 | 2 : 0,
    };
    return leave(DRV_SUCCESS);
}
