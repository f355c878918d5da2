#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

#include "CPlatform.h"

// Loaded when they are needed, so that an installed server asks for neither.
static int (*lz4_compress)(const char *, char *, int, int, int);
static size_t (*zstd_compress)(void *, size_t, const void *, size_t, int);
static unsigned (*zstd_is_error)(size_t);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    void *lz4 = dlopen("liblz4.so.1", RTLD_NOW | RTLD_LOCAL);
    if (lz4) lz4_compress = (int (*)(const char *, char *, int, int, int))dlsym(lz4, "LZ4_compress_fast");
    void *zstd = dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!zstd) return;
    zstd_is_error = (unsigned (*)(size_t))dlsym(zstd, "ZSTD_isError");
    if (zstd_is_error)
        zstd_compress = (size_t (*)(void *, size_t, const void *, size_t, int))dlsym(zstd, "ZSTD_compress");
}

int compressor_exists(int encoding) {
    pthread_once(&once, load);
    return (encoding == pixel_lz4 && lz4_compress) || (encoding == pixel_zstd && zstd_compress);
}

size_t compressor_run(int encoding, const void *source, size_t bytes, void *target, size_t room) {
    if (!compressor_exists(encoding) || bytes > INT_MAX || room > INT_MAX) return 0;
    if (encoding == pixel_lz4) {
        int count = lz4_compress(source, target, (int)bytes, (int)room, 1);
        return count > 0 ? (size_t)count : 0;
    }
    // The fastest of its levels that are called normal.
    size_t count = zstd_compress(target, room, source, bytes, 1);
    return zstd_is_error(count) ? 0 : count;
}

void shuffle_bytes(const uint8_t *source, uint8_t *target, size_t bytes, size_t pixel) {
    size_t pixels = bytes / pixel;
    for (size_t place = 0; place < pixel; place++)
        for (size_t index = 0; index < pixels; index++) target[place * pixels + index] = source[index * pixel + place];
}
