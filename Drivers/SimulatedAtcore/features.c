// The features of one camera: names, limits, locks and dependencies.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>
#include "simulation.h"

// ---- Rows

/// Whether a name is that of a row; the library ignores case and spaces.
static bool matches(const AT_WC *name, const char *row) {
    for (;; name++) {
        if (*name == L' ') continue;
        AT_WC wanted = *name >= L'A' && *name <= L'Z' ? *name + 32 : *name;
        AT_WC has = *row >= 'A' && *row <= 'Z' ? *row + 32 : *row;
        if (wanted != has) return false;
        if (*row++ == 0) return true;
    }
}

const feature *find_feature(const camera *camera, const AT_WC *name) {
    for (int i = 0; i < feature_count; i++) {
        if (features[i].models & camera->model && matches(name, features[i].name)) return &features[i];
    }
    return NULL;
}

const feature *feature_with(const camera *camera, feature_id id) {
    for (int i = 0; i < feature_count; i++) {
        if (features[i].models & camera->model && features[i].id == id) return &features[i];
    }
    return NULL;
}

double get_value(camera *camera, feature_id id) {
    const feature *feature = feature_with(camera, id);
    return feature ? camera->values[feature - features] : 0;
}

void put_value(camera *camera, feature_id id, double value) {
    const feature *feature = feature_with(camera, id);
    if (feature) camera->values[feature - features] = value;
}

void reset_features(camera *camera) {
    for (int i = 0; i < feature_count; i++) camera->values[i] = features[i].initial;
    put_value(camera, AOI_WIDTH, get_value(camera, SENSOR_WIDTH));
    put_value(camera, AOI_HEIGHT, get_value(camera, SENSOR_HEIGHT));
}

// ---- Labels

int label_count(const feature *feature) {
    int count = 1;
    for (const char *c = feature->text; *c; c++) count += *c == '|';
    return count;
}

int label_at(const feature *feature, int index, char *label, int length) {
    const char *start = feature->text;
    for (; index > 0; index--) {
        start = strchr(start, '|');
        if (!start++) return -1;
    }
    int count = (int)strcspn(start, "|");
    snprintf(label, length, "%.*s", count, start);
    return count;
}

static int label_set(camera *camera, feature_id id, char *label, int length) {
    const feature *feature = feature_with(camera, id);
    label[0] = 0;
    return feature ? label_at(feature, (int)get_value(camera, id), label, length) : -1;
}

bool is_set_to(camera *camera, feature_id id, const char *label) {
    char present[64];
    label_set(camera, id, present, sizeof present);
    return strcmp(present, label) == 0;
}

static bool has_16_bits(camera *camera) {
    char gain[64];
    label_set(camera, GAIN, gain, sizeof gain);
    return strstr(gain, "16-bit") != NULL;
}

bool is_on_model(camera *camera, const feature *feature, int index) {
    // Real cameras list encodings that only the SimCam has.
    return feature->id != PIXEL_ENCODING || camera->model == SIMCAM || index < 3 || index > 8;
}

bool is_available(camera *camera, const feature *feature, int index) {
    char label[64];
    label_at(feature, index, label, sizeof label);
    if (feature->id == PIXEL_ENCODING && camera->model != SIMCAM) {
        if (strcmp(label, "Mono16") == 0) return has_16_bits(camera);
        if (strcmp(label, "Mono12") == 0 || strcmp(label, "Mono12Packed") == 0) return !has_16_bits(camera);
        return strcmp(label, "Mono32") == 0;
    }
    // Listed, but no longer available.
    if (feature->id == READOUT_RATE && camera->model == NEO) return strcmp(label, "200 MHz") != 0;
    return true;
}

// ---- What can be done

bool is_readable(camera *camera, const feature *feature) {
    if (feature->kind == KIND_COMMAND || feature->flags & EVENT) return false;
    if (feature->id == FRAME_COUNT) return is_set_to(camera, CYCLE_MODE, "Fixed");
    return true;
}

