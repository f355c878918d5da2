// The properties of a camera: values, limits, access, names and texts.
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

enum { ELEMENT_STEP = 0x100, ELEMENTS = 4 };

/// Attribute bits of a property.
enum {
    HAS_RANGE = (int)0x80000000, HAS_STEP = 0x40000000, HAS_DEFAULT = 0x20000000, HAS_TEXT = 0x10000000,
    ROUNDING = 0x00800000, CHANGES = 0x00080000, WRITABLE = 0x00020000, READABLE = 0x00010000,
    ACCESS_READY = 0x00002000, ACCESS_BUSY = 0x00001000, ARRAY_BASE = 0x08000000,
};

const property *find(const camera *camera, int32_t id, double **value) {
    for (int i = 0; i < property_count; i++) {
        const property *row = &properties[i];
        if (!(row->models & camera->model->bit)) continue;
        int element = (id - row->id) / ELEMENT_STEP;
        bool is_element = row->elements && id > row->id && (id - row->id) % ELEMENT_STEP == 0 && element < row->elements;
        if (row->id != id && !is_element) continue;
        if (value) *value = &camera->values[i * ELEMENTS + (is_element ? element : 0)];
        return row;
    }
    return NULL;
}

double get(camera *camera, int32_t id) {
    double *value = NULL;
    return find(camera, id, &value) ? *value : 0;
}

void put(camera *camera, int32_t id, double value) {
    double *place = NULL;
    if (find(camera, id, &place)) *place = value;
}

void reset(camera *camera) {
    for (int i = 0; i < property_count; i++) {
        for (int k = 0; k < ELEMENTS; k++) camera->values[i * ELEMENTS + k] = properties[i].initial;
    }
    put(camera, HSIZE, camera->model->width);
    put(camera, VSIZE, camera->model->height);
    put(camera, PIXELS_ACROSS, camera->model->width);
    put(camera, PIXELS_DOWN, camera->model->height);
    put(camera, 0x00420810, camera->model->pixel_size);
    put(camera, 0x00420820, camera->model->pixel_size);
}

int binning(camera *camera) { return (int)get(camera, BINNING); }

void limits(camera *camera, const property *property, double *lowest, double *highest, double *step) {
    *lowest = property->lowest;
    *highest = property->highest;
    *step = property->step;
    const model *model = camera->model;
    switch (property->id) {
    case HPOS: *lowest = 0; *highest = model->width - model->step; *step = model->step; break;
    case VPOS: *lowest = 0; *highest = model->height - model->step; *step = model->step; break;
    case HSIZE: *lowest = model->step; *highest = model->width; *step = model->step; break;
    case VSIZE: *lowest = model->step; *highest = model->height; *step = model->step; break;
    default: break;
    }
    if (property->type != MODE) return;
    // The lowest and the highest of the choices.
    *lowest = atof(property->values);
    const char *last = strrchr(property->values, '|');
    *highest = last ? atof(last + 1) : *lowest;
}

const char *value_text(camera *camera, const property *property, double value, int *length) {
    (void)camera;
    for (const char *entry = property->values; *entry; entry++) {
        if (entry != property->values && entry[-1] != '|') continue;
        const char *text = strchr(entry, '=');
        if (!text || atof(entry) != value) continue;
        *length = (int)strcspn(text + 1, "|");
        return text + 1;
    }
    return NULL;
}

/// The value of a property now, of those that the camera calculates.
static double read(camera *camera, const property *property, double kept) {
    layout area = current_layout(camera);
    switch (property->id) {
    case IMAGE_WIDTH: return area.width;
    case IMAGE_HEIGHT: return area.height;
    case ROW_BYTES: case BUFFER_ROW_BYTES: return area.row_bytes;
    case FRAME_BYTES: case BUFFER_FRAME_BYTES: return area.frame_bytes;
    case BUFFER_PIXEL_TYPE: return area.pixel_type;
    case READOUT_TIME: return readout_time(camera);
    case MIN_TRIGGER_BLANKING: return readout_time(camera);
    case MIN_TRIGGER_INTERVAL: return get(camera, EXPOSURE) + readout_time(camera);
    case FRAME_INTERVAL: return frame_period(camera);
    case FRAME_RATE: return 1 / frame_period(camera);
    case TEMPERATURE: return camera->model->bit == IMAGEM && get(camera, COOLER) == 2 ? get(camera, TARGET) : 20;
    case COOLER_STATUS: return camera->model->bit == IMAGEM ? get(camera, COOLER) : 4;
    case SYSTEM_ALIVE: return camera->is_gone ? 1 : 2;
    default: return kept;
    }
}

