#include "reading.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int refuse(struct report *report, const char *format, ...) {
    va_list values;
    va_start(values, format);
    if (report->text[0] == 0) vsnprintf(report->text, report->size, format, values);
    va_end(values);
    return -1;
}

int planes_allocate(struct image_planes *planes, uint64_t most, struct report *report) {
    if (planes->width == 0 || planes->height == 0 || planes->channels == 0) return refuse(report, "it has no pixels");
    if (planes->width > image_longest_side || planes->height > image_longest_side)
        return refuse(report, "its sides of %u x %u pixels are longer than %d", planes->width, planes->height,
                      image_longest_side);
    if (planes->channels > image_most_channels)
        return refuse(report, "it has more than %d channels", image_most_channels);
    // Far from overflowing, by the limits above.
    uint64_t bytes = (uint64_t)planes->width * planes->height * planes->channels * (planes->bits / 8);
    if (bytes > most)
        return refuse(report, "its %u channels of %u x %u pixels take more than %llu MiB", planes->channels,
                      planes->width, planes->height, (unsigned long long)(most >> 20));
    planes->pixels = malloc(bytes);
    return planes->pixels ? 0 : refuse(report, "out of memory");
}

void take(const struct image_planes *planes, const void *from, size_t step, size_t count, uint32_t channel, uint32_t x,
          uint32_t y) {
    size_t start = ((size_t)channel * planes->height + y) * planes->width + x;
    if (planes->bits == 8) {
        const uint8_t *source = from;
        uint8_t *target = (uint8_t *)planes->pixels + start;
        for (size_t index = 0; index < count; index++) target[index] = source[index * step];
    } else {
        const uint16_t *source = from;
        uint16_t *target = (uint16_t *)planes->pixels + start;
        for (size_t index = 0; index < count; index++) target[index] = source[index * step];
    }
}

int image_read(const char *path, uint64_t most, struct image_planes *planes, char *problem, size_t size) {
    struct report report = {problem, size};
    problem[0] = 0;
    memset(planes, 0, sizeof *planes);
    FILE *file = fopen(path, "rbe");
    if (!file) return refuse(&report, "%s", strerror(errno));
    char start[8] = {0};
    size_t count = fread(start, 1, sizeof start, file);
    int error = ferror(file) ? errno : 0;
    fclose(file);
    if (error) return refuse(&report, "%s", strerror(error));
    int is_tiff = count >= 4 && (!memcmp(start, "II*\0", 4) || !memcmp(start, "MM\0*", 4) || !memcmp(start, "II+\0", 4)
                                 || !memcmp(start, "MM\0+", 4));
    int is_png = count == 8 && !memcmp(start, "\x89PNG\r\n\x1a\n", 8);
    if (!is_tiff && !is_png) return refuse(&report, "it is neither a TIFF nor a PNG file");
    int status = is_tiff ? image_read_tiff(path, most, planes, &report) : image_read_png(path, most, planes, &report);
    if (status != 0) {
        free(planes->pixels);
        planes->pixels = NULL;
        refuse(&report, "cannot be read; the library gives no reason");
    }
    return status;
}
