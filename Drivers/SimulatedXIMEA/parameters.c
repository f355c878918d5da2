// The parameters of a camera: values, limits, access and texts.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

const parameter *find(const camera *camera, const char *name, double **value) {
    for (int i = 0; i < parameter_count; i++) {
        if (!(parameters[i].models & camera->model->bit) || strcmp(parameters[i].name, name) != 0) continue;
        if (value) *value = &camera->values[i];
        return &parameters[i];
    }
    return NULL;
}

double get(camera *camera, const char *name) {
    double *value = NULL;
    return find(camera, name, &value) ? *value : 0;
}

void put(camera *camera, const char *name, double value) {
    double *place = NULL;
    if (find(camera, name, &place)) *place = value;
}

void reset(camera *camera) {
    for (int i = 0; i < parameter_count; i++) camera->values[i] = parameters[i].initial;
    put(camera, "width", camera->model->width);
    put(camera, "height", camera->model->height);
    put(camera, "device_model_id", camera->model->id);
    put(camera, "framerate", highest_rate(camera));
    memset(camera->counters, 0, sizeof camera->counters);
}

static long in_steps(long value, long step) { return value / step * step; }

static void limits(camera *camera, const parameter *row, double *lowest, double *highest, double *step) {
    *lowest = row->lowest;
    *highest = row->highest;
    *step = row->step;
    const model *model = camera->model;
    layout area = current_layout(camera);
    long columns = model->width / area.binning_x, rows = model->height / area.binning_y;
    if (strcmp(row->name, "width") == 0) {
        *lowest = *step = model->size_step;
        *highest = (double)in_steps(columns - area.left, model->size_step);
    } else if (strcmp(row->name, "height") == 0) {
        *lowest = *step = 2;
        *highest = (double)in_steps(rows - area.top, 2);
    } else if (strcmp(row->name, "offsetX") == 0) {
        *step = model->offset_step;
        *highest = (double)in_steps(columns - area.width, model->offset_step);
    } else if (strcmp(row->name, "offsetY") == 0) {
        *step = 2;
        *highest = (double)in_steps(rows - area.height, 2);
    } else if (strcmp(row->name, "framerate") == 0) {
        *highest = highest_rate(camera);
        *lowest = 0.1;
    }
    if (row->type != ENUM) return;
    *lowest = atof(row->values);
    const char *last = strrchr(row->values, ' ');
    *highest = last ? atof(last + 1) : *lowest;
}

static bool is_value(const parameter *row, double value) {
    for (const char *entry = row->values; entry && *entry; entry = strchr(entry, ' ') ? strchr(entry, ' ') + 1 : NULL) {
        if (atof(entry) == value) return true;
    }
    return false;
}

/// Sizes of the area begin anew with other pixels.
static void fit_area(camera *camera) {
    layout area = current_layout(camera);
    put(camera, "offsetX", 0);
    put(camera, "offsetY", 0);
    put(camera, "width", (double)in_steps(camera->model->width / area.binning_x, camera->model->size_step));
    put(camera, "height", (double)in_steps(camera->model->height / area.binning_y, 2));
}

static int set_number(camera *camera, const char *name, double value, bool is_direct) {
    double *place;
    const parameter *row = find(camera, name, &place);
    if (!row) return XI_UNKNOWN_PARAM;
    int code = (int)ordered_code(camera->serial, name);
    if (code) return code;
    if (is_direct && strcmp(name, "exposure") && strcmp(name, "gain")) return XI_INFO_NOT_SUPPORTED;
    if (row->type == TEXT) return XI_WRONG_TYPE;
    if (row->access == READ_ONLY) return XI_READ_ONLY;
    if (row->access == LOCKED && camera->is_acquiring) return XI_NOT_SETTABLE;
    if (row->type == COMMAND) {
        advance(camera);
        // In a hardware mode the cameras of this family take it as well.
        double source = get(camera, "trigger_source");
        if (camera->is_acquiring && (source == SOFTWARE || (camera->model->bit == XIQ && source != FREE_RUNNING))) fire(camera);
        return XI_OK;
    }
    double lowest, highest, step;
    limits(camera, row, &lowest, &highest, &step);
    if (row->type == ENUM && !is_value(row, value)) return XI_WRONG_VALUE;
    // Programs get limits as numbers of 32 bits, and may send those back.
    if ((float)value < (float)lowest || (float)value > (float)highest) return XI_WRONG_VALUE;
    value = least(most(value, lowest), highest);
    // Numbers with a step are those of the area, which must fit; exposure and gain are rounded.
    if (row->type == INT && step > 1 && (long)value % (long)step != 0) return XI_WRONG_VALUE;
    if (row->type == FLOAT && row->step > 0) value = whole((value - row->lowest) / row->step + 0.5) * row->step + row->lowest;
    *place = value;
    if (strncmp(name, "binning_", 8) == 0 || strncmp(name, "downsampling", 12) == 0) fit_area(camera);
    return XI_OK;
}

