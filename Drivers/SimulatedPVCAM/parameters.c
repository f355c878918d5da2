// The parameters of a camera: values, limits, items, texts and access.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

const parameter *find(const camera *camera, uint32_t id) {
    for (int i = 0; i < parameter_count; i++) {
        if (parameters[i].id == id && parameters[i].models & camera->model->bit) return &parameters[i];
    }
    return NULL;
}

double get(const camera *camera, uint32_t id) {
    const parameter *row = find(camera, id);
    return row ? camera->values[row - parameters] : 0;
}

void put(camera *camera, uint32_t id, double value) {
    const parameter *row = find(camera, id);
    if (row) camera->values[row - parameters] = value;
}

void reset(camera *camera) {
    const model *model = camera->model;
    for (int i = 0; i < parameter_count; i++) camera->values[i] = parameters[i].initial;
    put(camera, COLUMNS, model->width);
    put(camera, ROWS, model->height);
    uint32_t sizes[] = {PIXEL_WIDTH, PIXEL_HEIGHT, 0x060201F4, 0x060201F5};
    for (int i = 0; i < 4; i++) put(camera, sizes[i], model->pixel_size);
    put(camera, INTERFACE, model->interface);
    put(camera, EXPOSURE_MODE, model->bit & SCMOS ? EXT_INTERNAL : TIMED);
    put(camera, 0x0900000B, 2);
    put(camera, SETPOINT, chosen(camera)->setpoint);
}

const readout *chosen(const camera *camera) {
    int port = (int)get(camera, READOUT_PORT), speed = (int)get(camera, SPEED_INDEX);
    int gain = (int)get(camera, GAIN_INDEX);
    for (int i = 0; i < readout_count; i++) {
        const readout *row = &readouts[i];
        if (!(row->models & camera->model->bit)) continue;
        if (row->port == port && row->speed == speed && row->gain == gain) return row;
    }
    return NULL;
}

static bool is_in(const camera *camera, const readout *row, int port, int speed) {
    return row->models & camera->model->bit && (port < 0 || row->port == port) && (speed < 0 || row->speed == speed);
}

// ---- Items

/// The items of a parameter: those of the table, or what depends on the camera.
static void items(const camera *camera, const parameter *row, char *text, int length) {
    if (strcmp(row->items, "*") != 0) {
        snprintf(text, (size_t)length, "%s", row->items);
        return;
    }
    text[0] = 0;
    if (row->id == INTERFACE) {
        int interface = camera->model->interface;
        const char *name = interface == 0x800 ? "PCIe" : interface == 0x400 ? "PCI" : "USB";
        snprintf(text, (size_t)length, "%d=%s", interface, name);
    } else if (row->id == READOUT_PORT) {
        int last = -1, used = 0;
        for (int i = 0; i < readout_count; i++) {
            if (!is_in(camera, &readouts[i], -1, -1) || readouts[i].port == last) continue;
            last = readouts[i].port;
            const char *name = readouts[i].port_name;
            used += snprintf(text + used, (size_t)(length - used), "%s%d=%s", used ? "|" : "", last, name);
        }
    } else {
        // Both parameters have the same texts; the values are one of the two factors.
        char list[64];
        snprintf(list, sizeof list, "%s", camera->model->binnings ? camera->model->binnings : "");
        int used = 0;
        char *rest = list;
        for (char *pair; (pair = strsep(&rest, "|")) != NULL;) {
            used += snprintf(text + used, (size_t)(length - used), "%s%d=%s", used ? "|" : "", atoi(pair), pair);
        }
    }
}

bool item(const camera *camera, const parameter *row, uint32_t index, double *value, char *text, int length) {
    char list[512];
    items(camera, row, list, sizeof list);
    char *rest = list;
    for (char *each; (each = strsep(&rest, "|")) != NULL;) {
        char *equals = strchr(each, '=');
        if (!equals) return false;
        if (index-- > 0) continue;
        *value = atof(each);
        snprintf(text, (size_t)length, "%s", equals + 1);
        return true;
    }
    return false;
}

int item_count(const camera *camera, const parameter *row) {
    double value;
    char text[64];
    int count = 0;
    while (item(camera, row, (uint32_t)count, &value, text, sizeof text)) count++;
    return count;
}

bool has_item(const camera *camera, uint32_t id, double wanted) {
    const parameter *row = find(camera, id);
    double value;
    char text[64];
    for (uint32_t i = 0; row && item(camera, row, i, &value, text, sizeof text); i++) {
        if (value == wanted) return true;
    }
    return false;
}

// ---- Values

