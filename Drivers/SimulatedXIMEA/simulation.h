// Declarations shared by the parts of the simulation; none is visible outside of the library.
#ifndef SIMULATION_H
#define SIMULATION_H

#include <pthread.h>
#include "include/xiapi_abi.h"
#include "simulated_sdk.h"

#pragma GCC visibility push(hidden)

/// The models, as bits of a row of the parameter table.
enum { XIQ = 1, XIC = 2, XIJ = 4, EVERY = XIQ | XIC | XIJ };

typedef struct {
    unsigned bit;
    /// In a list of cameras, and as the SDK reports it.
    const char *name, *reported;
    const char *type;
    int id, width, height;
    /// The steps of sizes and of offsets.
    int size_step, offset_step;
    /// Seconds that a row takes.
    double row_time;
    int bits;
} model;

extern const model models[];
extern const int model_count;

// ---- Parameters (table.c, parameters.c)

enum { INT, FLOAT, BOOL, ENUM, COMMAND, TEXT };
enum {
    READ_ONLY = 0,
    WRITABLE = 1,
    /// Only while the camera does not acquire.
    LOCKED = 2,
};

/// One parameter of some models.
typedef struct {
    unsigned models;
    const char *name;
    int type, access;
    double initial, lowest, highest, step;
    /// The values of an enumeration: `0 1 5 6`.
    const char *values;
} parameter;

extern const parameter parameters[];
extern const int parameter_count;

enum { FREE_RUNNING = 0, EDGE_RISING = 1, EDGE_FALLING = 2, SOFTWARE = 3, LEVEL_HIGH = 4, LEVEL_LOW = 5 };
enum { FRAME_START = 0, EXPOSURE_ACTIVE = 1, BURST_START = 2 };
enum { MONO8 = 0, MONO16 = 1, RAW8 = 5, RAW16 = 6 };

// ---- Cameras (world.c, library.c)

enum { CAMERA_LIMIT = 64, RING_LIMIT = 512 };

/// An image in the queue.
typedef struct {
    uint8_t *memory;
    uint32_t number;
    /// The end of its exposure by the camera's clock, in seconds.
    double time;
    double exposure_us;
} slot;

typedef struct camera {
    const model *model;
    char serial[48], user_id[48];
    int lock_file;
    /// Whether the latest enumeration has seen it.
    bool is_listed;
    bool is_open, is_gone, is_acquiring;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /// Values by the rows of the table.
    double *values;
    /// When the camera got its power.
    double since;
    slot *ring;
    int ring_count;
    /// The images in the queue, the oldest at `first`.
    int first, queued;
    /// Images since the start; the next image's exposure and its arrival, or zero.
    uint32_t taken;
    double exposed, due, busy_until;
    /// Images of a burst that are still to come.
    int burst;
    /// Counters by their selector.
    uint32_t counters[6];
    /// Memory of the library's own for programs that bring none.
    uint8_t *copy;
} camera;

typedef struct {
    camera cameras[CAMERA_LIMIT];
    int count;
    bool is_loaded;
    /// Bytes behind each row.
    int padding;
} world_state;

extern world_state world;

bool world_load(void);
bool world_plug_in(const char *serial);

/// Locks an open camera for a call, or returns a code.
int enter(XI_HANDLE handle, camera **camera);
void leave(camera *camera);

/// The row of a name; NULL if the camera does not have it.
const parameter *find(const camera *camera, const char *name, double **value);
double get(camera *camera, const char *name);
void put(camera *camera, const char *name, double value);
void reset(camera *camera);
/// Writes the description of a camera, as much as there is room for, and returns the size that it needs (manifest.c).
int write_manifest(const camera *camera, char *text, int size);

// ---- Acquisition (acquisition.c)

typedef struct {
    long left, top, width, height, binning_x, binning_y, pixel_bytes, row_bytes, bytes;
    int format;
} layout;

layout current_layout(camera *camera);
double readout_time(camera *camera);
double highest_rate(camera *camera);
int start(camera *camera);
void stop(camera *camera);
void fire(camera *camera);
void advance(camera *camera);
void sleep_until(camera *camera, double end);

#pragma GCC visibility pop

#endif
