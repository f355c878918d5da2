// The library itself: initialisation, handles, strings, and open cameras.
#include <stdio.h>
#include <string.h>
#include "simulation.h"

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

/// One process has the library at a time.
static int owner = -1;

/// In a world of a file all processes that read it share one computer, otherwise those of one server.
static int take_library(void) {
    return world_settings_now.is_from_file ? take_camera("library") : take_name("simulated-dcam");
}

int32_t dcamapi_init(DCAMAPI_INIT *init) {
    // python-microscope passes 40 bytes, and is used with cameras.
    if (init && init->size < (int32_t)sizeof *init) return DCAM_INVALIDPARAM;
    pthread_mutex_lock(&library_lock);
    int32_t code = world.is_loaded ? DCAM_INVALIDPARAM : DCAM_SUCCESS;
    if (code == DCAM_SUCCESS && !world_load()) code = DCAM_NOCAMERA;
    if (code == DCAM_SUCCESS) {
        pause_for(0.3 * world_settings_now.pace);
        // No camera is an error, not a count of zero.
        if (world.count == 0 || ordered_code("library", "init")) code = DCAM_NOCAMERA;
        if (code == DCAM_SUCCESS) owner = take_library();
        if (code == DCAM_SUCCESS && owner < 0) code = DCAM_NOCAMERA;
        if (code == DCAM_SUCCESS) world.is_loaded = true;
        else world_unload();
    }
    if (init) init->device_count = code == DCAM_SUCCESS ? world.count : 0;
    pthread_mutex_unlock(&library_lock);
    return code;
}

static void close_camera(camera *camera) {
    pthread_mutex_lock(&camera->lock);
    stop(camera);
    release_ring(camera);
    camera->is_open = false;
    release_camera(&camera->lock_file);
    pthread_cond_broadcast(&camera->changed);
    pthread_mutex_unlock(&camera->lock);
}

int32_t dcamapi_uninit(void) {
    pthread_mutex_lock(&library_lock);
    if (world.is_loaded) {
        for (int i = 0; i < world.count; i++) {
            if (world.cameras[i].is_open) close_camera(&world.cameras[i]);
        }
        world.is_loaded = false;
        release_camera(&owner);
        world_unload();
    }
    pthread_mutex_unlock(&library_lock);
    return DCAM_SUCCESS;
}

int32_t simulated_dcam_plug_in(const char *serial) {
    pthread_mutex_lock(&library_lock);
    int32_t code = world_plug_in(serial) ? DCAM_SUCCESS : DCAM_NOTSUPPORT;
    pthread_mutex_unlock(&library_lock);
    return code;
}

static int32_t open_camera(camera *camera) {
    int32_t code = (int32_t)ordered_code(camera->serial, "open");
    if (code) return code;
    if (is_fault_ordered(camera->serial, "unplugged", NULL, 0)) return DCAM_NOCONNECTION;
    if (camera->is_open) return DCAM_EXCLUDED;
    if (world_settings_now.is_from_file && (camera->lock_file = take_camera(camera->serial)) < 0) {
        return DCAM_FAILOPENCAMERA;
    }
    reset(camera);
    camera->is_gone = false;
    camera->is_open = true;
    return DCAM_SUCCESS;
}

int32_t dcamdev_open(DCAMDEV_OPEN *open) {
    if (!open || open->size != sizeof *open) return DCAM_INVALIDPARAM;
    pthread_mutex_lock(&library_lock);
    int32_t code = DCAM_UNLOADED;
    if (world.is_loaded) {
        bool is_index = open->index >= 0 && open->index < world.count;
        code = is_index ? open_camera(&world.cameras[open->index]) : DCAM_INVALIDCAMERA;
        open->hdcam = code == DCAM_SUCCESS ? &world.cameras[open->index] : NULL;
    }
    pthread_mutex_unlock(&library_lock);
    if (code == DCAM_SUCCESS) pause_for(world_settings_now.open_time);
    return code;
}