/// The value of a parameter now, of those that the camera calculates.
static double read(camera *camera, const parameter *row, double kept) {
    if (strcmp(row->name, "counter_value") == 0) {
        advance(camera);
        return camera->counters[(int)get(camera, "counter_selector")];
    }
    if (strcmp(row->name, "isexist") == 0) return !camera->is_gone;
    if (strcmp(row->name, "iscooled") == 0) return get(camera, "cooling") != 0;
    if (strcmp(row->name, "framerate") == 0 && get(camera, "acq_timing_mode") == 0) return highest_rate(camera);
    if (strcmp(row->name, "chip_temp") == 0 && get(camera, "cooling") != 0) return get(camera, "target_temp");
    return kept;
}

static int get_number(camera *camera, const char *name, const char *suffix, double *value) {
    double *place;
    const parameter *row = find(camera, name, &place);
    if (row && row->type == TEXT && strcmp(suffix, "req_buf_size") == 0) {
        *value = strcmp(name, "device_manifest") == 0 ? write_manifest(camera, NULL, 0) : 256;
        return XI_OK;
    }
    if (!row) return *suffix ? XI_PARAM_NOT_SUPPORTED : XI_UNKNOWN_PARAM;
    int code = *suffix ? 0 : (int)ordered_code(camera->serial, name);
    if (code) return code;
    double lowest, highest, step;
    limits(camera, row, &lowest, &highest, &step);
    if (!*suffix) *value = read(camera, row, *place);
    else if (strcmp(suffix, "min") == 0) *value = lowest;
    else if (strcmp(suffix, "max") == 0) *value = highest;
    else if (strcmp(suffix, "inc") == 0) *value = step;
    else if (strcmp(suffix, "settable") == 0) {
        *value = row->access == WRITABLE || (row->access == LOCKED && !camera->is_acquiring);
    } else return XI_INFO_NOT_SUPPORTED;
    return row->type == TEXT ? XI_WRONG_TYPE : XI_OK;
}

/// Splits `width:max`.
static void split(const char *text, char name[64], char suffix[32]) {
    snprintf(name, 64, "%s", text);
    char *colon = strchr(name, ':');
    suffix[0] = 0;
    if (!colon) return;
    *colon = 0;
    snprintf(suffix, 32, "%s", colon + 1);
}

/// What a program can set without a camera, since it belongs to the library.
static bool is_global(const char *name) { return strcmp(name, "debug_level") == 0; }

static int set(XI_HANDLE handle, const char *text, double value) {
    char name[64], suffix[32];
    if (!text) return XI_INVALID_ARG;
    split(text, name, suffix);
    if (!handle && is_global(name)) return XI_OK;
    camera *camera;
    int code = enter(handle, &camera);
    if (code == XI_READREG) return XI_WRITEREG;
    if (code) return code;
    bool is_direct = strcmp(suffix, "direct_update") == 0;
    if (*suffix && !is_direct) code = XI_INFO_NOT_SUPPORTED;
    // A number that is none would be kept.
    else code = value == value ? set_number(camera, name, value, is_direct) : XI_WRONG_VALUE;
    leave(camera);
    return code;
}

static int fetch(XI_HANDLE handle, const char *text, double *value) {
    char name[64], suffix[32];
    if (!text || !value) return XI_INVALID_ARG;
    split(text, name, suffix);
    camera *camera;
    int code = enter(handle, &camera);
    // A camera that is gone still answers whether it exists.
    if (code == XI_READREG && strcmp(name, "isexist") == 0 && !*suffix) {
        *value = 0;
        return XI_OK;
    }
    if (code) return code;
    code = get_number(camera, name, suffix, value);
    leave(camera);
    return code;
}

