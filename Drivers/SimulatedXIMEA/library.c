// The library itself: enumeration, open cameras, and acquisitions.
#include <stdio.h>
#include <string.h>
#include "simulation.h"

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

/// The cameras that the latest enumeration has seen, in its order.
static camera *listed[CAMERA_LIMIT];
static uint32_t listed_count;

int xiGetNumberDevices(uint32_t *count) {
    if (!count) return XI_INVALID_ARG;
    pthread_mutex_lock(&library_lock);
    listed_count = 0;
    int code = world_load() ? (int)ordered_code("library", "enumerate") : XI_NO_DEVICES_FOUND;
    // Processes that enumerate at the same time disturb each other.
    int turn = code ? -1 : take_camera("enumeration");
    if (!code) pause_for(0.1 * world_settings_now.pace);
    for (int i = 0; turn >= 0 && i < world.count; i++) {
        camera *camera = &world.cameras[i];
        camera->is_listed = !is_fault_ordered(camera->serial, "unplugged", NULL, 0);
        if (camera->is_listed) listed[listed_count++] = camera;
    }
    release_camera(&turn);
    *count = listed_count;
    pthread_mutex_unlock(&library_lock);
    return code;
}

int simulated_ximea_plug_in(const char *serial) {
    pthread_mutex_lock(&library_lock);
    int code = serial && world_plug_in(serial) ? XI_OK : XI_NOT_SUPPORTED;
    pthread_mutex_unlock(&library_lock);
    return code;
}

// ---- What can be known before opening

static const char *info(const camera *camera, const char *name) {
    if (strcmp(name, "device_sn") == 0) return camera->serial;
    if (strcmp(name, "device_name") == 0) return camera->model->reported;
    if (strcmp(name, "device_type") == 0) return camera->model->type;
    if (strcmp(name, "device_inst_path") == 0 || strcmp(name, "device_loc_path") == 0) return camera->serial;
    if (strcmp(name, "device_user_id") == 0) return camera->user_id;
    return NULL;
}

int xiGetDeviceInfoString(uint32_t index, const char *name, char *value, uint32_t size) {
    if (!name || !value || !size) return XI_INVALID_ARG;
    pthread_mutex_lock(&library_lock);
    int code = index < listed_count ? XI_OK : XI_INVALID_ARG;
    const char *text = code ? NULL : info(listed[index], name);
    if (!code && !text) code = XI_UNKNOWN_PARAM;
    if (text && strlen(text) >= size) code = XI_PARAM_BUFFER_TOO_SMALL;
    else if (text) strcpy(value, text);
    pthread_mutex_unlock(&library_lock);
    return code;
}

int xiGetDeviceInfoInt(uint32_t index, const char *name, int *value) {
    if (!name || !value) return XI_INVALID_ARG;
    pthread_mutex_lock(&library_lock);
    int code = index < listed_count ? XI_OK : XI_INVALID_ARG;
    if (!code && strcmp(name, "device_model_id") != 0) code = XI_UNKNOWN_PARAM;
    if (!code) *value = listed[index]->model->id;
    pthread_mutex_unlock(&library_lock);
    return code;
}

int xiGetDeviceInfo(uint32_t index, const char *name, void *value, uint32_t *size, int *type) {
    if (!value || !size || !type) return XI_INVALID_ARG;
    if (*type != XI_STRING) return *size < 4 ? XI_WRONG_SIZE : xiGetDeviceInfoInt(index, name, value);
    int code = xiGetDeviceInfoString(index, name, value, *size);
    if (!code) *size = (uint32_t)strlen(value);
    return code;
}

// ---- Opening

static int open_camera(camera *camera, XI_HANDLE *handle) {
    int code = (int)ordered_code(camera->serial, "open");
    if (code) return code;
    if (is_fault_ordered(camera->serial, "unplugged", NULL, 0)) return XI_NO_DEVICES_FOUND;
    if (camera->is_open || (camera->lock_file = take_camera(camera->serial)) < 0) return XI_RESOURCE_LOCKED;
    pthread_mutex_lock(&camera->lock);
    // Settings are those of the camera's start set.
    reset(camera);
    camera->is_gone = false;
    camera->is_open = true;
    pthread_mutex_unlock(&camera->lock);
    *handle = camera;
    return XI_OK;
}

int xiOpenDevice(uint32_t index, XI_HANDLE *handle) {
    if (!handle) return XI_INVALID_ARG;
    pthread_mutex_lock(&library_lock);
    int code = index < listed_count ? open_camera(listed[index], handle) : XI_NO_DEVICES_FOUND;
    pthread_mutex_unlock(&library_lock);
    if (!code) pause_for(world_settings_now.open_time);
    return code;
}

int xiOpenDeviceBy(int selector, const char *value, XI_HANDLE *handle) {
    if (!handle || !value) return XI_INVALID_ARG;
    static const char *names[] = {"device_inst_path", "device_sn", "device_user_id", "device_loc_path"};
    if (selector < 0 || selector > 3) return XI_INVALID_ARG;
    pthread_mutex_lock(&library_lock);
    int code = XI_NO_DEVICES_FOUND;
    for (uint32_t i = 0; i < listed_count; i++) {
        if (strcmp(info(listed[i], names[selector]), value) != 0) continue;
        code = open_camera(listed[i], handle);
        break;
    }
    pthread_mutex_unlock(&library_lock);
    if (!code) pause_for(world_settings_now.open_time);
    return code;
}

static int enter_open(XI_HANDLE handle, camera **camera) {
    pthread_mutex_lock(&library_lock);
    int code = XI_INVALID_HANDLE;
    for (int i = 0; i < world.count; i++) {
        if (&world.cameras[i] == handle && handle->is_open) code = XI_OK;
    }
    pthread_mutex_unlock(&library_lock);
    if (code) return code;
    *camera = handle;
    pthread_mutex_lock(&handle->lock);
    if (handle->is_open) return XI_OK;
    // It has been closed while this call waited.
    pthread_mutex_unlock(&handle->lock);
    return XI_INVALID_HANDLE;
}

int enter(XI_HANDLE handle, camera **camera) {
    int code = enter_open(handle, camera);
    if (code) return code;
    if (is_fault_ordered((*camera)->serial, "unplugged", NULL, 0)) (*camera)->is_gone = true;
    if (!(*camera)->is_gone) return XI_OK;
    leave(*camera);
    return XI_READREG;
}

void leave(camera *camera) { pthread_mutex_unlock(&camera->lock); }

int xiCloseDevice(XI_HANDLE handle) {
    camera *camera;
    int code = enter_open(handle, &camera);
    if (code) return code;
    stop(camera);
    camera->is_open = false;
    release_camera(&camera->lock_file);
    leave(camera);
    return XI_OK;
}

int xiStartAcquisition(XI_HANDLE handle) {
    camera *camera;
    int code = enter(handle, &camera);
    if (code) return code;
    code = (int)ordered_code(camera->serial, "start");
    if (!code) code = camera->is_acquiring ? XI_ACQUISITION_ALREADY_UP : start(camera);
    leave(camera);
    return code;
}

int xiStopAcquisition(XI_HANDLE handle) {
    camera *camera;
    int code = enter(handle, &camera);
    if (code) return code;
    if (camera->is_acquiring) {
        pause_for(0.02 * world_settings_now.pace);
        stop(camera);
    }
    leave(camera);
    return XI_OK;
}
