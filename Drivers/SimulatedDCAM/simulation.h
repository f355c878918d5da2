// Declarations shared by the parts of the simulation; none is visible outside of the library.
#ifndef SIMULATION_H
#define SIMULATION_H

#include <pthread.h>
#include "include/dcam_abi.h"
#include "simulated_sdk.h"

#pragma GCC visibility push(hidden)

/// The models, as bits of a row of the property table.
enum { FLASH = 1, FUSION = 2, IMAGEM = 4, SCMOS = FLASH | FUSION, EVERY = SCMOS | IMAGEM };

typedef struct {
    unsigned bit;
    /// In a list of cameras, and as the SDK reports it.
    const char *name, *reported;
    int width, height;
    /// The step of the area.
    int step;
    double pixel_size;
    /// Seconds that a row takes at each speed, the slowest first.
    double row_time[3];
    int speeds;
} model;

extern const model models[];
extern const int model_count;

// ---- Properties (table.c, properties.c)

enum { MODE = 1, LONG = 2, REAL = 3 };

/// Access to a property: when it can be written.
enum {
    READ_ONLY = 0,
    /// While no buffers are allocated.
    STABLE = 1,
    /// Also with buffers.
    READY = 2,
    /// Also while capturing.
    ALWAYS = 3,
    /// Changes by itself.
    VOLATILE = 4,
    /// A value between two steps becomes the higher one.
    ROUNDS = 8,
};

enum {
    EXPOSURE = 0x001F0110,
    TRIGGER_SOURCE = 0x00100110,
    TRIGGER_ACTIVE = 0x00100120,
    TRIGGER_MODE = 0x00100210,
    TRIGGER_DELAY = 0x00100260,
    READOUT_SPEED = 0x00400110,
    BINNING = 0x00401110,
    HPOS = 0x00402110,
    HSIZE = 0x00402120,
    VPOS = 0x00402130,
    VSIZE = 0x00402140,
    SUBARRAY_MODE = 0x00402150,
    READOUT_TIME = 0x00403010,
    MIN_TRIGGER_BLANKING = 0x00403030,
    MIN_TRIGGER_INTERVAL = 0x00403050,
    FRAME_RATE = 0x00403810,
    FRAME_INTERVAL = 0x00403820,
    BITS_PER_CHANNEL = 0x00420130,
    IMAGE_WIDTH = 0x00420210,
    IMAGE_HEIGHT = 0x00420220,
    ROW_BYTES = 0x00420230,
    FRAME_BYTES = 0x00420240,
    PIXEL_TYPE = 0x00420270,
    BUFFER_ROW_BYTES = 0x00420330,
    BUFFER_FRAME_BYTES = 0x00420340,
    BUFFER_PIXEL_TYPE = 0x00420360,
    PIXELS_ACROSS = 0x00420830,
    PIXELS_DOWN = 0x00420840,
    TEMPERATURE = 0x00200310,
    COOLER = 0x00200320,
    TARGET = 0x00200330,
    COOLER_STATUS = 0x00200340,
    OUTPUT_KIND = 0x001C0160,
    MASTER_PULSE_INTERVAL = 0x001E0040,
    SYSTEM_ALIVE = 0x00FF0010,
};

enum { INTERNAL = 1, EXTERNAL = 2, SOFTWARE = 3, MASTER_PULSE = 4 };
enum { MONO8 = 1, MONO16 = 2, MONO12 = 3, MONO12P = 5 };

/// One property of some models.
typedef struct {
    unsigned models;
    int32_t id;
    const char *name;
    int type, access, unit;
    double initial, lowest, highest, step;
    /// The values of a choice and their texts: `1=OFF|2=ON`.
    const char *values;
    /// The number of elements of an array, of which this is the base; they follow at steps of 0x100.
    int elements;
} property;

extern const property properties[];
extern const int property_count;

// ---- Cameras (world.c)

enum { CAMERA_LIMIT = 64, RING_LIMIT = 4096 };

/// An image in the ring.
typedef struct {
    void *memory;
    /// The number of the image since the start; -1 if there is none.
    long number;
    /// The start of its exposure in seconds since 1970.
    double time;
} slot;

typedef struct camera {
    const model *model;
    char serial[48];
    int lock_file;
    bool is_open, is_gone;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /// Values by the rows of the table; those of an array's further elements behind them.
    double *values;
    slot *ring;
    int ring_count;
    bool owns_memory;
    bool is_capturing, is_snap;
    /// Counts starts, so that a wait notices a new one.
    long start_count;
    long frame_count;
    /// The time at which the next image will be complete, and the start of its exposure; 0 without one.
    double due, exposed;
    /// The time until which triggers wait.
    double busy_until;
    /// Whether the first trigger of a series has come.
    bool has_begun;
} camera;

typedef struct waiter {
    camera *camera;
    long start_count, seen;
    bool is_waiting, is_aborted;
    struct waiter *next;
} waiter;

typedef struct {
    camera cameras[CAMERA_LIMIT];
    int count;
    bool is_loaded;
} world_state;

extern world_state world;

bool world_load(void);
void world_unload(void);
/// Adds a camera to the list; false in a world that a file describes.
bool world_plug_in(const char *serial);
/// The camera of a handle with its lock, unless a code is returned.
int32_t enter(HDCAM handle, camera **camera);
void leave(camera *camera);

/// The row of an id and the place of its value; NULL if the camera does not have it.
const property *find(const camera *camera, int32_t id, double **value);
double get(camera *camera, int32_t id);
void put(camera *camera, int32_t id, double value);
void reset(camera *camera);
void limits(camera *camera, const property *property, double *lowest, double *highest, double *step);
/// The text of a choice; NULL if the camera does not have it.
const char *value_text(camera *camera, const property *property, double value, int *length);
/// The number of sensor rows and columns in a binned pixel.
int binning(camera *camera);

// ---- Acquisition (acquisition.c)

typedef struct {
    long left, top, width, height, binning, row_bytes, frame_bytes;
    int pixel_type;
} layout;

layout current_layout(camera *camera);
double readout_time(camera *camera);
double frame_period(camera *camera);
/// Frees the ring.
void release_ring(camera *camera);
void start(camera *camera, bool is_snap);
void stop(camera *camera);
/// Sends a trigger as soon as the camera can take it.
void fire(camera *camera);
/// Takes the images that are due.
void advance(camera *camera);
/// Sleeps until something changes, an image is due, or a time.
void sleep_until(camera *camera, double end);

#pragma GCC visibility pop

#endif
