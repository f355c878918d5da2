/// Writes images by libtiff and libpng, whose own functions Swift cannot call: they take arguments of any number, and
/// end with a longjmp.
#ifndef IMAGE_FILES_H
#define IMAGE_FILES_H

#include <stddef.h>
#include <stdint.h>

enum image_number { image_unsigned, image_signed, image_float };

struct image {
    /// Rows from the top without gaps, numbers with the least significant byte first.
    const void *pixels;
    uint32_t width, height;
    /// 8, 16, 32 or 64 for each pixel.
    uint16_t bits;
    enum image_number number;
    /// Texts in UTF-8 that go into the file; none is null.
    const char *title, *description, *software;
    /// When it was taken, in seconds since 1970.
    double time;
};

/// Both give 0, or a status that is not and what is wrong in `problem`, of which they fill `size` bytes at most.
int image_write_tiff(const char *path, const struct image *image, char *problem, size_t size);
/// Takes unsigned numbers of 8 and of 16 bits alone, which is what the format has.
int image_write_png(const char *path, const struct image *image, char *problem, size_t size);

#endif
