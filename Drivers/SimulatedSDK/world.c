// The cameras of a world and their order in this process.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "simulated_sdk.h"

world_settings world_settings_now;

/// How the cameras are ordered: `shuffled` with a seed, `fixed` or `reversed`.
static struct {
    char name[16];
    int seed;
} order;

static const char *variable(const simulated_library *library, const char *ending) {
    char name[64];
    snprintf(name, sizeof name, "%s_%s", library->variables, ending);
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/// Adds cameras of a list such as `VSC-01234,sona:VSC-05678`.
static void add_listed(const simulated_library *library, const char *list) {
    char text[4096];
    snprintf(text, sizeof text, "%s", list);
    char *rest = text;
    for (char *item; (item = strsep(&rest, ", ")) != NULL;) {
        char *colon = strchr(item, ':');
        if (colon) *colon = 0;
        const char *serial = colon ? colon + 1 : item;
        if (*serial) library->add_camera(colon ? item : "", serial);
    }
}

// ---- The file

static void set_pace(double pace) {
    world_settings_now.pace = pace;
    world_settings_now.open_time = 1.0 * pace;
}

/// Reads one line of the file; false for an unknown keyword.
static bool read_line(const simulated_library *library, const char *key, const char *first, const char *second) {
    if (strcmp(key, "camera") == 0) return *first && *second && library->add_camera(first, second);
    if (strcmp(key, "pace") == 0) {
        set_pace(atof(first));
    } else if (strcmp(key, "open-time") == 0) {
        world_settings_now.open_time = atof(first);
    } else if (strcmp(key, "external-rate") == 0) {
        world_settings_now.external_rate = atof(first);
    } else if (strcmp(key, "state") == 0) {
        snprintf(world_settings_now.state, sizeof world_settings_now.state, "%s", first);
    } else if (strcmp(key, "order") == 0) {
        snprintf(order.name, sizeof order.name, "%s", first);
        if (*second) order.seed = atoi(second);
    } else {
        return library->read_statement(key, first, second);
    }
    return true;
}

static bool read_file(const simulated_library *library, FILE *file, const char *path) {
    char line[1024];
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        char key[64] = "", first[512] = "", second[64] = "";
        line[strcspn(line, "#")] = 0;
        if (sscanf(line, "%63s %511s %63s", key, first, second) < 1) continue;
        if (read_line(library, key, first, second)) continue;
        fprintf(stderr, "%s:%d: unknown statement: %s\n", path, number, line);
        return false;
    }
    return true;
}

/// The file beside the library, which gives a copy of the library its own cameras.
static void path_beside_library(char *path, int length) {
    Dl_info info;
    path[0] = 0;
    if (!dladdr((void *)&world_settings_now, &info) || !info.dli_fname) return;
    const char *slash = strrchr(info.dli_fname, '/');
    if (slash) snprintf(path, length, "%.*s/cameras.conf", (int)(slash - info.dli_fname), info.dli_fname);
}

/// Reads the file if there is one; otherwise the cameras are those of the environment or the default list.
static bool read_configuration(const simulated_library *library) {
    char path[1024];
    const char *named = variable(library, "SIMULATED_WORLD");
    if (named) snprintf(path, sizeof path, "%s", named);
    else path_beside_library(path, sizeof path);
    FILE *file = path[0] ? fopen(path, "re") : NULL;
    if (!file && named) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    if (!file) {
        const char *list = variable(library, "SIMULATED_CAMERAS");
        add_listed(library, list ? list : library->cameras);
        return true;
    }
    world_settings_now.is_from_file = true;
    bool is_read = read_file(library, file, path);
    fclose(file);
    return is_read;
}

// ---- The order

/// Shuffles the cameras, with a different order in each process.
static void shuffle(const simulated_library *library, unsigned seed) {
    for (int i = library->camera_count() - 1; i > 0; i--) {
        seed = seed * 1103515245u + 12345u;
        library->swap_cameras(i, (seed >> 16) % (unsigned)(i + 1));
    }
}

static void arrange(const simulated_library *library) {
    int count = library->camera_count();
    if (strcmp(order.name, "reversed") == 0) {
        for (int i = 0; i < count / 2; i++) library->swap_cameras(i, count - 1 - i);
    } else if (strcmp(order.name, "fixed") != 0) {
        // Neighbouring process ids must not give similar orders.
        shuffle(library, (unsigned)order.seed * 2654435761u);
    }
}

bool load_world(const simulated_library *library) {
    memset(&world_settings_now, 0, sizeof world_settings_now);
    set_pace(1);
    snprintf(order.name, sizeof order.name, "shuffled");
    order.seed = getpid();
    // One folder for all processes of a user, whatever their TMPDIR: only one of them has a camera.
    snprintf(
        world_settings_now.state, sizeof world_settings_now.state, "/tmp/%s-%d", library->folder, getuid()
    );
    if (!read_configuration(library)) return false;
    mkdir(world_settings_now.state, 0700);
    prepare_light();
    arrange(library);
    return true;
}
