/// Reads and writes images by libtiff and libpng, whose own functions Swift cannot call: they take arguments of any
/// number, and end with a longjmp. The libraries are loaded when they are first needed.
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

/// An image that was read: a plane for each channel, one after another.
struct image_planes {
    /// Rows from the top without gaps, numbers in the machine's order of bytes. Of `malloc`.
    void *pixels;
    uint32_t width, height, channels;
    /// 8 or 16 for each pixel.
    uint16_t bits;
};

/// Reads a TIFF or a PNG file of unsigned numbers, whatever its name.
///
/// The pages of a TIFF file, and the samples of its pixels but for transparency, are channels. An image of more bytes
/// than `most` is refused before there is memory for it. Gives 0, or a status that is not and what is wrong in `problem`.
int image_read(const char *path, uint64_t most, struct image_planes *planes, char *problem, size_t size);
/// The longest side of an image that is read, and the most channels.
enum { image_longest_side = 65536, image_most_channels = 256 };

#endif
