// What processes share: the cameras, their order, their owners, and faults.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "simulation.h"

world_state world;

// ---- Cameras

static void add_camera(unsigned model, const char *serial) {
    if (world.camera_count == CAMERA_LIMIT) return;
    camera *new = &world.cameras[world.camera_count++];
    new->model = model;
    snprintf(new->serial, sizeof new->serial, "%s", serial);
    new->lock_file = -1;
}

/// Adds cameras of a list such as `VSC-01234,sona:VSC-05678`.
static void add_listed(const char *list) {
    char text[4096];
    snprintf(text, sizeof text, "%s", list);
    char *rest = text;
    for (char *item; (item = strsep(&rest, ", ")) != NULL;) {
        char *colon = strchr(item, ':');
        if (colon) *colon = 0;
        unsigned model = model_named(colon ? item : model_name(world.camera_count));
        const char *serial = colon ? colon + 1 : item;
        if (*serial && model) add_camera(model, serial);
    }
}

// ---- The file

static void set_times(double pace) {
    world.pace = pace;
    world.open_time = 1.0 * pace;
}

/// Reads one line of the file; false for an unknown keyword.
static bool read_line(const char *key, const char *first, const char *second, const char **order) {
    static char kept_order[16];
    if (strcmp(key, "camera") == 0) {
        unsigned model = model_named(first);
        if (!model || !*second) return false;
        add_camera(model, second);
    } else if (strcmp(key, "pace") == 0) {
        set_times(atof(first));
    } else if (strcmp(key, "open-time") == 0) {
        world.open_time = atof(first);
    } else if (strcmp(key, "external-rate") == 0) {
        world.external_rate = atof(first);
    } else if (strcmp(key, "handles") == 0) {
        if (strcmp(first, "new") != 0 && strcmp(first, "reused") != 0) return false;
        world.reuses_handles = strcmp(first, "reused") == 0;
    } else if (strcmp(key, "area") == 0) {
        if (strcmp(first, "moves") != 0 && strcmp(first, "strict") != 0) return false;
        world.has_strict_areas = strcmp(first, "strict") == 0;
    } else if (strcmp(key, "state") == 0) {
        snprintf(world.state, sizeof world.state, "%s", first);
    } else if (strcmp(key, "order") == 0) {
        snprintf(kept_order, sizeof kept_order, "%s", first);
        if (*second) world.seed = atoi(second);
        *order = kept_order;
    } else {
        return false;
    }
    return true;
}

static bool read_file(FILE *file, const char *path, const char **order) {
    char line[1024];
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        char key[64] = "", first[512] = "", second[64] = "";
        line[strcspn(line, "#")] = 0;
        if (sscanf(line, "%63s %511s %63s", key, first, second) < 1) continue;
        if (read_line(key, first, second, order)) continue;
        fprintf(stderr, "%s:%d: unknown statement: %s\n", path, number, line);
        return false;
    }
    return true;
}

/// The file beside the library, which gives a copy of the library its own cameras.
static void path_beside_library(char *path, int length) {
    Dl_info info;
    path[0] = 0;
    if (!dladdr((void *)&world, &info) || !info.dli_fname) return;
    const char *slash = strrchr(info.dli_fname, '/');
    if (slash) snprintf(path, length, "%.*s/cameras.conf", (int)(slash - info.dli_fname), info.dli_fname);
}

/// Reads the file if there is one; otherwise the cameras are those of the environment or the default list.
static bool read_configuration(const char **order) {
    char path[1024];
    const char *named = getenv("ANDOR_SDK3_SIMULATED_WORLD");
    if (named) snprintf(path, sizeof path, "%s", named);
    else path_beside_library(path, sizeof path);
    FILE *file = path[0] ? fopen(path, "re") : NULL;
    if (!file && named) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    if (!file) {
        const char *list = getenv("ANDOR_SDK3_SIMULATED_CAMERAS");
        add_listed(list && *list ? list : "VSC-01234,VSC-05678");
        return true;
    }
    bool is_read = read_file(file, path, order);
    fclose(file);
    return is_read;
}

// ---- The order

static void swap(camera *first, camera *second) {
    camera kept = *first;
    *first = *second;
    *second = kept;
}