static bool is_external(camera *camera) {
    return !is_set_to(camera, TRIGGER_MODE, "Internal") && !is_set_to(camera, TRIGGER_MODE, "Software");
}

bool is_writable(camera *camera, const feature *feature) {
    if (feature->flags & CLAIMS_WRITABLE) return true;
    if (feature->flags & (READ_ONLY | EVENT)) return false;
    if (feature->flags & LOCKED && camera->is_acquiring) return false;
    switch (feature->id) {
    case ACQUISITION_START: return !camera->is_acquiring;
    case ACQUISITION_STOP: return camera->is_acquiring;
    case SOFTWARE_TRIGGER: return camera->is_acquiring && is_set_to(camera, TRIGGER_MODE, "Software");
    case AOI_TOP: return get_value(camera, CENTRE_AOI) == 0 && camera->model != NEO;
    // An old Neo has fixed areas, which follow from the size.
    case AOI_LEFT: return camera->model != NEO;
    case CENTRE_AOI: return camera->model != NEO;
    case FRAME_COUNT: return is_set_to(camera, CYCLE_MODE, "Fixed");
    case FRAME_RATE: return !is_external(camera);
    case METADATA_TIMESTAMP: return get_value(camera, METADATA_ENABLE) != 0;
    default: return true;
    }
}

// ---- Limits

static bool is_limited_by_position(camera *camera) { return camera->model != NEO && world.has_strict_areas; }

void limits(camera *camera, const feature *feature, double *lowest, double *highest) {
    double width = get_value(camera, SENSOR_WIDTH), height = get_value(camera, SENSOR_HEIGHT);
    layout area = current_layout(camera);
    *lowest = feature->lowest;
    *highest = feature->highest;
    switch (feature->id) {
    case AOI_WIDTH:
        // A wider area moves to the left, as with Andor's own program for Micro-Manager; the manual says otherwise.
        *highest = whole((is_limited_by_position(camera) ? width - area.left + 1 : width) / area.horizontal);
        break;
    case AOI_HEIGHT:
        *highest = is_limited_by_position(camera) && !get_value(camera, CENTRE_AOI)
                       ? whole((height - area.top + 1) / area.vertical)
                       : whole(height / area.vertical);
        break;
    case AOI_LEFT: *highest = width - area.width * area.horizontal + 1; break;
    case AOI_TOP: *highest = height - area.height * area.vertical + 1; break;
    case AOI_HBIN: *highest = width; break;
    case AOI_VBIN: *highest = height; break;
    case FRAME_RATE: *highest = 1 / frame_period(camera); break;
    case EXPOSURE_TIME:
        if (get_value(camera, OVERLAP)) *lowest = readout_time(camera);
        // Only an idle camera switches to short exposures, which use another mode of the sensor.
        else if (camera->is_acquiring && get_value(camera, EXPOSURE_TIME) >= 0.01) *lowest = 0.01;
        break;
    default: break;
    }
}

// ---- Events

/// The place of an event in the list of events, as a bit.
static long event_bit(const feature *selector, const char *name) {
    char label[64];
    for (int i = 0; label_at(selector, i, label, sizeof label) >= 0; i++) {
        if (strcmp(label, name) == 0) return 1L << i;
    }
    return 0;
}

/// The bits of the enabled events; the feature itself shows the selected one.
static long enabled_events(camera *camera) { return (long)get_value(camera, EVENT_ENABLE); }

static long selected_event(camera *camera) { return 1L << (long)get_value(camera, EVENT_SELECTOR); }

void signal_event(camera *camera, feature_id id) {
    const feature *event = feature_with(camera, id), *selector = feature_with(camera, EVENT_SELECTOR);
    if (event && selector && enabled_events(camera) & event_bit(selector, event->name)) call_back(camera, event);
}

// ---- Values

