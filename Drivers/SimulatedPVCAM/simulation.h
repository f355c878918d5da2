// Declarations shared by the parts of the simulation; none is visible outside of the library.
#ifndef SIMULATION_H
#define SIMULATION_H

#include <pthread.h>
#include "include/pvcam_abi.h"
#include "simulated_sdk.h"

#pragma GCC visibility push(hidden)

/// The models, as bits of a row of the tables.
enum { BSI = 1, KINETIX = 2, EVOLVE = 4, COOLSNAP = 8, SCMOS = BSI | KINETIX, CCD = EVOLVE | COOLSNAP, EVERY = 15 };

typedef struct {
    unsigned bit;
    /// In a list of cameras; as the library reports it; its sensor; the start of its name in the library's list.
    const char *name, *product, *chip, *link;
    int interface;
    int width, height, pixel_size;
    /// The version of the metadata and the bytes of its extended part; 0 without metadata.
    int metadata, extended;
    /// Edges of a region must be multiples of this; frames are padded to multiples of that.
    int step, padding;
    /// Only these binnings, as pairs; NULL for any.
    const char *binnings;
    bool overlaps;
} model;

extern const model models[];
extern const int model_count;

/// One entry of the speed table: a gain of a speed of a port.
typedef struct {
    unsigned models;
    int port;
    const char *port_name;
    int speed, pixel_time;
    int gain;
    const char *gain_name;
    int bits;
    /// Nanoseconds that a row takes.
    int row_time;
    /// The setpoint to which the choice of the port moves the temperature.
    int setpoint;
} readout;

extern const readout readouts[];
extern const int readout_count;

// ---- Parameters (table.c, parameters.c)

enum {
    READOUT_PORT = 0x090200F7, SPEED_INDEX = 0x01020201, SPEED_NAME = 0x0D020203, GAIN_INDEX = 0x01020200,
    GAIN_NAME = 0x0D020202, PIXEL_TIME = 0x06020204, BIT_DEPTH = 0x010201FF, BIT_DEPTH_HOST = 0x01020227,
    IMAGE_FORMAT = 0x090200F8, IMAGE_FORMAT_HOST = 0x09020228, SERIAL = 0x0D020215, CHIP_NAME = 0x0D020081,
    SYSTEM_NAME = 0x0D020082, VENDOR_NAME = 0x0D020083, PRODUCT_NAME = 0x0D020084, PART_NUMBER = 0x0D020085,
    COLUMNS = 0x0602003A, ROWS = 0x06020039, PIXEL_WIDTH = 0x0602003E, PIXEL_HEIGHT = 0x0602003F,
    EXPOSURE_MODE = 0x09020217, EXPOSE_OUT = 0x09020230, EXPOSURE_TIME = 0x08030008, RESOLUTION = 0x09030002,
    RESOLUTION_INDEX = 0x06030004, READOUT_TIME = 0x040200B3, CLEARING_TIME = 0x100200B4, BINNING_ACROSS = 0x090300A5,
    BINNING_DOWN = 0x090300A6, FRAME_BUFFER_SIZE = 0x0803012C, METADATA = 0x0B0300A8, METADATA_RESET = 0x0B0300B0,
    SMART_STREAM = 0x0B0202BC, EM_GAIN = 0x06020219, TEMPERATURE = 0x0102020D, SETPOINT = 0x0102020E,
    FEATURE_INDEX = 0x0102021F, FEATURE_NAME = 0x0D02021E, FEATURE_ID = 0x06020225, FEATURE_PARAM_INDEX = 0x01020221,
    FEATURE_PARAM_NAME = 0x0D020222, FEATURE_PARAM_ID = 0x06020226, FEATURE_PARAM = 0x07020223, INTERFACE = 0x0900000A,
    EXPOSURE_VARIABLE = 0x06030001,
};

/// Bits of a parameter.
enum {
    /// Can be accessed while the camera acquires.
    LIVE = 1,
    /// Has a value only after a setup.
    AFTER_SETUP = 2,
};

