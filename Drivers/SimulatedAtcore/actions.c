// The functions that do something: commands, buffers, callbacks.
#include <stdint.h>
#include <string.h>
#include "library.h"

static int run_command(camera *camera, const feature *feature) {
    if (!is_writable(camera, feature)) return AT_ERR_NOTWRITABLE;
    switch (feature->id) {
    case ACQUISITION_START: start(camera); break;
    case ACQUISITION_STOP: stop(camera); break;
    case SOFTWARE_TRIGGER: trigger(camera); break;
    case TIMESTAMP_RESET: camera->clock_zero = now(); break;
    default: break;
    }
    return AT_SUCCESS;
}

int AT_Command(AT_H handle, const AT_WC *name) {
    camera *camera;
    const feature *feature;
    int code = enter_feature(handle, name, &camera, &feature);
    if (code) return code;
    code = feature->kind == KIND_COMMAND ? run_command(camera, feature) : AT_ERR_NOTIMPLEMENTED;
    leave(camera);
    return code;
}

// ---- Buffers

/// Locks a camera; fails for the system handle.
static int enter_camera(AT_H handle, camera **camera) {
    int code = enter(handle, camera);
    if (code) return code;
    if ((*camera)->model != SYSTEM) return AT_SUCCESS;
    leave(*camera);
    return AT_ERR_NOTIMPLEMENTED;
}

static int queue(camera *camera, AT_U8 *memory, int size) {
    if ((uintptr_t)memory % 8 != 0) return AT_ERR_INVALIDALIGNMENT;
    if (size != current_layout(camera).total_bytes) return AT_ERR_INVALIDSIZE;
    if (camera->buffer_count == QUEUE_LIMIT) return AT_ERR_BUFFERFULL;
    int place = (camera->first_buffer + camera->buffer_count++) % QUEUE_LIMIT;
    camera->buffers[place].memory = memory;
    camera->buffers[place].size = size;
    pthread_cond_broadcast(&camera->changed);
    return AT_SUCCESS;
}

int AT_QueueBuffer(AT_H handle, AT_U8 *memory, int size) {
    camera *camera;
    if (!memory) return AT_ERR_NULL_QUEUE_PTR;
    int code = enter_camera(handle, &camera);
    if (code) return code;
    code = fault_code(camera, "QueueBuffer");
    if (!code) code = queue(camera, memory, size);
    leave(camera);
    return code;
}

int AT_WaitBuffer(AT_H handle, AT_U8 **memory, int *size, unsigned int milliseconds) {
    camera *camera;
    if (!memory) return AT_ERR_NULL_WAIT_PTR;
    if (!size) return AT_ERR_NULL_PTRSIZE;
    int code = enter_camera(handle, &camera);
    if (code) return code;
    code = wait_for_image(camera, memory, size, milliseconds);
    leave(camera);
    return code;
}

int AT_Flush(AT_H handle) {
    camera *camera;
    int code = enter_camera(handle, &camera);
    if (code) return code;
    // A bug of one version with a Sona: flushing an empty queue does not return.
    bool freezes = camera->buffer_count == 0 && fault_ordered(camera, "frozen-flush", NULL, 0);
    if (freezes) pause_for(60);
    camera->buffer_count = camera->shot_count = 0;
    leave(camera);
    return AT_SUCCESS;
}

// ---- Callbacks

int AT_RegisterFeatureCallback(AT_H handle, const AT_WC *name, FeatureCallback call, void *context) {
    camera *camera;
    const feature *feature;
    int code = enter_feature(handle, name, &camera, &feature);
    if (code) return code;
    if (!call) {
        code = AT_ERR_NULL_EVCALLBACK;
    } else if (camera->callback_count < CALLBACK_LIMIT) {
        camera->callbacks[camera->callback_count++] = (callback){feature, call, context};
        AT_WC wide[64];
        widen(feature->name, wide);
        // It is called at once, with the present value.
        call(handle, wide, context);
    }
    leave(camera);
    return code;
}

int AT_UnregisterFeatureCallback(AT_H handle, const AT_WC *name, FeatureCallback call, void *context) {
    camera *camera;
    const feature *feature;
    int code = enter_feature(handle, name, &camera, &feature);
    if (code) return code;
    if (!call) code = AT_ERR_NULL_EVCALLBACK;
    for (int i = camera->callback_count - 1; i >= 0; i--) {
        callback *entry = &camera->callbacks[i];
        if (entry->feature != feature || entry->call != call || entry->context != context) continue;
        *entry = camera->callbacks[--camera->callback_count];
        break;
    }
    leave(camera);
    return code;
}
