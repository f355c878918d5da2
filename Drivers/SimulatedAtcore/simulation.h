// Declarations shared by the parts of the simulation; none is visible outside of the library.
#ifndef SIMULATION_H
#define SIMULATION_H

#include <pthread.h>
#include <stdbool.h>
#include "include/atcore_abi.h"
#include "simulated_sdk.h"

// Hidden here too, because the package manager builds without the compiler's option.
#pragma GCC visibility push(hidden)

// ---- Models and their features (models.c)

/// The models, as bits of a row of the feature table.
enum {
    NEO = 1,
    ZYLA55 = 2,
    ZYLA42 = 4,
    SONA = 8,
    SIMCAM = 16,
    SYSTEM = 32,
    ZYLA = ZYLA42 | ZYLA55,
    SCMOS = NEO | ZYLA,
    REAL = SCMOS | SONA,
    CAMERA = REAL | SIMCAM,
};

typedef enum { KIND_INT, KIND_FLOAT, KIND_BOOL, KIND_STRING, KIND_ENUM, KIND_COMMAND } kind;

/// Access to a feature.
enum {
    READ_ONLY = 1,
    /// Not writable while the camera acquires.
    LOCKED = 2,
    /// A text that is reported as writable and refuses, as the library's own.
    CLAIMS_WRITABLE = 4,
    /// An event: neither readable nor writable, for callbacks only.
    EVENT = 8,
};

/// The features with behaviour of their own.
typedef enum {
    PLAIN,
    ACCUMULATE_COUNT,
    ACQUISITION_START,
    ACQUISITION_STOP,
    AOI_BINNING,
    AOI_HBIN,
    AOI_HEIGHT,
    AOI_LEFT,
    AOI_STRIDE,
    AOI_TOP,
    AOI_VBIN,
    AOI_WIDTH,
    BIT_DEPTH,
    BUFFER_OVERFLOW_EVENT,
    BYTES_PER_PIXEL,
    CAMERA_ACQUIRING,
    CAMERA_PRESENT,
    CENTRE_AOI,
    CYCLE_MODE,
    DEVICE_COUNT,
    EVENT_ENABLE,
    EVENT_SELECTOR,
    EXPOSURE_END_EVENT,
    EXPOSURE_START_EVENT,
    EXPOSURE_TIME,
    FRAME_COUNT,
    FRAME_GEN_MODE,
    FRAME_GEN_PIXEL,
    FRAME_RATE,
    GAIN,
    IMAGE_SIZE,
    MAX_TRANSFER_RATE,
    METADATA_ENABLE,
    METADATA_FRAME,
    METADATA_TIMESTAMP,
    OVERLAP,
    PIXEL_ENCODING,
    READOUT_RATE,
    READOUT_TIME,
    SENSOR_COOLING,
    SENSOR_HEIGHT,
    SENSOR_TEMPERATURE,
    SENSOR_WIDTH,
    SERIAL_NUMBER,
    SHUTTERING,
    SOFTWARE_TRIGGER,
    TARGET_TEMPERATURE,
    TEMPERATURE_CONTROL,
    TEMPERATURE_STATUS,
    TIMESTAMP_CLOCK,
    TIMESTAMP_RESET,
    TRIGGER_MODE,
    FEATURE_IDS,
} feature_id;

/// One feature of some models.
typedef struct {
    unsigned models;
    const char *name;
    kind kind;
    feature_id id;
    unsigned flags;
    double initial, lowest, highest;
    /// The value of a text, or the labels of a choice with bars between them.
    const char *text;
} feature;

extern const feature features[];
extern const int feature_count;

/// The bit of a model by its name in a list of cameras; 0 for an unknown name.
unsigned model_named(const char *name);
/// The model of a camera by a number, for lists without models.
unsigned model_numbered(int number);

/// The read-out time of the whole sensor in seconds, and the rate of the interface in bytes per second.
double full_readout(unsigned model);
double link_rate(unsigned model);
/// The number of images that the camera's memory holds.
long image_memory(unsigned model, long rows);

// ---- The cameras of this process (world.c)

enum { QUEUE_LIMIT = 1024, CALLBACK_LIMIT = 64, CAMERA_LIMIT = 128 };

