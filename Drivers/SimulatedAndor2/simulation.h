// Declarations shared by the parts of the simulation; none is visible outside of the library.
#ifndef SIMULATION_H
#define SIMULATION_H

#include <pthread.h>
#include "include/andor2_abi.h"
#include "simulated_sdk.h"

/// A function of the library that programs find.
#define PUBLIC __attribute__((visibility("default"))) unsigned int

#pragma GCC visibility push(hidden)

// ---- Models (table.c)

enum { SPEED_LIMIT = 4, GAIN_LIMIT = 4, CAMERA_LIMIT = 64, RING_LIMIT = 4096, FIRST_HANDLE = 100 };

/// An output amplifier and its speeds in MHz, the fastest first.
typedef struct {
    const char *name;
    int speed_count;
    float speeds[SPEED_LIMIT];
} amplifier;

typedef struct {
    /// In a list of cameras, and as the library reports it.
    const char *name, *reported, *controller;
    int type, width, height;
    float pixel_size;
    int amplifier_count;
    amplifier amplifiers[2];
    int gain_count;
    float gains[GAIN_LIMIT];
    int vs_count, vs_recommended;
    float vs_speeds[5];
    bool has_em, has_frame_transfer, has_crop, has_shutter, has_metadata, has_software_trigger, has_external_exposure;
    /// Whether the temperature can be read during an acquisition, and whether the time of reading is known.
    bool is_cool_while_busy, has_readout_time;
    /// The coldest set point; the warmest is 20.
    int coldest;
    int least_length;
} model;

extern const model models[];
extern const int model_count;

// ---- Cameras (world.c)

typedef struct {
    int hbin, vbin, left, right, bottom, top;
} area;

typedef struct {
    const model *model;
    char serial[32];
    int number;
    int lock_file;
    bool is_initialised, is_gone;
    // What the program has set.
    int read_mode, acquisition_mode, trigger_mode, is_inverted, channel, amplifier, speed, gain, vs_speed, vs_amplitude;
    int em_mode, em_gain, is_em_advanced, is_frame_transfer, is_flipped, is_upside_down, shutter_mode, fan_mode, has_metadata;
    int is_cropped, crop_height, crop_width, crop_left, crop_bottom, kinetics, accumulations;
    area area;
    float exposure, kinetic;
    // The cooler.
    int is_cooler_on, is_cooler_kept, set_point;
    double temperature, cooled_at;
    // The acquisition.
    bool is_acquiring, has_begun;
    /// The numbers of images: taken, read, and those of which a wait has told.
    long taken, read, awaited;
    double started, due, exposed;
    uint16_t *ring;
    double *times;
    long ring_count, ring_pixels;
    /// The size of the images in the ring.
    long width, height;
    long cancels;
} camera;

typedef struct {
    camera cameras[CAMERA_LIMIT];
    int count, current;
    bool is_loaded;
    /// The wait for a semaphore that a program has left taken, in seconds.
    double semaphore_wait;
    /// One lock for the whole library.
    pthread_mutex_t lock;
    pthread_cond_t changed;
} world_state;

extern world_state world;

/// Reads the world once; false if there is none.
bool world_load(void);

// ---- Entering a function (library.c)

/// The current camera, with the lock of the library, unless a code is returned.
unsigned int enter(const char *function, camera **camera);
/// The same for what an acquisition forbids.
unsigned int enter_idle(const char *function, camera **camera);
/// Releases the lock and passes a code on.
unsigned int leave(unsigned int code);
bool is_gone(camera *camera);

// ---- Settings (settings.c)

void reset(camera *camera);
void em_range(const camera *camera, int *lowest, int *highest);
bool has_trigger(const camera *camera, int mode);

// ---- Acquisition (acquisition.c)

double true_exposure(const camera *camera);
double readout_time(const camera *camera);
double frame_period(const camera *camera);
void image_size(const camera *camera, long *width, long *height);
void stop(camera *camera);
/// Takes the images that are due.
void advance(camera *camera);

#pragma GCC visibility pop

#endif
