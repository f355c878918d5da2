/// Functions shared by the readers of both formats.
#ifndef READING_H
#define READING_H

#include "image_files.h"
#include "libraries.h"

int image_read_tiff(const char *path, uint64_t most, struct image_planes *planes, struct report *report);
int image_read_png(const char *path, uint64_t most, struct image_planes *planes, struct report *report);

/// Allocates the planes, whose sides, channels and bits are set. Returns 0, or -1 with the reason in the report.
int planes_allocate(struct image_planes *planes, uint64_t most, struct report *report);
/// Reports an error, unless the library has already reported one. Returns -1.
int refuse(struct report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// Copies every `step`-th number of a row, from the first one on, into a row of a plane.
void take(const struct image_planes *planes, const void *from, size_t step, size_t count, uint32_t channel, uint32_t x,
          uint32_t y);

#endif
