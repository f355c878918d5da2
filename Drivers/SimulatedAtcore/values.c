// The functions that read and write features.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "library.h"

/// Locks the camera for reading a feature of one kind.
static int enter_reading(AT_H handle, const AT_WC *name, kind kind, camera **camera, const feature **feature) {
    int code = enter_feature(handle, name, camera, feature);
    if (code) return code;
    if ((*feature)->kind != kind) code = AT_ERR_NOTIMPLEMENTED;
    else if (!is_readable(*camera, *feature)) code = AT_ERR_NOTREADABLE;
    if (code) leave(*camera);
    return code;
}

/// Locks the camera for writing a feature of one kind.
static int enter_writing(AT_H handle, const AT_WC *name, kind kind, camera **camera, const feature **feature) {
    int code = enter_feature(handle, name, camera, feature);
    if (code) return code;
    char call[80];
    snprintf(call, sizeof call, "Set%s", (*feature)->name);
    code = fault_code(*camera, call);
    if (code) {}
    else if ((*feature)->kind != kind) code = AT_ERR_NOTIMPLEMENTED;
    else if ((*feature)->flags & (READ_ONLY | CLAIMS_WRITABLE)) code = AT_ERR_READONLY;
    else if (!is_writable(*camera, *feature)) code = AT_ERR_NOTWRITABLE;
    if (code) leave(*camera);
    return code;
}

static void write_and_notify(camera *camera, const feature *feature, double value) {
    write_value(camera, feature, value);
    call_back(camera, feature);
    leave(camera);
}

// ---- Access

typedef bool (*question)(camera *camera, const feature *feature);

static int answer(AT_H handle, const AT_WC *name, AT_BOOL *answer, int null_code, question ask) {
    camera *camera;
    const feature *feature;
    int code = enter_feature(handle, name, &camera, &feature);
    if (code) return code;
    if (!answer) code = null_code;
    else *answer = ask(camera, feature);
    leave(camera);
    return code;
}

static bool is_read_only(camera *camera, const feature *feature) {
    (void)camera;
    return feature->flags & READ_ONLY;
}

int AT_IsImplemented(AT_H handle, const AT_WC *name, AT_BOOL *answer) {
    camera *camera;
    int code = enter(handle, &camera);
    if (code) return code;
    if (!name) code = AT_ERR_NULL_FEATURE;
    else if (!answer) code = AT_ERR_NULL_IMPLEMENTED_VAR;
    else *answer = find_feature(camera, name) != NULL;
    leave(camera);
    return code;
}

int AT_IsReadable(AT_H handle, const AT_WC *name, AT_BOOL *is) {
    return answer(handle, name, is, AT_ERR_NULL_READABLE_VAR, is_readable);
}

int AT_IsWritable(AT_H handle, const AT_WC *name, AT_BOOL *is) {
    return answer(handle, name, is, AT_ERR_NULL_WRITABLE_VAR, is_writable);
}

int AT_IsReadOnly(AT_H handle, const AT_WC *name, AT_BOOL *is) {
    return answer(handle, name, is, AT_ERR_NULL_READONLY_VAR, is_read_only);
}

// ---- Numbers

/// The three values of a number.
typedef enum { VALUE, LOWEST, HIGHEST } which;

static const int null_codes[] = {AT_ERR_NULL_VALUE, AT_ERR_NULL_MINVALUE, AT_ERR_NULL_MAXVALUE};

/// The number that a fault reports instead.
static double as_reported(const camera *camera, const feature *feature, double value) {
    char text[128], name[64] = "", reported[64];
    if (!fault_ordered(camera, "lies", text, sizeof text)) return value;
    bool is_it = sscanf(text, "%63s %63s", name, reported) == 2 && strcmp(name, feature->name) == 0;
    return is_it ? strtod(reported, NULL) : value;
}

static int get_number(AT_H handle, const AT_WC *name, kind kind, which which, bool has_place, double *value) {
    camera *camera;
    const feature *feature;
    int code = enter_reading(handle, name, kind, &camera, &feature);
    if (code) return code;
    double bounds[2];
    if (!has_place) {
        code = null_codes[which];
    } else if (which == VALUE) {
        *value = as_reported(camera, feature, read_value(camera, feature));
    } else {
        limits(camera, feature, &bounds[0], &bounds[1]);
        *value = as_reported(camera, feature, bounds[which == HIGHEST]);
    }
    leave(camera);
    return code;
}