static double temperature(camera *camera) {
    bool is_cooled = get_value(camera, SENSOR_COOLING);
    char target[16] = "0";
    if (label_set(camera, TEMPERATURE_CONTROL, target, sizeof target) < 0) {
        const feature *wanted = feature_with(camera, TARGET_TEMPERATURE);
        snprintf(target, sizeof target, "%g", wanted ? get_value(camera, TARGET_TEMPERATURE) : 0);
    }
    double end = is_cooled ? atof(target) : 20, begin = is_cooled ? 20 : atof(target);
    // Cooling takes a minute at pace 1, no time at pace 0.
    double share = world_settings_now.pace > 0 ? (now() - camera->cooling_since) / (60 * world_settings_now.pace) : 1;
    return camera->cooling_since == 0 ? 20 : begin + (end - begin) * least(1, share);
}

static double temperature_status(camera *camera) {
    if (!get_value(camera, SENSOR_COOLING)) return 0;
    double share = world_settings_now.pace > 0 ? (now() - camera->cooling_since) / (60 * world_settings_now.pace) : 1;
    return share >= 1 ? 1 : 2;
}

static double bit_depth(camera *camera) {
    if (is_set_to(camera, PIXEL_ENCODING, "Mono32")) return 3;
    return has_16_bits(camera) ? 2 : camera->model == NEO ? 0 : 1;
}

double read_value(camera *camera, const feature *feature) {
    switch (feature->id) {
    case AOI_STRIDE: return current_layout(camera).stride;
    case IMAGE_SIZE: return current_layout(camera).total_bytes;
    case BYTES_PER_PIXEL: return current_layout(camera).half_bytes / 2.0;
    case BIT_DEPTH: return bit_depth(camera);
    case CAMERA_ACQUIRING: return camera->is_acquiring;
    case DEVICE_COUNT: return world.camera_count;
    case EVENT_ENABLE: return (enabled_events(camera) & selected_event(camera)) != 0;
    case MAX_TRANSFER_RATE: return link_rate(camera->model) / current_layout(camera).image_bytes;
    case METADATA_FRAME: return get_value(camera, METADATA_ENABLE);
    case READOUT_TIME: return readout_time(camera);
    case SENSOR_TEMPERATURE: pause_for(0.03 * world_settings_now.pace); return temperature(camera);
    case TEMPERATURE_STATUS: return temperature_status(camera);
    case TIMESTAMP_CLOCK: return whole((now() - camera->clock_zero) * 1e8);
    default: return camera->values[feature - features];
    }
}

/// Keeps the area's place on the sensor after a change of the binning.
static void keep_area(camera *camera, layout old) {
    layout new = current_layout(camera);
    put_value(camera, AOI_WIDTH, most(1, old.width * old.horizontal / new.horizontal));
    put_value(camera, AOI_HEIGHT, most(1, old.height * old.vertical / new.vertical));
}

static void set_binning_by_label(camera *camera) {
    long horizontal, vertical;
    binning_label(camera, &horizontal, &vertical);
    put_value(camera, AOI_HBIN, horizontal);
    put_value(camera, AOI_VBIN, vertical);
}

void binning_label(camera *camera, long *horizontal, long *vertical) {
    char label[8];
    label_set(camera, AOI_BINNING, label, sizeof label);
    *horizontal = *vertical = most(1, atoi(label));
}

static void centre(camera *camera) {
    if (!get_value(camera, CENTRE_AOI)) return;
    layout area = current_layout(camera);
    put_value(camera, AOI_TOP, whole((get_value(camera, SENSOR_HEIGHT) - area.height * area.vertical) / 2) + 1);
}

/// Moves an area that would reach beyond the sensor after it has grown.
static void move_into_sensor(camera *camera) {
    layout area = current_layout(camera);
    double left = get_value(camera, SENSOR_WIDTH) - area.width * area.horizontal + 1;
    double top = get_value(camera, SENSOR_HEIGHT) - area.height * area.vertical + 1;
    put_value(camera, AOI_LEFT, least(area.left, left));
    put_value(camera, AOI_TOP, least(area.top, top));
}

