// The library itself: initialisation, handles, codes, and open cameras.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

/// The code of the latest call of the process.
static int latest_code;

void begin(void) { __atomic_store_n(&latest_code, 0, __ATOMIC_RELAXED); }

rs_bool answer(int code) {
    __atomic_store_n(&latest_code, code, __ATOMIC_RELAXED);
    return code == 0 ? PV_OK : PV_FAIL;
}

int16_t pl_error_code(void) { return (int16_t)__atomic_load_n(&latest_code, __ATOMIC_RELAXED); }

static const struct {
    int code;
    const char *text;
} messages[] = {
    {0, "No error (NONE)"},
    {151, "The installation is not complete (PL_ERR_INSTALLATION_CORRUPTED)"},
    {153, "A pointer is missing (PL_ERR_NULL_POINTER)"},
    {154, "Not available (PL_ERR_NOT_AVAILABLE)"},
    {155, "Not implemented (PL_ERR_NOT_IMPLEMENTED)"},
    {156, "Access is denied (PL_ERR_ACCESS_DENIED)"},
    {157, "The library has not been initialized (PL_ERR_LIBRARY_NOT_INITIALIZED)"},
    {158, "The library has been initialized before (PL_ERR_LIBRARY_ALREADY_INITIALIZED)"},
    {160, "The camera has no such parameter (PL_ERR_PARAMETER_NOT_AVAILABLE)"},
    {161, "The parameter is not an enumeration (PL_ERR_PARAMETER_NOT_ENUM)"},
    {163, "The parameter has no such attribute (PL_ERR_ATTRIBUTE_NOT_AVAILABLE)"},
    {164, "The value makes no sense (PL_ERR_VALUE_INVALID)"},
    {165, "The value is out of range (PL_ERR_VALUE_OUT_OF_RANGE)"},
    {169, "There are no data yet (PL_ERR_DATA_NOT_AVAILABLE_YET)"},
    {171, "The size of the buffer does not fit (PL_ERR_BUFFER_SIZE_INVALID)"},
    {172, "The buffer is too small (PL_ERR_BUFFER_TOO_SMALL)"},
    {173, "The buffer is full (PL_ERR_BUFFER_OVERRUN)"},
    {174, "The buffer holds something else (PL_ERR_BUFFER_MALFORMED)"},
    {175, "No camera has this handle (PL_ERR_DEVICE_HANDLE_INVALID)"},
    {176, "No camera has this name (PL_ERR_DEVICE_NAME_UNKNOWN)"},
    {178, "The camera is open already (PL_ERR_DEVICE_ALREADY_OPEN)"},
    {180, "The camera has been removed (PL_ERR_DEVICE_REMOVED)"},
    {181, "The region is not possible (PL_ERR_REGION_INVALID)"},
    {182, "The binning is not possible (PL_ERR_BINNING_INVALID)"},
    {183, "The mode is not possible (PL_ERR_MODE_INVALID)"},
    {184, "Not in this state (PL_ERR_STATE_INVALID)"},
    {186, "The index is out of range (PL_ERR_INDEX_OUT_OF_RANGE)"},
    {187, "The exposure time is out of range (PL_ERR_EXPOSURE_OUT_OF_RANGE)"},
    {188, "An acquisition has to be set up first (PL_ERR_ACQUISITION_SETUP_REQUIRED)"},
    {190, "Too many frames (PL_ERR_TOO_MANY_FRAMES)"},
    {191, "No frames (PL_ERR_ZERO_FRAMES)"},
    {192, "The metadata are damaged (PL_ERR_METADATA_INVALID)"},
    {195, "The driver could not open the camera (PL_ERR_DDI_DEVICE_OPEN_FAILED)"},
};

rs_bool pl_error_message(int16_t code, char *message) {
    if (!message) return PV_FAIL;
    const char *text = "Unknown error (<UNKNOWN>)";
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        if (messages[i].code == code) text = messages[i].text;
    }
    strcpy(message, text);
    return PV_OK;
}

rs_bool pl_pvcam_get_ver(uint16_t *version) {
    begin();
    unsigned major = 0, minor = 0, trivial = 0;
    const char *text = getenv("PVCAM_VERSION");
    if (!version) return answer(PL_NULL_POINTER);
    if (!text || sscanf(text, "%u.%u.%u", &major, &minor, &trivial) < 2) return answer(PL_INSTALLATION_CORRUPTED);
    *version = (uint16_t)((major & 255) << 8 | (minor & 15) << 4 | (trivial & 15));
    return answer(0);
}