/// An image that has been taken and waits for a buffer.
typedef struct {
    long number;
    /// The start of its exposure, on the monotonic clock.
    double start;
} shot;

typedef struct {
    const feature *feature;
    FeatureCallback call;
    void *context;
} callback;

typedef struct camera {
    unsigned model;
    char serial[48];
    AT_H handle;
    int lock_file;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /// A value for each row of the feature table, whatever its kind.
    double *values;
    callback callbacks[CALLBACK_LIMIT];
    int callback_count;

    bool is_acquiring, has_overflowed, is_gone;
    /// The time at which the next image will be complete, and the start of its exposure.
    double due, exposed;
    /// The time until which triggers are ignored.
    double busy_until;
    long image_count;
    double clock_zero;
    /// The time since which the sensor cools down or warms up.
    double cooling_since;
    struct {
        AT_U8 *memory;
        int size;
    } buffers[QUEUE_LIMIT];
    int first_buffer, buffer_count;
    shot shots[QUEUE_LIMIT];
    int first_shot, shot_count;
} camera;

/// The state of the whole process.
typedef struct {
    camera system;
    camera cameras[CAMERA_LIMIT];
    int camera_count;
    /// Whether handles of closed cameras are used again.
    bool reuses_handles;
    /// Whether a side is limited by the area's position, instead of moving the area.
    bool has_strict_areas;
} world_state;

extern world_state world;

/// Reads the configuration of the cameras; false if its file cannot be used.
bool world_load(void);

static inline bool fault_ordered(const camera *camera, const char *fault, char *text, int length) {
    return is_fault_ordered(camera->serial, fault, text, length);
}
static inline void fault_over(const camera *camera, const char *fault) { end_fault(camera->serial, fault); }
static inline int fault_code(const camera *camera, const char *call) { return ordered_code(camera->serial, call); }

// ---- One camera's features (features.c)

/// The row of a name in any spelling; NULL if this camera does not have the feature.
const feature *find_feature(const camera *camera, const AT_WC *name);
const feature *feature_with(const camera *camera, feature_id id);
void reset_features(camera *camera);

double get_value(camera *camera, feature_id id);
void put_value(camera *camera, feature_id id, double value);
double read_value(camera *camera, const feature *feature);
void limits(camera *camera, const feature *feature, double *lowest, double *highest);
/// Whether a number between the limits is available.
bool is_allowed(camera *camera, const feature *feature, double value);
bool is_readable(camera *camera, const feature *feature);
bool is_writable(camera *camera, const feature *feature);
/// Whether the camera has a choice at all, and whether it is available with the present settings.
bool is_on_model(camera *camera, const feature *feature, int index);
bool is_available(camera *camera, const feature *feature, int index);
/// The binning of the present choice.
void binning_label(camera *camera, long *horizontal, long *vertical);
/// Changes a value that has been checked, and everything that depends on it.
void write_value(camera *camera, const feature *feature, double value);

/// Calls the callbacks registered for a feature, on this thread, as the library does.
void call_back(camera *camera, const feature *feature);
/// Calls the callbacks of an event, if it is enabled.
void signal_event(camera *camera, feature_id id);

int label_count(const feature *feature);
/// Writes the label with a number; returns the number of its characters, or -1.
int label_at(const feature *feature, int index, char *label, int length);
/// Whether the present label of a choice is this one.
bool is_set_to(camera *camera, feature_id id, const char *label);

// ---- Images (images.c)

typedef struct {
    long width, height, horizontal, vertical, left, top;
    long stride;
    /// In half bytes.
    int half_bytes;
    bool has_metadata, has_timestamp;
    long image_bytes, total_bytes;
} layout;

layout current_layout(camera *camera);
/// Writes an image and its metadata; padding gets a value that does not occur in images.
void paint(camera *camera, AT_U8 *memory, const shot *shot);

// ---- Acquisition (acquisition.c)

double readout_time(camera *camera);
double frame_period(camera *camera);
void start(camera *camera);
void stop(camera *camera);
void trigger(camera *camera);
int wait_for_image(camera *camera, AT_U8 **memory, int *size, unsigned int milliseconds);

#pragma GCC visibility pop

#endif