static const char *feature_names[FEATURES] = {"DESPECKLE BRIGHT HIGH", "DESPECKLE DARK LOW"};
static const char *feature_params[FEATURE_PARAMS] = {"ENABLED", "THRESHOLD"};

static double *feature_param(camera *camera) {
    return &camera->feature_values[(int)get(camera, FEATURE_INDEX)][(int)get(camera, FEATURE_PARAM_INDEX)];
}

static const char *text_of(const camera *camera, const parameter *row) {
    switch (row->id) {
    case CHIP_NAME: return camera->model->chip;
    case SYSTEM_NAME:
    case PRODUCT_NAME: return camera->model->product;
    case SERIAL: return camera->serial;
    case GAIN_NAME: return chosen(camera)->gain_name;
    case SPEED_NAME: return chosen(camera)->port_name;
    case FEATURE_NAME: return feature_names[(int)get(camera, FEATURE_INDEX)];
    case FEATURE_PARAM_NAME: return feature_params[(int)get(camera, FEATURE_PARAM_INDEX)];
    default: return row->items;
    }
}

static double current(camera *camera, const parameter *row) {
    const setup *setup = &camera->setup;
    switch (row->id) {
    case PIXEL_TIME: return chosen(camera)->pixel_time;
    case BIT_DEPTH:
    case BIT_DEPTH_HOST: return chosen(camera)->bits;
    case IMAGE_FORMAT:
    case IMAGE_FORMAT_HOST: return chosen(camera)->bits <= 8 ? 2 : 0;
    case READOUT_TIME: return readout_seconds(camera) * 1e6;
    case CLEARING_TIME: return 1e6;
    case 0x100200B5:
    case 0x100200B6: return 0;
    case FRAME_BUFFER_SIZE: return (double)setup->frame_bytes * 10;
    case BINNING_ACROSS: return setup->region.sbin ? setup->region.sbin : 1;
    case BINNING_DOWN: return setup->region.pbin ? setup->region.pbin : 1;
    case FEATURE_ID: return get(camera, FEATURE_INDEX) + 14;
    case FEATURE_PARAM_ID: return get(camera, FEATURE_INDEX) * 100 + get(camera, FEATURE_PARAM_INDEX) + 1;
    case FEATURE_PARAM: return *feature_param(camera);
    case EXPOSURE_TIME: {
        // A known error of one model: some times are reported as one unit less.
        double time = camera->values[row - parameters];
        double thousandths = get(camera, RESOLUTION) == 1 ? time / 1000 : time;
        bool is_wrong = thousandths == 12 || thousandths == 48 || thousandths == 75 || thousandths == 100;
        return camera->model->bit == KINETIX && get(camera, READOUT_PORT) == 0 && is_wrong ? time - 1 : time;
    }
    default: return camera->values[row - parameters];
    }
}

static double lowest(const camera *camera, const parameter *row) {
    if ((row->id >> 24) == TYPE_ENUM) {
        double value = 0, least = 1e9;
        char text[64];
        for (uint32_t i = 0; item(camera, row, i, &value, text, sizeof text); i++) {
            least = value < least ? value : least;
        }
        return least;
    }
    return row->lowest;
}

static double highest(const camera *camera, const parameter *row) {
    double most = row->highest;
    if ((row->id >> 24) == TYPE_ENUM) {
        double value = 0;
        char text[64];
        most = -1e9;
        for (uint32_t i = 0; item(camera, row, i, &value, text, sizeof text); i++) most = value > most ? value : most;
    } else if (row->id == SPEED_INDEX || row->id == GAIN_INDEX) {
        int port = (int)get(camera, READOUT_PORT);
        int speed = row->id == GAIN_INDEX ? (int)get(camera, SPEED_INDEX) : -1;
        most = 0;
        for (int i = 0; i < readout_count; i++) {
            int value = row->id == GAIN_INDEX ? readouts[i].gain : readouts[i].speed;
            if (is_in(camera, &readouts[i], port, speed) && value > most) most = value;
        }
    } else if (row->id == RESOLUTION_INDEX) {
        most = item_count(camera, find(camera, RESOLUTION)) - 1;
    } else if (row->id == COLUMNS || row->id == ROWS) {
        most = get(camera, row->id);
    }
    return most;
}

static int count(const camera *camera, const parameter *row) {
    switch (row->id >> 24) {
    case TYPE_ENUM: return item_count(camera, row);
    case TYPE_CHAR_PTR: return (int)strlen(text_of(camera, row)) + 1;
    case TYPE_BOOLEAN: return 2;
    default: return row->step > 0 ? (int)least((highest(camera, row) - row->lowest) / row->step + 1, 2e9) : 1;
    }
}

