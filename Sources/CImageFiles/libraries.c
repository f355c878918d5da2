#include "libraries.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

/// A function of a library, and its place in the table.
struct entry {
    const char *name;
    size_t offset;
};

#define TIFF_ENTRY(function) {#function, offsetof(struct tiff_library, function)},
#define PNG_ENTRY(function) {#function, offsetof(struct png_library, function)},
#define JPEG_ENTRY(function) {#function, offsetof(struct jpeg_library, function)},
static const struct entry tiff_entries[] = {TIFF_FUNCTIONS(TIFF_ENTRY)};
static const struct entry png_entries[] = {PNG_FUNCTIONS(PNG_ENTRY)};
static const struct entry jpeg_entries[] = {JPEG_FUNCTIONS(JPEG_ENTRY)};

/// Fills a table. Returns 0 for success.
static int load(const char *name, const char *package, const char *format, const struct entry *entries, size_t count,
                void *table, struct report *report) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(report->text, report->size, "%s files need a library that cannot be loaded (%s): install %s", format,
                 dlerror(), package);
        return -1;
    }
    for (size_t index = 0; index < count; index++) {
        void *function = dlsym(library, entries[index].name);
        if (!function) {
            snprintf(report->text, report->size, "%s lacks the function %s: install a newer %s", name,
                     entries[index].name, package);
            dlclose(library);
            return -1;
        }
        memcpy((char *)table + entries[index].offset, &function, sizeof function);
    }
    return 0;
}

const struct tiff_library *tiff_library(struct report *report) {
    static struct tiff_library table;
    static int is_loaded;
    pthread_mutex_lock(&turn);
    if (!is_loaded)
        is_loaded = load("libtiff.so.6", "libtiff6", "TIFF", tiff_entries, sizeof tiff_entries / sizeof *tiff_entries,
                         &table, report) == 0;
    pthread_mutex_unlock(&turn);
    return is_loaded ? &table : NULL;
}

const struct png_library *png_library(struct report *report) {
    static struct png_library table;
    static int is_loaded;
    pthread_mutex_lock(&turn);
    if (!is_loaded)
        is_loaded = load("libpng16.so.16", "libpng16-16", "PNG", png_entries, sizeof png_entries / sizeof *png_entries,
                         &table, report) == 0;
    pthread_mutex_unlock(&turn);
    return is_loaded ? &table : NULL;
}

// Debian and Ubuntu build libjpeg-turbo with different interfaces; the header is that of the computer that builds.
#if JPEG_LIB_VERSION >= 80
static const char jpeg_name[] = "libjpeg.so.8", jpeg_package[] = "libjpeg-turbo8";
#else
static const char jpeg_name[] = "libjpeg.so.62", jpeg_package[] = "libjpeg62-turbo";
#endif

const struct jpeg_library *jpeg_library(struct report *report) {
    static struct jpeg_library table;
    static int is_loaded;
    pthread_mutex_lock(&turn);
    if (!is_loaded)
        is_loaded = load(jpeg_name, jpeg_package, "JPEG", jpeg_entries, sizeof jpeg_entries / sizeof *jpeg_entries,
                         &table, report) == 0;
    pthread_mutex_unlock(&turn);
    return is_loaded ? &table : NULL;
}