/// The fixed areas of an old Neo: width, height, top, left, and left for packed pixels.
static const int fixed_areas[][5] = {
    {2592, 2160, 1, 1, 1},       {2544, 2160, 1, 25, 17},     {2064, 2048, 57, 265, 257},
    {1920, 1080, 537, 337, 337}, {1776, 1760, 201, 409, 401}, {1392, 1040, 561, 601, 593},
    {528, 512, 825, 1033, 1025}, {240, 256, 953, 1177, 1169}, {144, 128, 1017, 1225, 1217},
    {2592, 304, 929, 1, 1},
};

bool is_allowed(camera *camera, const feature *feature, double value) {
    if (camera->model != NEO || (feature->id != AOI_WIDTH && feature->id != AOI_HEIGHT)) return true;
    layout area = current_layout(camera);
    for (unsigned i = 0; i < sizeof fixed_areas / sizeof *fixed_areas; i++) {
        bool is_width = fixed_areas[i][0] / area.horizontal == (feature->id == AOI_WIDTH ? value : area.width);
        if (is_width && (feature->id == AOI_WIDTH || fixed_areas[i][1] / area.vertical == value)) return true;
    }
    return false;
}

/// Moves the area to the position that belongs to its size.
static void snap_to_fixed_area(camera *camera, feature_id changed) {
    layout area = current_layout(camera);
    for (unsigned i = 0; i < sizeof fixed_areas / sizeof *fixed_areas; i++) {
        const int *fixed = fixed_areas[i];
        if (fixed[0] / area.horizontal != area.width) continue;
        if (changed == AOI_HEIGHT && fixed[1] / area.vertical != area.height) continue;
        put_value(camera, AOI_HEIGHT, fixed[1] / area.vertical);
        put_value(camera, AOI_TOP, fixed[2]);
        put_value(camera, AOI_LEFT, is_set_to(camera, PIXEL_ENCODING, "Mono12Packed") ? fixed[4] : fixed[3]);
        return;
    }
}

/// Changes the encoding with the gain: 12 bits to 16, and vice versa.
static void follow_gain(camera *camera) {
    const feature *encoding = feature_with(camera, PIXEL_ENCODING);
    int index = (int)get_value(camera, PIXEL_ENCODING);
    if (is_available(camera, encoding, index)) return;
    put_value(camera, PIXEL_ENCODING, has_16_bits(camera) ? 2 : 0);
}

void write_value(camera *camera, const feature *feature, double value) {
    double *place = &camera->values[feature - features];
    layout old = current_layout(camera);
    switch (feature->id) {
    // The row clock runs at 100 kHz.
    case EXPOSURE_TIME: *place = most(1, whole(value * 1e5 + 0.5)) / 1e5; break;
    case AOI_HBIN:
    case AOI_VBIN:
        *place = value;
        keep_area(camera, old);
        break;
    case AOI_BINNING:
        *place = value;
        set_binning_by_label(camera);
        keep_area(camera, old);
        break;
    case EVENT_ENABLE: {
        long others = enabled_events(camera) & ~selected_event(camera);
        *place = (double)(value ? others | selected_event(camera) : others);
        break;
    }
    case SENSOR_COOLING:
        if (*place != value || value) camera->cooling_since = now();
        *place = value;
        break;
    default: *place = value; break;
    }
    if (feature->id == GAIN) follow_gain(camera);
    bool is_side = feature->id == AOI_WIDTH || feature->id == AOI_HEIGHT;
    if (is_side && camera->model == NEO) snap_to_fixed_area(camera, feature->id);
    else if (is_side) move_into_sensor(camera);
    if (feature->id == AOI_HEIGHT || feature->id == AOI_BINNING || feature->id == CENTRE_AOI) centre(camera);
}