/// The type of what is written, which for one parameter is not the one of its number.
static int type_of(const parameter *row) { return row->id == READOUT_TIME ? TYPE_UNS32 : (int)(row->id >> 24); }

static void write_value(int type, double value, void *target) {
    switch (type) {
    case TYPE_INT16: *(int16_t *)target = (int16_t)value; break;
    case TYPE_UNS16:
    case TYPE_BOOLEAN: *(uint16_t *)target = (uint16_t)value; break;
    case TYPE_INT32:
    case TYPE_ENUM: *(int32_t *)target = (int32_t)value; break;
    case TYPE_UNS32: *(uint32_t *)target = (uint32_t)value; break;
    case TYPE_UNS8: *(uint8_t *)target = (uint8_t)value; break;
    case TYPE_UNS64: *(uint64_t *)target = (uint64_t)value; break;
    case TYPE_INT64: *(int64_t *)target = (int64_t)value; break;
    default: *(double *)target = value; break;
    }
}

static double read_value(int type, const void *source) {
    switch (type) {
    case TYPE_INT16: return *(const int16_t *)source;
    case TYPE_UNS16:
    case TYPE_BOOLEAN: return *(const uint16_t *)source;
    case TYPE_INT32:
    case TYPE_ENUM: return *(const int32_t *)source;
    case TYPE_UNS32: return *(const uint32_t *)source;
    case TYPE_UNS8: return *(const uint8_t *)source;
    case TYPE_UNS64: return (double)*(const uint64_t *)source;
    case TYPE_INT64: return (double)*(const int64_t *)source;
    default: return *(const double *)source;
    }
}

static int read_attribute(camera *camera, const parameter *row, int attribute, void *value) {
    // The state does not matter for what never changes.
    switch (attribute) {
    case ATTR_TYPE: write_value(TYPE_UNS16, type_of(row), value); return 0;
    case ATTR_ACCESS: write_value(TYPE_UNS16, row->access, value); return 0;
    case ATTR_LIVE: write_value(TYPE_BOOLEAN, row->flags & LIVE ? 1 : 0, value); return 0;
    default: break;
    }
    if (camera->phase == ACQUIRING && !(row->flags & LIVE)) return PL_ACCESS_DENIED;
    if (row->flags & AFTER_SETUP && camera->phase < READY) return PL_SETUP_REQUIRED;
    bool is_text = row->id >> 24 == TYPE_CHAR_PTR;
    switch (attribute) {
    case ATTR_COUNT: write_value(TYPE_UNS32, count(camera, row), value); return 0;
    case ATTR_CURRENT:
        if (row->access == ACC_WRITE_ONLY) return PL_ACCESS_DENIED;
        if (is_text) strcpy(value, text_of(camera, row));
        else write_value(type_of(row), current(camera, row), value);
        return 0;
    case ATTR_DEFAULT:
        if (is_text) return PL_ATTRIBUTE_NOT_AVAILABLE;
        write_value(type_of(row), row->id == FRAME_BUFFER_SIZE ? current(camera, row) : row->initial, value);
        return 0;
    case ATTR_MIN:
    case ATTR_MAX:
        if (is_text) return PL_ATTRIBUTE_NOT_AVAILABLE;
        write_value(type_of(row), attribute == ATTR_MIN ? lowest(camera, row) : highest(camera, row), value);
        return 0;
    case ATTR_INCREMENT:
        if (is_text) return PL_ATTRIBUTE_NOT_AVAILABLE;
        write_value(type_of(row), row->step, value);
        return 0;
    default: return PL_ATTRIBUTE_NOT_AVAILABLE;
    }
}

/// The name of a parameter in faults: its number in hexadecimal.
static void fault_name(uint32_t id, char *text, int length) { snprintf(text, (size_t)length, "%08x", id); }

rs_bool pl_get_param(int16_t handle, uint32_t id, int16_t attribute, void *value) {
    char name[16];
    fault_name(id, name, sizeof name);
    camera *camera;
    begin();
    int code = enter(handle, attribute == ATTR_CURRENT ? name : "attribute", &camera);
    if (code) return answer(code);
    const parameter *row = find(camera, id);
    if (!value) code = PL_NULL_POINTER;
    else if (attribute == ATTR_AVAIL) write_value(TYPE_BOOLEAN, row != NULL, value);
    else if (row) code = read_attribute(camera, row, attribute, value);
    // These two never fail.
    else if (attribute == ATTR_TYPE) write_value(TYPE_UNS16, id >> 24, value);
    else if (attribute == ATTR_ACCESS) write_value(TYPE_UNS16, ACC_EXIST_CHECK_ONLY, value);
    else code = PL_PARAMETER_NOT_AVAILABLE;
    leave();
    return answer(code);
}

