/// Reads and writes images with libtiff, libpng and libjpeg-turbo. Swift cannot call their functions, which are variadic and end with a
/// longjmp. The libraries are loaded when they are first needed.
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
    /// Texts in UTF-8 for the file; none may be null.
    const char *title, *description, *software;
    /// The time of the exposure, in seconds since 1970.
    double time;
};

/// Both return 0 for success; otherwise `problem`, a buffer of `size` bytes, has the reason.
int image_write_tiff(const char *path, const struct image *image, char *problem, size_t size);
/// Accepts only unsigned numbers of 8 and 16 bits, as the format does.
int image_write_png(const char *path, const struct image *image, char *problem, size_t size);

/// An image that was read: a plane for each channel, one after another.
struct image_planes {
    /// Rows from the top without gaps, numbers in the machine's byte order. Allocated with `malloc`.
    void *pixels;
    uint32_t width, height, channels;
    /// 8 or 16 for each pixel.
    uint16_t bits;
};

/// Reads a TIFF or a PNG file of unsigned numbers, whatever its name.
///
/// The pages of a TIFF file and the samples of its pixels, except transparency, are channels. An image of more bytes than
/// `most` is refused before memory is allocated. Returns 0 for success; otherwise `problem` has the reason.
int image_read(const char *path, uint64_t most, struct image_planes *planes, char *problem, size_t size);
/// The longest side of an image that is read, and the most channels.
enum { image_longest_side = 65536, image_most_channels = 256 };

/// The channel of a JPEG image that is wanted; `jpeg_planes` is red, then green, then blue.
enum jpeg_channel { jpeg_luma, jpeg_red, jpeg_green, jpeg_blue, jpeg_planes };

/// The part of a JPEG image that is wanted, in pixels.
struct jpeg_part {
    uint32_t left, top, width, height;
    enum jpeg_channel channel;
};

/// Decodes a part of a JPEG image in memory into rows without gaps.
///
/// An image of another size, and one that is damaged or was cut, is refused. `target` has a byte for each pixel of the
/// part, or three with `jpeg_planes`. Returns 0 for success; otherwise `problem` has the reason.
int image_decode_jpeg(const void *data, size_t count, uint32_t width, uint32_t height, const struct jpeg_part *part,
                      void *target, char *problem, size_t size);
/// Loads the library. Returns 0 for success; otherwise `problem` has the reason.
int image_load_jpeg(char *problem, size_t size);

#endif