rs_bool pl_pvcam_init(void) {
    begin();
    pthread_mutex_lock(&world.lock);
    int code = world.is_loaded ? PL_ALREADY_INITIALIZED : 0;
    if (!code && !world_load()) code = PL_INSTALLATION_CORRUPTED;
    if (!code) code = (int)ordered_code("library", "init");
    if (!code) {
        pthread_condattr_t clock;
        pthread_condattr_init(&clock);
        pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
        pthread_cond_init(&world.changed, &clock);
        pause_for(0.3 * world_settings_now.pace);
        world.is_loaded = true;
    }
    pthread_mutex_unlock(&world.lock);
    return answer(code);
}

/// Closes a camera; the caller has the lock.
static void close_camera(camera *camera) {
    stop(camera);
    end_threads(camera);
    camera->phase = CLOSED;
    memset(camera->callbacks, 0, sizeof camera->callbacks);
    free(camera->slots);
    free(camera->queue);
    camera->slots = NULL;
    camera->queue = NULL;
    release_camera(&camera->lock_file);
}

rs_bool pl_pvcam_uninit(void) {
    begin();
    pthread_mutex_lock(&world.lock);
    int code = world.is_loaded ? 0 : PL_NOT_INITIALIZED;
    for (int i = 0; !code && i < world.count; i++) {
        if (world.cameras[i].phase != CLOSED) close_camera(&world.cameras[i]);
    }
    world.is_loaded = false;
    pthread_mutex_unlock(&world.lock);
    return answer(code);
}

rs_bool pl_cam_get_total(int16_t *count) {
    begin();
    pthread_mutex_lock(&world.lock);
    int code = !world.is_loaded ? PL_NOT_INITIALIZED : !count ? PL_NULL_POINTER : 0;
    if (!code) *count = (int16_t)world.count;
    pthread_mutex_unlock(&world.lock);
    return answer(code);
}

rs_bool pl_cam_get_name(int16_t index, char *name) {
    begin();
    if (!name) return answer(PL_NULL_POINTER);
    pthread_mutex_lock(&world.lock);
    int code = !world.is_loaded ? PL_NOT_INITIALIZED : index < 0 || index >= world.count ? PL_INDEX_OUT_OF_RANGE : 0;
    if (!code) strcpy(name, world.cameras[index].name);
    pthread_mutex_unlock(&world.lock);
    return answer(code);
}

static int open_camera(camera *camera) {
    if (camera->phase != CLOSED) return PL_ALREADY_OPEN;
    if (camera->has_reported_loss || is_fault_ordered(camera->serial, "unplugged", NULL, 0)) return PL_REMOVED;
    if ((camera->lock_file = take_camera(camera->serial)) < 0) return PL_OPEN_FAILED;
    reset(camera);
    camera->is_gone = camera->must_finish = camera->is_stale = false;
    camera->clock_zero = now();
    // The camera of a process that was killed while it acquired goes on.
    camera->is_stuck = is_fault_ordered(camera->serial, "exposing", NULL, 0);
    camera->phase = OPEN;
    return 0;
}

rs_bool pl_cam_open(char *name, int16_t *handle, int16_t mode) {
    begin();
    if (!name || !handle) return answer(PL_NULL_POINTER);
    pthread_mutex_lock(&world.lock);
    int code = world.is_loaded ? PL_NAME_UNKNOWN : PL_NOT_INITIALIZED;
    for (int i = 0; world.is_loaded && i < world.count; i++) {
        if (strcmp(world.cameras[i].name, name) != 0) continue;
        code = (int)ordered_code(world.cameras[i].serial, "open");
        if (!code) code = mode != 0 ? PL_MODE_INVALID : open_camera(&world.cameras[i]);
        if (!code) *handle = (int16_t)i;
    }
    pthread_mutex_unlock(&world.lock);
    if (!code) pause_for(world_settings_now.open_time);
    return answer(code);
}

/// The code for a handle; the caller has the lock.
static int look_up(int16_t handle) {
    if (!world.is_loaded) return PL_NOT_INITIALIZED;
    bool is_known = handle >= 0 && handle < world.count && world.cameras[handle].phase != CLOSED;
    return is_known ? 0 : PL_HANDLE_INVALID;
}