static int set_number(AT_H handle, const AT_WC *name, kind kind, double value) {
    camera *camera;
    const feature *feature;
    int code = enter_writing(handle, name, kind, &camera, &feature);
    if (code) return code;
    double lowest, highest;
    limits(camera, feature, &lowest, &highest);
    // Limits are reported in decimals that do not hold all digits.
    if (!(value >= lowest * (1 - 1e-9) && value <= highest * (1 + 1e-9)) || !is_allowed(camera, feature, value)) {
        leave(camera);
        return AT_ERR_OUTOFRANGE;
    }
    write_and_notify(camera, feature, value);
    return AT_SUCCESS;
}

static int get_int(AT_H handle, const AT_WC *name, which which, AT_64 *place) {
    double value = 0;
    int code = get_number(handle, name, KIND_INT, which, place != NULL, &value);
    if (!code) *place = value >= 9.2e18 ? INT64_MAX : value <= -9.2e18 ? INT64_MIN : (AT_64)value;
    return code;
}

int AT_SetInt(AT_H handle, const AT_WC *name, AT_64 value) { return set_number(handle, name, KIND_INT, value); }
int AT_GetInt(AT_H handle, const AT_WC *name, AT_64 *value) { return get_int(handle, name, VALUE, value); }
int AT_GetIntMax(AT_H handle, const AT_WC *name, AT_64 *value) { return get_int(handle, name, HIGHEST, value); }
int AT_GetIntMin(AT_H handle, const AT_WC *name, AT_64 *value) { return get_int(handle, name, LOWEST, value); }

static int get_float(AT_H handle, const AT_WC *name, which which, double *value) {
    return get_number(handle, name, KIND_FLOAT, which, value != NULL, value);
}

int AT_SetFloat(AT_H handle, const AT_WC *name, double value) { return set_number(handle, name, KIND_FLOAT, value); }
int AT_GetFloat(AT_H handle, const AT_WC *name, double *value) { return get_float(handle, name, VALUE, value); }
int AT_GetFloatMax(AT_H handle, const AT_WC *name, double *value) { return get_float(handle, name, HIGHEST, value); }
int AT_GetFloatMin(AT_H handle, const AT_WC *name, double *value) { return get_float(handle, name, LOWEST, value); }

int AT_SetBool(AT_H handle, const AT_WC *name, AT_BOOL value) { return set_number(handle, name, KIND_BOOL, value); }

int AT_GetBool(AT_H handle, const AT_WC *name, AT_BOOL *place) {
    double value = 0;
    int code = get_number(handle, name, KIND_BOOL, VALUE, place != NULL, &value);
    if (!code) *place = value != 0;
    return code;
}

// ---- Texts

static int copy(const char *value, AT_WC *text, int length) {
    if (length < 1) return AT_ERR_EXCEEDEDMAXSTRINGLENGTH;
    int i = 0;
    for (; i < length - 1 && value[i]; i++) text[i] = value[i];
    text[i] = 0;
    return AT_SUCCESS;
}

int AT_SetString(AT_H handle, const AT_WC *name, const AT_WC *text) {
    camera *camera;
    const feature *feature;
    (void)text;
    // No simulated text can be written.
    int code = enter_writing(handle, name, KIND_STRING, &camera, &feature);
    if (!code) leave(camera);
    return code;
}

int AT_GetString(AT_H handle, const AT_WC *name, AT_WC *text, int length) {
    camera *camera;
    const feature *feature;
    int code = enter_reading(handle, name, KIND_STRING, &camera, &feature);
    if (code) return code;
    code = text ? copy(feature->id == SERIAL_NUMBER ? camera->serial : feature->text, text, length)
                : AT_ERR_NULL_STRING;
    leave(camera);
    return code;
}

int AT_GetStringMaxLength(AT_H handle, const AT_WC *name, int *length) {
    camera *camera;
    const feature *feature;
    int code = enter_reading(handle, name, KIND_STRING, &camera, &feature);
    if (code) return code;
    if (!length) code = AT_ERR_NULL_MAXSTRINGLENGTH;
    else *length = feature->highest > 0 ? (int)feature->highest : 128;
    leave(camera);
    return code;
}

// ---- Choices

int AT_GetEnumIndex(AT_H handle, const AT_WC *name, int *index) {
    double value = 0;
    int code = get_number(handle, name, KIND_ENUM, VALUE, index != NULL, &value);
    if (!code) *index = (int)value;
    return code;
}

int AT_SetEnumIndex(AT_H handle, const AT_WC *name, int index) {
    camera *camera;
    const feature *feature;
    int code = enter_writing(handle, name, KIND_ENUM, &camera, &feature);
    if (code) return code;
    if (index < 0 || index >= label_count(feature)) code = AT_ERR_OUTOFRANGE;
    else if (!is_on_model(camera, feature, index)) code = AT_ERR_INDEXNOTIMPLEMENTED;
    else if (!is_available(camera, feature, index)) code = AT_ERR_INDEXNOTAVAILABLE;
    if (code) leave(camera);
    else write_and_notify(camera, feature, index);
    return code;
}