/// Shuffles the cameras, with a different order in each process.
static void shuffle(unsigned seed) {
    for (int i = world.camera_count - 1; i > 0; i--) {
        seed = seed * 1103515245u + 12345u;
        swap(&world.cameras[i], &world.cameras[(seed >> 16) % (unsigned)(i + 1)]);
    }
}

static void put_simcams_last(void) {
    for (int i = 0, real = 0; i < world.camera_count; i++) {
        if (world.cameras[i].model != SIMCAM) swap(&world.cameras[i], &world.cameras[real++]);
    }
}

static void arrange(const char *order) {
    int count = world.camera_count;
    if (strcmp(order, "reversed") == 0) {
        for (int i = 0; i < count / 2; i++) swap(&world.cameras[i], &world.cameras[count - 1 - i]);
    } else if (strcmp(order, "fixed") != 0) {
        // Neighbouring process ids must not give similar orders.
        shuffle((unsigned)world.seed * 2654435761u);
    }
    put_simcams_last();
}

static void prepare(camera *camera) {
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    // A callback may read features of its camera.
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&camera->lock, &kind);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&camera->changed, &clock);
    camera->values = calloc(feature_count, sizeof *camera->values);
    reset_features(camera);
}

bool world_load(void) {
    const char *order = "shuffled";
    memset(&world, 0, sizeof world);
    set_times(1);
    world.seed = getpid();
    // One folder for all processes of a user, whatever their TMPDIR: only one of them has a camera.
    snprintf(world.state, sizeof world.state, "/tmp/andor-sdk3-simulated-%d", getuid());
    if (!read_configuration(&order)) return false;
    mkdir(world.state, 0700);
    prepare_images();
    arrange(order);
    world.system.model = SYSTEM;
    world.system.handle = AT_HANDLE_SYSTEM;
    prepare(&world.system);
    for (int i = 0; i < world.camera_count; i++) prepare(&world.cameras[i]);
    return true;
}

// ---- Faults: a file for each, beside the lock file

static void path_of(const camera *camera, const char *ending, char *path, int length) {
    snprintf(path, length, "%s/%s.%s", world.state, camera->serial, ending);
}

bool fault_ordered(const camera *camera, const char *fault, char *text, int length) {
    char path[640];
    path_of(camera, fault, path, sizeof path);
    if (!text) return access(path, F_OK) == 0;
    FILE *file = fopen(path, "re");
    if (!file) return false;
    text[0] = 0;
    bool is_read = fgets(text, length, file) != NULL;
    fclose(file);
    return is_read;
}

void fault_over(const camera *camera, const char *fault) {
    char path[640];
    path_of(camera, fault, path, sizeof path);
    unlink(path);
}

static bool is_stuck(const camera *camera, const char *call) {
    char text[128], name[64] = "";
    return fault_ordered(camera, "stuck", text, sizeof text) && sscanf(text, "%63s", name) == 1 && !strcmp(name, call);
}

int fault_code(const camera *camera, const char *call) {
    while (is_stuck(camera, call)) pause_for(0.001);
    char text[128], name[64] = "";
    int code = 0, times = 0;
    if (!fault_ordered(camera, "fails", text, sizeof text)) return 0;
    int count = sscanf(text, "%63s %d %d", name, &code, &times);
    if (count < 2 || strcmp(name, call) != 0) return 0;
    if (count == 3 && times <= 1) fault_over(camera, "fails");
    if (count == 3 && times > 1) {
        char path[640];
        path_of(camera, "fails", path, sizeof path);
        FILE *file = fopen(path, "we");
        if (file) {
            fprintf(file, "%s %d %d\n", name, code, times - 1);
            fclose(file);
        }
    }
    return code;
}

// ---- Owners of cameras

bool camera_lock(camera *camera) {
    char path[640];
    path_of(camera, "lock", path, sizeof path);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return false;
    // The kernel releases it when the process ends for any reason.
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        close(file);
        return false;
    }
    camera->lock_file = file;
    return true;
}

void camera_unlock(camera *camera) {
    if (camera->lock_file >= 0) close(camera->lock_file);
    camera->lock_file = -1;
}