int enter(int16_t handle, const char *call, camera **camera) {
    char serial[48] = "";
    pthread_mutex_lock(&world.lock);
    int code = look_up(handle);
    if (!code) strcpy(serial, world.cameras[handle].serial);
    pthread_mutex_unlock(&world.lock);
    // Without the lock, because a call can be ordered not to return.
    if (!code) code = (int)ordered_code(serial, call);
    if (code) return code;
    pthread_mutex_lock(&world.lock);
    code = look_up(handle);
    if (!code) {
        *camera = &world.cameras[handle];
        if (is_fault_ordered(serial, "unplugged", NULL, 0)) (*camera)->is_gone = true;
        if (!(*camera)->is_gone) return 0;
        code = PL_REMOVED;
    }
    pthread_mutex_unlock(&world.lock);
    return code;
}

void leave(void) { pthread_mutex_unlock(&world.lock); }

rs_bool pl_cam_close(int16_t handle) {
    begin();
    pthread_mutex_lock(&world.lock);
    int code = look_up(handle);
    if (!code) {
        // The list is that of the initialisation: a camera that was unplugged is not found again before the next one.
        if (world.cameras[handle].is_gone) world.cameras[handle].has_reported_loss = true;
        close_camera(&world.cameras[handle]);
    }
    pthread_mutex_unlock(&world.lock);
    return answer(code);
}

// ---- Callbacks

static rs_bool register_callback(int16_t handle, int32_t event, callback callback) {
    camera *camera;
    begin();
    int code = enter(handle, "register_callback", &camera);
    if (code) return answer(code);
    if (!callback.function) code = PL_NULL_POINTER;
    else if (event < 0 || event >= EVENTS) code = PL_VALUE_INVALID;
    else if (camera->phase == ACQUIRING) code = PL_STATE_INVALID;
    else camera->callbacks[event] = callback;
    leave();
    return answer(code);
}

rs_bool pl_cam_register_callback(int16_t handle, int32_t event, void *function) {
    return register_callback(handle, event, (callback){function, NULL, 0});
}

rs_bool pl_cam_register_callback_ex(int16_t handle, int32_t event, void *function, void *context) {
    return register_callback(handle, event, (callback){function, context, 1});
}

rs_bool pl_cam_register_callback_ex2(int16_t handle, int32_t event, void *function) {
    return register_callback(handle, event, (callback){function, NULL, 2});
}

rs_bool pl_cam_register_callback_ex3(int16_t handle, int32_t event, void *function, void *context) {
    return register_callback(handle, event, (callback){function, context, 3});
}

rs_bool pl_cam_deregister_callback(int16_t handle, int32_t event) {
    camera *camera;
    begin();
    int code = enter(handle, "deregister_callback", &camera);
    if (code) return answer(code);
    if (event < 0 || event >= EVENTS) code = PL_VALUE_INVALID;
    else camera->callbacks[event] = (callback){NULL, NULL, 0};
    leave();
    return answer(code);
}

// ---- What works at any time

rs_bool pl_create_frame_info_struct(FRAME_INFO **info) {
    begin();
    if (!info) return answer(PL_NULL_POINTER);
    *info = calloc(1, sizeof **info);
    return answer(0);
}

rs_bool pl_release_frame_info_struct(FRAME_INFO *info) {
    begin();
    free(info);
    return answer(info ? 0 : PL_NULL_POINTER);
}

rs_bool pl_create_smart_stream_struct(smart_stream_type **stream, uint16_t entries) {
    begin();
    if (!stream) return answer(PL_NULL_POINTER);
    *stream = calloc(1, sizeof **stream);
    (*stream)->entries = entries;
    (*stream)->params = calloc(entries ? entries : 1, sizeof(uint32_t));
    return answer(0);
}

rs_bool pl_release_smart_stream_struct(smart_stream_type **stream) {
    begin();
    if (!stream || !*stream) return answer(PL_NULL_POINTER);
    free((*stream)->params);
    free(*stream);
    *stream = NULL;
    return answer(0);
}

rs_bool pl_io_script_control(int16_t handle, uint16_t address, double state, uint32_t location) {
    (void)handle, (void)address, (void)state, (void)location;
    begin();
    return answer(PL_NOT_IMPLEMENTED);
}

rs_bool pl_io_clear_script_control(int16_t handle) { return (void)handle, begin(), answer(PL_NOT_IMPLEMENTED); }
rs_bool pl_internal_bridge_command(void) { return begin(), answer(PL_NOT_IMPLEMENTED); }
rs_bool pl_internal_cam_write_read_passthrough(void) { return begin(), answer(PL_NOT_IMPLEMENTED); }