/// Locks a camera that is open, whether it is connected or not.
static int32_t enter_open(HDCAM handle, camera **camera) {
    pthread_mutex_lock(&library_lock);
    int32_t code = world.is_loaded ? DCAM_INVALIDHANDLE : DCAM_UNLOADED;
    for (int i = 0; world.is_loaded && i < world.count; i++) {
        if (&world.cameras[i] == handle && handle->is_open) code = DCAM_SUCCESS;
    }
    pthread_mutex_unlock(&library_lock);
    if (code != DCAM_SUCCESS) return code;
    *camera = handle;
    pthread_mutex_lock(&handle->lock);
    if (handle->is_open) return DCAM_SUCCESS;
    // It has been closed while this call waited.
    pthread_mutex_unlock(&handle->lock);
    return DCAM_INVALIDHANDLE;
}

int32_t enter(HDCAM handle, camera **camera) {
    int32_t code = enter_open(handle, camera);
    if (code != DCAM_SUCCESS) return code;
    if (!(*camera)->is_gone && is_fault_ordered((*camera)->serial, "unplugged", NULL, 0)) (*camera)->is_gone = true;
    if (!(*camera)->is_gone) return DCAM_SUCCESS;
    leave(*camera);
    return DCAM_NOCONNECTION;
}

void leave(camera *camera) { pthread_mutex_unlock(&camera->lock); }

int32_t dcamdev_close(HDCAM handle) {
    camera *camera;
    int32_t code = enter_open(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    leave(camera);
    close_camera(camera);
    return DCAM_SUCCESS;
}

static const char *string_numbered(const camera *camera, int32_t number, char *text, int length) {
    switch (number) {
    case 0x04000101: return "USB3";
    case 0x04000102: snprintf(text, (size_t)length, "S/N: %s", camera->serial); return text;
    case 0x04000103: return "Hamamatsu";
    case 0x04000104: return camera->model->reported;
    case 0x04000105: return "4.20.B";
    case 0x04000106: return "1.0.0";
    case 0x04000107: return "2.0.0";
    case 0x04000108: return "4.24.12.6898";
    default: return NULL;
    }
}

int32_t dcamdev_getstring(HDCAM handle, DCAMDEV_STRING *string) {
    if (!string || string->size != sizeof *string || !string->text || string->text_bytes <= 0) return DCAM_INVALIDPARAM;
    pthread_mutex_lock(&library_lock);
    int32_t code = world.is_loaded ? DCAM_INVALIDHANDLE : DCAM_UNLOADED;
    const camera *camera = NULL;
    for (int i = 0; world.is_loaded && i < world.count; i++) {
        if ((intptr_t)handle == i || handle == &world.cameras[i]) camera = &world.cameras[i];
    }
    if (camera) {
        char text[64];
        const char *found = string_numbered(camera, string->number, text, sizeof text);
        code = found ? DCAM_SUCCESS : DCAM_INVALIDVALUE;
        if (found) snprintf(string->text, (size_t)string->text_bytes, "%s", found);
    }
    pthread_mutex_unlock(&library_lock);
    return code;
}

int32_t dcamdev_getcapability(HDCAM handle, DCAMDEV_CAPABILITY *capability) {
    camera *camera;
    if (!capability || capability->size != sizeof *capability) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    // Frame stamps and time stamps.
    capability->flags = capability->domain == 0 ? 3 : 0;
    code = capability->domain == 0 ? DCAM_SUCCESS : DCAM_NOTSUPPORT;
    leave(camera);
    return code;
}

int32_t dcamdev_showpanel(HDCAM camera, int32_t kind) { return (void)camera, (void)kind, DCAM_NOTSUPPORT; }
int32_t dcamdev_setdata(HDCAM camera, void *data) { return (void)camera, (void)data, DCAM_NOTSUPPORT; }
int32_t dcamdev_getdata(HDCAM camera, void *data) { return (void)camera, (void)data, DCAM_NOTSUPPORT; }