/// The number of a label, or -1.
static int index_of(const feature *feature, const AT_WC *text) {
    char label[128];
    for (int i = 0; label_at(feature, i, label, sizeof label) >= 0; i++) {
        int j = 0;
        while (label[j] && text[j] == (AT_WC)label[j]) j++;
        if (!label[j] && !text[j]) return i;
    }
    return -1;
}

int AT_SetEnumString(AT_H handle, const AT_WC *name, const AT_WC *text) {
    camera *camera;
    const feature *feature;
    int code = enter_writing(handle, name, KIND_ENUM, &camera, &feature);
    if (code) return code;
    int index = text ? index_of(feature, text) : -1;
    if (!text) code = AT_ERR_NULL_STRING;
    else if (index < 0) code = AT_ERR_OUTOFRANGE;
    else if (!is_on_model(camera, feature, index)) code = AT_ERR_STRINGNOTIMPLEMENTED;
    else if (!is_available(camera, feature, index)) code = AT_ERR_STRINGNOTAVAILABLE;
    if (code) leave(camera);
    else write_and_notify(camera, feature, index);
    return code;
}

int AT_GetEnumCount(AT_H handle, const AT_WC *name, int *count) {
    camera *camera;
    const feature *feature;
    int code = enter_reading(handle, name, KIND_ENUM, &camera, &feature);
    if (code) return code;
    if (!count) code = AT_ERR_NULL_COUNT_VAR;
    else *count = label_count(feature);
    leave(camera);
    return code;
}

typedef bool (*choice_question)(camera *camera, const feature *feature, int index);

static int ask_choice(
    AT_H handle, const AT_WC *name, int index, AT_BOOL *answer, int null_code, choice_question ask
) {
    camera *camera;
    const feature *feature;
    int code = enter_reading(handle, name, KIND_ENUM, &camera, &feature);
    if (code) return code;
    if (!answer) code = null_code;
    else *answer = index >= 0 && index < label_count(feature) && ask(camera, feature, index);
    leave(camera);
    return code;
}

static bool is_there_and_available(camera *camera, const feature *feature, int index) {
    return is_on_model(camera, feature, index) && is_available(camera, feature, index);
}

int AT_IsEnumIndexAvailable(AT_H handle, const AT_WC *name, int index, AT_BOOL *answer) {
    return ask_choice(handle, name, index, answer, AT_ERR_NULL_ISAVAILABLE_VAR, is_there_and_available);
}

int AT_IsEnumIndexImplemented(AT_H handle, const AT_WC *name, int index, AT_BOOL *answer) {
    return ask_choice(handle, name, index, answer, AT_ERR_NULL_IMPLEMENTED_VAR, is_on_model);
}

int AT_GetEnumStringByIndex(AT_H handle, const AT_WC *name, int index, AT_WC *text, int length) {
    camera *camera;
    const feature *feature;
    int code = enter_reading(handle, name, KIND_ENUM, &camera, &feature);
    if (code) return code;
    char label[128];
    if (index < 0 || index >= label_count(feature)) {
        code = AT_ERR_OUTOFRANGE;
    } else if (!text) {
        code = AT_ERR_NULL_IMPLEMENTED_VAR;
    } else {
        label_at(feature, index, label, sizeof label);
        code = copy(label, text, length);
    }
    leave(camera);
    return code;
}

// ---- Choices by the older names of the functions

int AT_SetEnumerated(AT_H handle, const AT_WC *name, int index) { return AT_SetEnumIndex(handle, name, index); }
int AT_SetEnumeratedString(AT_H handle, const AT_WC *name, const AT_WC *text) {
    return AT_SetEnumString(handle, name, text);
}
int AT_GetEnumerated(AT_H handle, const AT_WC *name, int *index) { return AT_GetEnumIndex(handle, name, index); }
int AT_GetEnumeratedCount(AT_H handle, const AT_WC *name, int *count) { return AT_GetEnumCount(handle, name, count); }
int AT_IsEnumeratedIndexAvailable(AT_H handle, const AT_WC *name, int index, AT_BOOL *answer) {
    return AT_IsEnumIndexAvailable(handle, name, index, answer);
}
int AT_IsEnumeratedIndexImplemented(AT_H handle, const AT_WC *name, int index, AT_BOOL *answer) {
    return AT_IsEnumIndexImplemented(handle, name, index, answer);
}
int AT_GetEnumeratedString(AT_H handle, const AT_WC *name, int index, AT_WC *text, int length) {
    return AT_GetEnumStringByIndex(handle, name, index, text, length);
}
