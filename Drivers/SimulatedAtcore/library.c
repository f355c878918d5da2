// The library itself: initialisation, handles, and open cameras.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "library.h"

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;
static int start_count;
static AT_H last_handle = AT_HANDLE_SYSTEM;

int AT_InitialiseLibrary(void) {
    pthread_mutex_lock(&library_lock);
    bool is_first = start_count == 0;
    bool is_loaded = !is_first || world_load();
    if (is_loaded) start_count++;
    if (is_loaded && is_first) pause_for(0.3 * world_settings_now.pace);
    pthread_mutex_unlock(&library_lock);
    return is_loaded ? AT_SUCCESS : AT_ERR_CONNECTION;
}

static void close_camera(camera *camera) {
    pthread_mutex_lock(&camera->lock);
    camera->handle = 0;
    camera->is_acquiring = false;
    camera->buffer_count = camera->shot_count = camera->callback_count = 0;
    release_camera(&camera->lock_file);
    pthread_cond_broadcast(&camera->changed);
    pthread_mutex_unlock(&camera->lock);
}

int AT_FinaliseLibrary(void) {
    pthread_mutex_lock(&library_lock);
    if (start_count > 0 && --start_count == 0) {
        for (int i = 0; i < world.camera_count; i++) {
            if (world.cameras[i].handle) close_camera(&world.cameras[i]);
            free(world.cameras[i].values);
        }
        free(world.system.values);
    }
    pthread_mutex_unlock(&library_lock);
    return AT_SUCCESS;
}

/// A handle for a camera: a new one each time, so that old ones are noticed, or in that mode the lowest free one.
static AT_H next_handle(void) {
    if (!world.reuses_handles) return ++last_handle;
    AT_H handle = AT_HANDLE_SYSTEM + 1;
    for (int i = 0; i < world.camera_count; i++) {
        if (world.cameras[i].handle != handle) continue;
        handle++;
        i = -1;
    }
    return handle;
}

/// Takes a camera that is connected and free.
static int open_camera(camera *camera, AT_H *handle) {
    int code = fault_code(camera, "Open");
    if (code) return code;
    if (fault_ordered(camera, "unplugged", NULL, 0)) return AT_ERR_CONNECTION;
    if (camera->handle || (camera->lock_file = take_camera(camera->serial)) < 0) return AT_ERR_DEVICEINUSE;
    reset_features(camera);
    camera->is_acquiring = camera->has_overflowed = camera->is_gone = false;
    camera->first_buffer = camera->buffer_count = camera->shot_count = 0;
    camera->due = 0;
    camera->cooling_since = 0;
    camera->clock_zero = 0;
    camera->handle = *handle = next_handle();
    return AT_SUCCESS;
}

int AT_Open(int index, AT_H *handle) {
    if (!handle) return AT_ERR_NULL_HANDLE;
    pthread_mutex_lock(&library_lock);
    int code = AT_SUCCESS;
    if (!start_count) {
        code = AT_ERR_NOTINITIALISED;
    } else if (index == -1) {
        *handle = AT_HANDLE_SYSTEM;
    } else if (index < 0 || index >= world.camera_count) {
        code = AT_ERR_OUTOFRANGE;
    } else {
        code = open_camera(&world.cameras[index], handle);
    }
    bool takes_time = code == AT_SUCCESS && index >= 0;
    pthread_mutex_unlock(&library_lock);
    if (takes_time) pause_for(world_settings_now.open_time);
    return code;
}

int AT_OpenDevice(const AT_WC *device, AT_H *handle) {
    if (!device) return AT_ERR_NULL_STRING;
    const AT_WC *index = wcsstr(device, L"Index:");
    return index ? AT_Open((int)wcstol(index + 6, NULL, 10), handle) : AT_ERR_OUTOFRANGE;
}

int AT_Close(AT_H handle) {
    camera *camera;
    int code = enter(handle, &camera);
    if (code) return code;
    leave(camera);
    if (handle == AT_HANDLE_SYSTEM) return AT_SUCCESS;
    pause_for(0.1 * world_settings_now.pace);
    close_camera(camera);
    return AT_SUCCESS;
}

int enter(AT_H handle, camera **camera) {
    pthread_mutex_lock(&library_lock);
    int code = start_count ? AT_ERR_INVALIDHANDLE : AT_ERR_NOTINITIALISED;
    *camera = NULL;
    if (start_count && handle == AT_HANDLE_SYSTEM) *camera = &world.system;
    for (int i = 0; start_count && handle > AT_HANDLE_SYSTEM && i < world.camera_count; i++) {
        if (world.cameras[i].handle == handle) *camera = &world.cameras[i];
    }
    pthread_mutex_unlock(&library_lock);
    if (!*camera) return code;
    pthread_mutex_lock(&(*camera)->lock);
    // It may have been closed while this call waited.
    if ((*camera)->handle == handle) return AT_SUCCESS;
    pthread_mutex_unlock(&(*camera)->lock);
    return AT_ERR_INVALIDHANDLE;
}

void leave(camera *camera) { pthread_mutex_unlock(&camera->lock); }

int check_presence(camera *camera) {
    if (camera->model == SYSTEM) return AT_SUCCESS;
    if (!camera->is_gone && fault_ordered(camera, "unplugged", NULL, 0)) camera->is_gone = true;
    return camera->is_gone ? AT_ERR_CONNECTION : AT_SUCCESS;
}

int enter_feature(AT_H handle, const AT_WC *name, camera **camera, const feature **feature) {
    int code = enter(handle, camera);
    if (code) return code;
    *feature = NULL;
    if (!name) {
        code = AT_ERR_NULL_FEATURE;
    } else if (!(*feature = find_feature(*camera, name))) {
        code = AT_ERR_NOTIMPLEMENTED;
    } else {
        code = fault_code(*camera, (*feature)->name);
        if (!code) code = check_presence(*camera);
    }
    if (code) leave(*camera);
    return code;
}

void widen(const char *name, AT_WC *wide) {
    do { *wide++ = *name; } while (*name++);
}

void call_back(camera *camera, const feature *feature) {
    AT_WC name[64];
    widen(feature->name, name);
    for (int i = 0; i < camera->callback_count; i++) {
        if (camera->callbacks[i].feature == feature) {
            camera->callbacks[i].call(camera->handle, name, camera->callbacks[i].context);
        }
    }
}