/// What a choice brings with it.
static int choose(camera *camera, const parameter *row, double value) {
    double before = camera->values[row - parameters];
    camera->values[row - parameters] = value;
    switch (row->id) {
    case READOUT_PORT:
        put(camera, SPEED_INDEX, 0);
        put(camera, GAIN_INDEX, 1);
        put(camera, SETPOINT, chosen(camera)->setpoint);
        break;
    case SPEED_INDEX: put(camera, GAIN_INDEX, 1); break;
    case GAIN_INDEX:
        if (!chosen(camera)) {
            camera->values[row - parameters] = before;
            return PL_VALUE_OUT_OF_RANGE;
        }
        break;
    case RESOLUTION: put(camera, RESOLUTION_INDEX, value); break;
    case RESOLUTION_INDEX: put(camera, RESOLUTION, value); break;
    case METADATA_RESET: camera->clock_zero = now(); break;
    case FEATURE_PARAM: *feature_param(camera) = value; break;
    case SETPOINT: put(camera, TEMPERATURE, value); break;
    default: break;
    }
    return 0;
}

static int write_parameter(camera *camera, const parameter *row, const void *source) {
    if (row->access == ACC_READ_ONLY) return PL_ACCESS_DENIED;
    if (camera->phase == ACQUIRING && !(row->flags & LIVE)) return PL_ACCESS_DENIED;
    double value = read_value(type_of(row), source);
    if (row->id >> 24 == TYPE_ENUM) {
        if (!has_item(camera, row->id, value)) return PL_VALUE_OUT_OF_RANGE;
    } else if (value < lowest(camera, row) || value > highest(camera, row)) {
        return PL_VALUE_OUT_OF_RANGE;
    }
    // Other settings need another setup; what is known of the last one can still be read.
    if (camera->phase == READY && row->id != EXPOSURE_VARIABLE) camera->is_stale = true;
    return choose(camera, row, value);
}

rs_bool pl_set_param(int16_t handle, uint32_t id, void *value) {
    char name[16];
    fault_name(id, name, sizeof name);
    camera *camera;
    begin();
    int code = enter(handle, name, &camera);
    if (code) return answer(code);
    const parameter *row = find(camera, id);
    code = !value ? PL_NULL_POINTER : !row ? PL_PARAMETER_NOT_AVAILABLE : write_parameter(camera, row, value);
    leave();
    return answer(code);
}

/// The item of an enumeration, with the lock of the world, unless a code is returned.
static int enter_item(int16_t handle, uint32_t id, uint32_t index, double *value, char *text, int length) {
    camera *camera;
    int code = enter(handle, "enum", &camera);
    if (code) return code;
    const parameter *row = find(camera, id);
    if (!row) code = PL_PARAMETER_NOT_AVAILABLE;
    else if (id >> 24 != TYPE_ENUM) code = PL_PARAMETER_NOT_ENUM;
    else if (camera->phase == ACQUIRING && !(row->flags & LIVE)) code = PL_ACCESS_DENIED;
    else if (!item(camera, row, index, value, text, length)) code = PL_INDEX_OUT_OF_RANGE;
    leave();
    return code;
}

rs_bool pl_get_enum_param(int16_t handle, uint32_t id, uint32_t index, int32_t *value, char *text, uint32_t length) {
    double found;
    char label[64];
    begin();
    int code = enter_item(handle, id, index, &found, label, sizeof label);
    if (!code && (!value || !text)) code = PL_NULL_POINTER;
    if (!code && length < strlen(label) + 1) code = PL_BUFFER_TOO_SMALL;
    if (!code) {
        *value = (int32_t)found;
        snprintf(text, length, "%s", label);
    }
    return answer(code);
}

rs_bool pl_enum_str_length(int16_t handle, uint32_t id, uint32_t index, uint32_t *length) {
    double found;
    char label[64];
    begin();
    int code = enter_item(handle, id, index, &found, label, sizeof label);
    if (!code && !length) code = PL_NULL_POINTER;
    // With the zero at its end.
    if (!code) *length = (uint32_t)strlen(label) + 1;
    return answer(code);
}

rs_bool pl_pp_reset(int16_t handle) {
    camera *camera;
    begin();
    int code = enter(handle, "pp_reset", &camera);
    if (code) return answer(code);
    if (camera->phase == ACQUIRING) code = PL_STATE_INVALID;
    else memset(camera->feature_values, 0, sizeof camera->feature_values);
    leave();
    return answer(code);
}