int32_t dcamprop_getattr(HDCAM handle, DCAMPROP_ATTR *attributes) {
    camera *camera;
    if (!attributes || attributes->size != sizeof *attributes) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    const property *row = find(camera, attributes->id, NULL);
    code = row ? DCAM_SUCCESS : DCAM_NOTSUPPORT;
    if (row) {
        int access = row->access & 3;
        attributes->attribute = (uint32_t)row->type | READABLE | (uint32_t)HAS_RANGE | HAS_STEP | HAS_DEFAULT;
        if (access >= STABLE) attributes->attribute |= WRITABLE;
        if (access >= READY) attributes->attribute |= ACCESS_READY;
        if (access >= ALWAYS) attributes->attribute |= ACCESS_BUSY;
        if (row->access & VOLATILE) attributes->attribute |= CHANGES;
        if (row->access & ROUNDS) attributes->attribute |= ROUNDING;
        if (row->type == MODE) attributes->attribute |= HAS_TEXT;
        attributes->attribute2 = row->elements ? ARRAY_BASE : 0;
        attributes->unit = row->unit;
        attributes->initial = row->initial;
        attributes->element_step = row->elements ? ELEMENT_STEP : 0;
        // The number of connectors.
        attributes->number_of_element = row->elements ? 0x001C0010 : 0;
        attributes->array_base = row->elements ? row->id : 0;
        limits(camera, row, &attributes->lowest, &attributes->highest, &attributes->step);
    }
    leave(camera);
    return code;
}

int32_t dcamprop_getvalue(HDCAM handle, int32_t id, double *value) {
    camera *camera;
    if (!value) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    double *kept = NULL;
    const property *row = find(camera, id, &kept);
    code = row ? (int32_t)ordered_code(camera->serial, row->name) : DCAM_NOTSUPPORT;
    if (!code) code = DCAM_SUCCESS;
    if (code == DCAM_SUCCESS) *value = read(camera, row, *kept);
    leave(camera);
    return code;
}

/// The nearest valid value at or above a value, or a code.
static int32_t rounded(camera *camera, const property *row, double *value) {
    double lowest, highest, step;
    int length;
    if (row->type == MODE) return value_text(camera, row, *value, &length) ? DCAM_SUCCESS : DCAM_INVALIDVALUE;
    limits(camera, row, &lowest, &highest, &step);
    if (!(row->access & ROUNDS)) {
        // A special value: the fastest.
        if (row->id == READOUT_SPEED && *value == 0x7FFFFFFF) *value = highest;
        bool is_on_step = step <= 0 || (long)((*value - lowest) / step) * step + lowest == *value;
        return *value >= lowest && *value <= highest && is_on_step ? DCAM_SUCCESS : DCAM_INVALIDPARAM;
    }
    if (*value != *value) return DCAM_INVALIDPARAM;
    *value = least(most(*value, lowest), highest);
    // Steps count from zero; a value that lies on one stays as it is. Only temperatures are negative, in whole steps.
    if (step > 0 && *value > 0) {
        double rounded = whole(*value / step + 1 - 1e-6) * step;
        bool is_on_step = rounded - *value < step * 1e-6 && *value - rounded < step * 1e-6;
        if (!is_on_step) *value = least(rounded, highest);
    }
    return DCAM_SUCCESS;
}

static int32_t check_area(camera *camera) {
    const model *model = camera->model;
    bool fits = get(camera, HPOS) + get(camera, HSIZE) <= model->width
        && get(camera, VPOS) + get(camera, VSIZE) <= model->height;
    return fits ? DCAM_SUCCESS : DCAM_INVALIDSUBARRAY;
}

static int32_t write(camera *camera, int32_t id, double *value) {
    double *place = NULL;
    const property *row = find(camera, id, &place);
    if (!row) return DCAM_NOTSUPPORT;
    int access = row->access & 3;
    if (access == READ_ONLY) return DCAM_NOTWRITABLE;
    if (camera->is_capturing && access < ALWAYS) return DCAM_BUSY;
    if (camera->ring && access < READY) return DCAM_NOTSTABLE;
    int32_t code = (int32_t)ordered_code(camera->serial, row->name);
    if (!code) code = rounded(camera, row, value);
    if (code != DCAM_SUCCESS) return code;
    // The sum is checked only while the area is on.
    double kept = *place;
    *place = *value;
    bool concerns_area = row->id >= HPOS && row->id <= SUBARRAY_MODE;
    if (concerns_area && get(camera, SUBARRAY_MODE) == 2) code = check_area(camera);
    if (code != DCAM_SUCCESS) *place = kept;
    if (id == TRIGGER_SOURCE && *value == INTERNAL) camera->has_begun = false;
    pthread_cond_broadcast(&camera->changed);
    return code;
}

