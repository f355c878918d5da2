// The functions that do something: buffers, captures, waits.
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

// ---- Buffers

/// Makes an empty ring, if the camera has none.
static int32_t make_ring(camera *camera, int32_t count) {
    if (camera->is_capturing) return DCAM_BUSY;
    if (camera->ring) return DCAM_NOTSTABLE;
    if (count <= 0) return DCAM_INVALIDPARAM;
    if (count > RING_LIMIT) return DCAM_NOMEMORY;
    camera->ring = calloc((size_t)count, sizeof *camera->ring);
    camera->ring_count = count;
    for (int i = 0; i < count; i++) camera->ring[i].number = -1;
    return DCAM_SUCCESS;
}

int32_t dcambuf_alloc(HDCAM handle, int32_t count) {
    camera *camera;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    code = (int32_t)ordered_code(camera->serial, "alloc");
    if (!code) code = make_ring(camera, count);
    if (code == DCAM_SUCCESS) {
        camera->owns_memory = true;
        size_t size = (size_t)current_layout(camera).frame_bytes;
        for (int i = 0; i < count; i++) camera->ring[i].memory = malloc(size);
    }
    leave(camera);
    return code;
}

int32_t dcambuf_attach(HDCAM handle, const DCAMBUF_ATTACH *attach) {
    camera *camera;
    if (!attach || attach->size != sizeof *attach || !attach->buffers) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    code = attach->kind == 0 ? make_ring(camera, attach->count) : DCAM_NOTSUPPORT;
    if (code == DCAM_SUCCESS) {
        camera->owns_memory = false;
        for (int i = 0; i < attach->count; i++) camera->ring[i].memory = attach->buffers[i];
    }
    leave(camera);
    return code;
}

int32_t dcambuf_release(HDCAM handle, int32_t kind) {
    (void)kind;
    camera *camera;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    if (camera->is_capturing) code = DCAM_BUSY;
    else release_ring(camera);
    leave(camera);
    return code;
}

/// The slot of a frame that the camera has filled.
static int32_t find_slot(camera *camera, DCAMBUF_FRAME *frame, slot **found) {
    if (!camera->ring) return DCAM_NOTREADY;
    advance(camera);
    long index = frame->frame;
    if (index == -1) index = (camera->frame_count - 1) % camera->ring_count;
    if (camera->frame_count == 0) return DCAM_BUSY;
    if (index < 0 || index >= camera->ring_count) return DCAM_INVALIDFRAMEINDEX;
    *found = &camera->ring[index];
    return (*found)->number < 0 ? DCAM_BUSY : DCAM_SUCCESS;
}

static void describe(camera *camera, const slot *slot, DCAMBUF_FRAME *frame) {
    layout area = current_layout(camera);
    frame->type = area.pixel_type;
    frame->seconds = (uint32_t)slot->time;
    frame->microseconds = (int32_t)((slot->time - (double)frame->seconds) * 1e6);
    frame->frame_stamp = (int32_t)slot->number;
    frame->camera_stamp = 0;
    frame->width = (int32_t)area.width;
    frame->height = (int32_t)area.height;
}

int32_t dcambuf_lockframe(HDCAM handle, DCAMBUF_FRAME *frame) {
    camera *camera;
    if (!frame || frame->size != sizeof *frame) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    slot *slot;
    code = find_slot(camera, frame, &slot);
    if (code == DCAM_SUCCESS) {
        describe(camera, slot, frame);
        frame->memory = slot->memory;
        frame->row_bytes = (int32_t)current_layout(camera).row_bytes;
        frame->left = frame->top = 0;
    }
    leave(camera);
    return code;
}

int32_t dcambuf_copyframe(HDCAM handle, DCAMBUF_FRAME *frame) {
    camera *camera;
    if (!frame || frame->size != sizeof *frame || !frame->memory) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    slot *slot;
    code = find_slot(camera, frame, &slot);
    if (code == DCAM_SUCCESS && !camera->owns_memory) code = DCAM_NOTSUPPORT;
    if (code == DCAM_SUCCESS) {
        layout area = current_layout(camera);
        describe(camera, slot, frame);
        for (long y = 0; y < area.height; y++) {
            memcpy(
                (char *)frame->memory + y * frame->row_bytes, (char *)slot->memory + y * area.row_bytes,
                (size_t)area.row_bytes
            );
        }
    }
    leave(camera);
    return code;
}

int32_t dcambuf_copymetadata(HDCAM camera, void *data) { return (void)camera, (void)data, DCAM_NOTSUPPORT; }

// ---- Captures

int32_t dcamcap_start(HDCAM handle, int32_t mode) {
    camera *camera;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    code = (int32_t)ordered_code(camera->serial, "start");
    if (!code) {
        code = camera->is_capturing ? DCAM_BUSY : !camera->ring ? DCAM_NOTREADY : DCAM_SUCCESS;
        if (mode != 0 && mode != -1) code = DCAM_INVALIDPARAM;
    }
    if (code == DCAM_SUCCESS) start(camera, mode == 0);
    leave(camera);
    return code;
}

int32_t dcamcap_stop(HDCAM handle) {
    camera *camera;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    if (camera->is_capturing) {
        pause_for(0.03 * world_settings_now.pace);
        stop(camera);
    }
    leave(camera);
    return code;
}

int32_t dcamcap_status(HDCAM handle, int32_t *status) {
    camera *camera;
    if (!status) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    advance(camera);
    *status = camera->is_capturing ? STATUS_BUSY : camera->ring ? STATUS_READY : STATUS_STABLE;
    leave(camera);
    return code;
}

