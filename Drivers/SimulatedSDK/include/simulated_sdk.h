// What simulated libraries of vendors share: worlds of cameras from one text format, owners, faults, times and pixels.
//
// It is linked into each library, which has its own copy; none of its functions is visible outside of the library.
#ifndef SIMULATED_SDK_H
#define SIMULATED_SDK_H

#include <stdbool.h>
#include <stdint.h>

// Hidden here too, because the package manager builds without the compiler's option.
#pragma GCC visibility push(hidden)

// ---- The world (world.c)

/// A library as the world sees it.
typedef struct {
    /// The start of its environment variables: `ANDOR_SDK3` for `ANDOR_SDK3_SIMULATED_WORLD` and `…_CAMERAS`.
    const char *variables;
    /// The folder for locks and faults is `/tmp/FOLDER-UID`, if the world does not name one.
    const char *folder;
    /// The cameras without a file and a list, in the form of a list.
    const char *cameras;
    /// Adds a camera; an empty model is one that the library chooses. False for an unknown model.
    bool (*add_camera)(const char *model, const char *serial);
    /// Reads a statement that only this library knows; false if it does not know it either.
    bool (*read_statement)(const char *key, const char *first, const char *second);
    int (*camera_count)(void);
    void (*swap_cameras)(int one, int other);
} simulated_library;

/// The settings that all worlds have.
typedef struct {
    /// A factor for all delays, and the time that opening takes.
    double pace, open_time;
    /// Pulses per second on the trigger input; 0 for none.
    double external_rate;
    /// The folder for locks and faults, which all processes of a user share.
    char state[512];
    /// Whether a file describes the world.
    bool is_from_file;
} world_settings;

extern world_settings world_settings_now;

/// Reads the world from the file that the environment names or that is beside the library, otherwise from a list, and
/// brings the cameras into an order of its own in each process; false if its file cannot be used.
bool load_world(const simulated_library *library);

// ---- Faults: a file for each camera and fault (faults.c)

/// Whether a fault has been ordered for a camera; `text` gets the content of its file, and may be NULL.
bool is_fault_ordered(const char *serial, const char *fault, char *text, int length);
void end_fault(const char *serial, const char *fault);
/// The code with which a call must fail, or 0.
///
/// Does not return while the call is ordered to be stuck.
long ordered_code(const char *serial, const char *call);

// ---- Owners: one process has a camera at a time (faults.c)

/// Takes a camera for this process: its lock file, or -1 if another process has it.
int take_camera(const char *serial);
void release_camera(int *lock_file);
/// Takes a name that processes with the same parent share, such as the workers of one server: a file that owns it, or
/// -1 if another process has it. Released in the same way.
int take_name(const char *name);

// ---- Times (times.c)

/// Seconds of the monotonic clock.
double now(void);
void pause_for(double seconds);

// Replacements of libm, which would be one more dependency.
static inline double least(double one, double other) { return one < other ? one : other; }
static inline double most(double one, double other) { return one > other ? one : other; }
static inline double whole(double positive) { return (double)(long long)positive; }

// ---- Pixels (pixels.c)

/// Prepares ``light``; called before the first image.
void prepare_light(void);
/// The light at a place of the sensor and the pixels to the right of it, as many as a sensor has columns:
/// `100 + (column + 13 * row) mod 1024`.
const uint16_t *light(long column, long row);
/// Packs pixels of 12 bits: the upper bits of two with their lower bits between them, or a stream of bits.
void pack_middle_byte(const uint32_t *row, long width, uint8_t *memory);
void pack_lowest_first(const uint32_t *row, long width, uint8_t *memory);

#pragma GCC visibility pop

#endif