int xiSetParamInt(XI_HANDLE handle, const char *name, int value) { return set(handle, name, value); }
int xiSetParamFloat(XI_HANDLE handle, const char *name, float value) { return set(handle, name, value); }

int xiGetParamInt(XI_HANDLE handle, const char *name, int *value) {
    double number = 0;
    int code = value ? fetch(handle, name, &number) : XI_INVALID_ARG;
    if (!code) *value = (int)number;
    return code;
}

int xiGetParamFloat(XI_HANDLE handle, const char *name, float *value) {
    double number = 0;
    int code = value ? fetch(handle, name, &number) : XI_INVALID_ARG;
    if (!code) *value = (float)number;
    return code;
}

// ---- Texts

static const char *text_of(camera *camera, const char *name) {
    if (strcmp(name, "device_sn") == 0) return camera->serial;
    if (strcmp(name, "device_name") == 0) return camera->model->reported;
    if (strcmp(name, "device_type") == 0) return camera->model->type;
    if (strcmp(name, "device_user_id") == 0) return camera->user_id;
    if (strcmp(name, "api_version") == 0) return "4.27.13.0";
    if (strcmp(name, "drv_version") == 0) return "1.0.0";
    if (strcmp(name, "version_fpga1") == 0) return "2.7.1";
    return camera->serial;
}

static int copy_text(const char *text, char *value, uint32_t size) {
    if (!value) return XI_INVALID_ARG;
    if (strlen(text) >= size) return XI_PARAM_BUFFER_TOO_SMALL;
    strcpy(value, text);
    return XI_OK;
}

int xiGetParamString(XI_HANDLE handle, const char *name, char *value, uint32_t size) {
    camera *camera;
    if (!name) return XI_INVALID_ARG;
    int code = enter(handle, &camera);
    if (code) return code;
    const parameter *row = find(camera, name, NULL);
    if (!row) code = XI_UNKNOWN_PARAM;
    else if (row->type != TEXT) code = XI_WRONG_TYPE;
    else if (strcmp(name, "device_manifest") == 0) {
        code = value && write_manifest(camera, value, (int)size) <= (int)size ? XI_OK : XI_PARAM_BUFFER_TOO_SMALL;
    } else code = copy_text(text_of(camera, name), value, size);
    leave(camera);
    return code;
}

int xiSetParamString(XI_HANDLE handle, const char *name, char *value, uint32_t size) {
    camera *camera;
    if (!name || !value) return XI_INVALID_ARG;
    int code = enter(handle, &camera);
    if (code) return code;
    const parameter *row = find(camera, name, NULL);
    if (!row) code = XI_UNKNOWN_PARAM;
    else if (row->type != TEXT) code = XI_WRONG_TYPE;
    else if (row->access == READ_ONLY) code = XI_READ_ONLY;
    else snprintf(camera->user_id, sizeof camera->user_id, "%.*s", (int)least(size, 47), value);
    leave(camera);
    return code;
}

int xiSetParam(XI_HANDLE handle, const char *name, void *value, uint32_t size, int type) {
    if (!value) return XI_INVALID_ARG;
    if (type == XI_STRING) return xiSetParamString(handle, name, value, size);
    if (type == XI_INTEGER64) return size < 8 ? XI_WRONG_SIZE : set(handle, name, (double)*(int64_t *)value);
    if (size < 4) return XI_WRONG_SIZE;
    if (type == XI_INTEGER) return xiSetParamInt(handle, name, *(int *)value);
    return type == XI_FLOAT ? xiSetParamFloat(handle, name, *(float *)value) : XI_WRONG_TYPE;
}

int xiGetParam(XI_HANDLE handle, const char *name, void *value, uint32_t *size, int *type) {
    if (!value || !size || !type) return XI_INVALID_ARG;
    if (*type == XI_STRING) {
        int code = xiGetParamString(handle, name, value, *size);
        if (!code) *size = (uint32_t)strlen(value);
        return code;
    }
    if (*size < (*type == XI_INTEGER64 ? 8 : 4)) return XI_WRONG_SIZE;
    if (*type == XI_INTEGER) return xiGetParamInt(handle, name, value);
    if (*type == XI_FLOAT) return xiGetParamFloat(handle, name, value);
    if (*type != XI_INTEGER64) return XI_WRONG_TYPE;
    double number = 0;
    int code = fetch(handle, name, &number);
    if (!code) *(int64_t *)value = (int64_t)number;
    return code;
}