int32_t dcamcap_transferinfo(HDCAM handle, DCAMCAP_TRANSFERINFO *info) {
    camera *camera;
    if (!info || info->size != sizeof *info) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    if (camera->ring) advance(camera);
    long count = camera->ring ? camera->frame_count : 0;
    info->frame_count = (int32_t)count;
    info->newest = count > 0 ? (int32_t)((count - 1) % camera->ring_count) : -1;
    leave(camera);
    return code;
}

int32_t dcamcap_firetrigger(HDCAM handle, int32_t kind) {
    (void)kind;
    camera *camera;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    code = (int32_t)ordered_code(camera->serial, "firetrigger");
    if (!code) code = camera->is_capturing ? DCAM_SUCCESS : DCAM_NOTBUSY;
    if (code == DCAM_SUCCESS && get(camera, TRIGGER_SOURCE) == SOFTWARE) fire(camera);
    leave(camera);
    return code;
}

int32_t dcamcap_record(HDCAM camera, void *recorder) { return (void)camera, (void)recorder, DCAM_NOTSUPPORT; }

// ---- Waits

static pthread_mutex_t waiters_lock = PTHREAD_MUTEX_INITIALIZER;
static waiter *waiters;

static bool is_known(const waiter *wanted) {
    bool found = false;
    pthread_mutex_lock(&waiters_lock);
    for (waiter *each = waiters; each; each = each->next) found = found || each == wanted;
    pthread_mutex_unlock(&waiters_lock);
    return found;
}

int32_t dcamwait_open(DCAMWAIT_OPEN *open) {
    camera *camera;
    if (!open || open->size != sizeof *open) return DCAM_INVALIDPARAM;
    int32_t code = enter(open->hdcam, &camera);
    if (code != DCAM_SUCCESS) return code;
    waiter *new = calloc(1, sizeof *new);
    new->camera = camera;
    open->hwait = new;
    open->supported = EVENT_FRAMEREADY | EVENT_CYCLEEND | EVENT_STOPPED;
    pthread_mutex_lock(&waiters_lock);
    new->next = waiters;
    waiters = new;
    pthread_mutex_unlock(&waiters_lock);
    leave(camera);
    return code;
}

int32_t dcamwait_close(HDCAMWAIT handle) {
    int32_t code = DCAM_INVALIDWAITHANDLE;
    pthread_mutex_lock(&waiters_lock);
    for (waiter **place = &waiters; *place; place = &(*place)->next) {
        if (*place != handle) continue;
        *place = handle->next;
        free(handle);
        code = DCAM_SUCCESS;
        break;
    }
    pthread_mutex_unlock(&waiters_lock);
    return code;
}

/// One look of a wait: the event, a code, or 0 to go on waiting.
static int32_t look(camera *camera, waiter *waiter, int32_t mask, int32_t *happened) {
    if (waiter->is_aborted) return DCAM_ABORT;
    if (!camera->is_open) return DCAM_INVALIDHANDLE;
    if (is_fault_ordered(camera->serial, "unplugged", NULL, 0)) camera->is_gone = true;
    if (camera->is_gone) return DCAM_NOCONNECTION;
    int32_t code = (int32_t)ordered_code(camera->serial, "wait");
    if (code) return code;
    bool was_capturing = camera->is_capturing;
    if (camera->ring) advance(camera);
    if (waiter->start_count != camera->start_count) {
        waiter->start_count = camera->start_count;
        waiter->seen = 0;
    }
    int32_t events = 0;
    if (camera->frame_count > waiter->seen) events |= EVENT_FRAMEREADY | EVENT_CYCLEEND;
    if (was_capturing && !camera->is_capturing) events |= EVENT_STOPPED;
    *happened = events & mask;
    if (*happened) waiter->seen = camera->frame_count;
    return *happened ? DCAM_SUCCESS : 0;
}

int32_t dcamwait_start(HDCAMWAIT handle, DCAMWAIT_START *start) {
    camera *camera;
    if (!start || start->size != sizeof *start) return DCAM_INVALIDPARAM;
    if (!is_known(handle)) return DCAM_INVALIDWAITHANDLE;
    int32_t code = enter(handle->camera, &camera);
    if (code != DCAM_SUCCESS) return code;
    double end = start->timeout == (int32_t)0x80000000 ? 1e12 : now() + start->timeout / 1e3;
    bool was_capturing = camera->is_capturing;
    handle->is_aborted = false;
    handle->is_waiting = true;
    do {
        while (is_fault_ordered(camera->serial, "hang", NULL, 0)) pause_for(0.001);
        code = look(camera, handle, start->mask, &start->happened);
        if (!code && was_capturing && !camera->is_capturing && start->mask & EVENT_STOPPED) {
            start->happened = EVENT_STOPPED;
            code = DCAM_SUCCESS;
        }
        if (!code && now() >= end) code = DCAM_TIMEOUT;
        if (!code) sleep_until(camera, end);
    } while (!code);
    handle->is_waiting = false;
    leave(camera);
    return code;
}

int32_t dcamwait_abort(HDCAMWAIT handle) {
    if (!is_known(handle)) return DCAM_INVALIDWAITHANDLE;
    camera *camera = handle->camera;
    pthread_mutex_lock(&camera->lock);
    // It is not remembered for a wait that begins later.
    if (handle->is_waiting) handle->is_aborted = true;
    pthread_cond_broadcast(&camera->changed);
    pthread_mutex_unlock(&camera->lock);
    return DCAM_SUCCESS;
}