/// One parameter of some models.
typedef struct {
    unsigned models;
    uint32_t id;
    int access, flags;
    double initial, lowest, highest, step;
    /// The items of an enumeration, `0=High|3=Off`, or a text.
    const char *items;
} parameter;

extern const parameter parameters[];
extern const int parameter_count;

// ---- Cameras (world.c)

enum { CAMERA_LIMIT = 16, RING_LIMIT = 65535, PARAMETER_LIMIT = 128, FEATURES = 2, FEATURE_PARAMS = 2 };

typedef enum { CLOSED, OPEN, READY, ACQUIRING } phase;

/// A function that is called at an event, and its shape: with nothing, a context, frame information, or both.
typedef struct {
    void *function, *context;
    int shape;
} callback;

typedef struct {
    bool is_sequence, may_overwrite;
    int frames;
    rgn_type region;
    int mode;
    uint32_t exposure;
    /// Pixels of a frame, the bytes of a pixel, of the pixels, of what is in front of them, and of all.
    int width, height, depth, pixel_bytes, header_bytes, frame_bytes;
} setup;

/// A frame in the application's memory.
typedef struct {
    FRAME_INFO info;
    bool is_filled;
} slot;

typedef struct camera {
    const model *model;
    char serial[48], name[32];
    int lock_file;
    phase phase;
    bool is_gone, has_reported_loss, is_stuck, must_finish, has_overrun;
    /// Whether a parameter was written after the setup.
    bool is_stale;
    double values[PARAMETER_LIMIT];
    double feature_values[FEATURES][FEATURE_PARAMS];
    setup setup;
    uint8_t *memory;
    slot *slots;
    int slot_count;
    /// Frames since the start: written, dropped on the way, unlocked.
    long count, dropped, unlocked;
    /// Whether the latest frame has not been asked for.
    bool has_news;
    bool has_begun;
    /// The time at which the next frame will be complete, and the start of its exposure; 0 without one.
    double due, exposed, busy_until, clock_zero;
    callback callbacks[EVENTS];
    /// Frames for which callbacks are still to be made; a ring of as many as there are slots.
    FRAME_INFO *queue;
    int queued, queue_start;
    bool is_painting, is_calling, has_threads, must_end;
    pthread_t painter, caller;
} camera;

typedef struct {
    camera cameras[CAMERA_LIMIT];
    int count;
    bool is_loaded;
    pthread_mutex_t lock;
    pthread_cond_t changed;
} world_state;

extern world_state world;

bool world_load(void);

// ---- Calls (library.c)

/// Starts a call: resets the code of the process.
void begin(void);
/// Ends a call with a code; 0 is success.
rs_bool answer(int code);
/// The camera of a handle, with the lock of the world, unless a code is returned.
int enter(int16_t handle, const char *call, camera **camera);
void leave(void);

const parameter *find(const camera *camera, uint32_t id);
double get(const camera *camera, uint32_t id);
void put(camera *camera, uint32_t id, double value);
void reset(camera *camera);
/// The row of the speed table that is chosen.
const readout *chosen(const camera *camera);
/// The text and the value of an item; false if there are fewer.
bool item(const camera *camera, const parameter *parameter, uint32_t index, double *value, char *text, int length);
bool has_item(const camera *camera, uint32_t id, double value);
int item_count(const camera *camera, const parameter *parameter);

// ---- Acquisition (acquisition.c, threads.c, metadata.c)

double exposure_seconds(const camera *camera);
double readout_seconds(const camera *camera);
/// Seconds between two frames that come by themselves or on pulses; 0 if none does.
double series_period(const camera *camera);
void start(camera *camera);
/// Stops, and waits until no thread uses the application's memory or functions.
void stop(camera *camera);
void expect(camera *camera, double start);
void write_metadata(const camera *camera, uint8_t *memory, long number, double begin, double end);
void start_threads(camera *camera);
void end_threads(camera *camera);
void sleep_until(double end);
/// The file that says that a camera was acquiring when its process was killed.
void note_acquisition(const camera *camera, bool is_acquiring);

#pragma GCC visibility pop

#endif