// Not by way of a function that can be called from outside: the loader may find that of another copy of the library.
static int32_t set(HDCAM handle, int32_t id, double *value) {
    camera *camera;
    if (!value) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    code = write(camera, id, value);
    leave(camera);
    return code;
}

int32_t dcamprop_setgetvalue(HDCAM handle, int32_t id, double *value, int32_t option) {
    return (void)option, set(handle, id, value);
}

int32_t dcamprop_setvalue(HDCAM handle, int32_t id, double value) { return set(handle, id, &value); }

int32_t dcamprop_queryvalue(HDCAM handle, int32_t id, double *value, int32_t option) {
    camera *camera;
    if (!value) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    const property *row = find(camera, id, NULL);
    code = row ? DCAM_SUCCESS : DCAM_NOTSUPPORT;
    int direction = option == (int32_t)0xFF000000 ? -1 : option == 0x01000000 ? 1 : 0;
    if (row && direction == 0) {
        code = rounded(camera, row, value);
    } else if (row && row->type == MODE) {
        int length;
        double next = *value + direction;
        while (next >= 0 && next < 64 && !value_text(camera, row, next, &length)) next += direction;
        if (next >= 0 && next < 64) *value = next;
        else code = DCAM_OUTOFRANGE;
    } else if (row) {
        double lowest, highest, step;
        limits(camera, row, &lowest, &highest, &step);
        double next = *value + direction * step;
        if (step > 0 && next >= lowest && next <= highest) *value = next;
        else code = DCAM_OUTOFRANGE;
    }
    leave(camera);
    return code;
}

/// The id after another one in the order of the table, with the elements of arrays if they are asked for.
static int32_t next_id(camera *camera, int32_t id, bool wants_elements) {
    bool is_next = id == 0;
    for (int i = 0; i < property_count; i++) {
        const property *row = &properties[i];
        if (!(row->models & camera->model->bit)) continue;
        if (is_next) return row->id;
        if (row->id == id) is_next = true;
        if (!wants_elements || !row->elements || id < row->id) continue;
        int element = (id - row->id) / ELEMENT_STEP;
        if ((id - row->id) % ELEMENT_STEP == 0 && element + 1 < row->elements) return id + ELEMENT_STEP;
        if ((id - row->id) % ELEMENT_STEP == 0 && element + 1 == row->elements) return 0;
    }
    return 0;
}

int32_t dcamprop_getnextid(HDCAM handle, int32_t *id, int32_t option) {
    camera *camera;
    if (!id) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    *id = next_id(camera, *id, option & 4);
    leave(camera);
    return *id ? DCAM_SUCCESS : DCAM_NOPROPERTY;
}

static int32_t copy_text(char *target, int32_t length, const char *text, int count) {
    if (!target || length <= 0) return DCAM_INVALIDPARAM;
    if (count >= length) count = length - 1;
    memcpy(target, text, (size_t)count);
    target[count] = 0;
    return DCAM_SUCCESS;
}

int32_t dcamprop_getname(HDCAM handle, int32_t id, char *text, int32_t length) {
    camera *camera;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    const property *row = find(camera, id, NULL);
    code = row ? copy_text(text, length, row->name, (int)strlen(row->name)) : DCAM_NOTSUPPORT;
    if (code == DCAM_SUCCESS && row->elements && length > 64) {
        size_t end = strlen(text);
        text[end] = '[';
        text[end + 1] = (char)('0' + (id - row->id) / ELEMENT_STEP);
        text[end + 2] = ']';
        text[end + 3] = 0;
    }
    leave(camera);
    return code;
}

int32_t dcamprop_getvaluetext(HDCAM handle, DCAMPROP_VALUETEXT *text) {
    camera *camera;
    if (!text || text->size != sizeof *text) return DCAM_INVALIDPARAM;
    int32_t code = enter(handle, &camera);
    if (code != DCAM_SUCCESS) return code;
    const property *row = find(camera, text->id, NULL);
    int length = 0;
    if (!row) {
        code = DCAM_NOTSUPPORT;
    } else if (row->type != MODE) {
        code = DCAM_NOVALUETEXT;
    } else {
        const char *found = value_text(camera, row, text->value, &length);
        code = found ? copy_text(text->text, text->text_bytes, found, length) : DCAM_INVALIDVALUE;
    }
    leave(camera);
    return code;
}
