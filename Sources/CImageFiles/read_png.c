#include "reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The resources to be freed, however the reading ends.
struct reading {
    const struct png_library *lib;
    FILE *file;
    png_structp png;
    png_infop info;
    png_bytep pixels;
    png_bytepp rows;
};

static void fail(png_structp png, png_const_charp message) {
    const struct png_library *lib = png_library(NULL);
    refuse(lib->png_get_error_ptr(png), "%s", message);
    lib->png_longjmp(png, 1);
}

static void pass_over(png_structp png, png_const_charp message) {}

/// Makes libpng return numbers of 8 or 16 bits, one for grey or three for colors.
static void simplify(const struct reading *it) {
    const struct png_library *lib = it->lib;
    int colour = lib->png_get_color_type(it->png, it->info), bits = lib->png_get_bit_depth(it->png, it->info);
    if (colour == PNG_COLOR_TYPE_PALETTE) lib->png_set_palette_to_rgb(it->png);
    if (colour == PNG_COLOR_TYPE_GRAY && bits < 8) lib->png_set_expand_gray_1_2_4_to_8(it->png);
    // Transparency is not light.
    if (colour & PNG_COLOR_MASK_ALPHA) lib->png_set_strip_alpha(it->png);
    // The format has the most significant byte first.
    if (bits == 16) lib->png_set_swap(it->png);
    lib->png_set_interlace_handling(it->png);
    lib->png_read_update_info(it->png, it->info);
}

static int read_rows(struct reading *it, uint64_t most, struct image_planes *planes, struct report *report) {
    const struct png_library *lib = it->lib;
    if (setjmp(*lib->png_set_longjmp_fn(it->png, longjmp, sizeof(jmp_buf)))) return -1;
    lib->png_set_user_limits(it->png, image_longest_side, image_longest_side);
    lib->png_set_chunk_malloc_max(it->png, 8 << 20);
    lib->png_init_io(it->png, it->file);
    lib->png_read_info(it->png, it->info);
    simplify(it);
    planes->width = lib->png_get_image_width(it->png, it->info);
    planes->height = lib->png_get_image_height(it->png, it->info);
    planes->channels = lib->png_get_channels(it->png, it->info);
    planes->bits = lib->png_get_bit_depth(it->png, it->info);
    size_t row = lib->png_get_rowbytes(it->png, it->info);
    if (planes->bits != 8 && planes->bits != 16) return refuse(report, "it has %u bits a pixel", planes->bits);
    if (row != (size_t)planes->width * planes->channels * (planes->bits / 8))
        return refuse(report, "its rows are not as long as its pixels");
    if (planes_allocate(planes, most, report) != 0) return -1;
    // Pixels in the order of the file. The planes are as large, so that this is bounded as well.
    it->pixels = malloc(row * planes->height);
    it->rows = calloc(planes->height, sizeof *it->rows);
    if (!it->pixels || !it->rows) return refuse(report, "out of memory");
    for (uint32_t y = 0; y < planes->height; y++) it->rows[y] = it->pixels + y * row;
    lib->png_read_image(it->png, it->rows);
    lib->png_read_end(it->png, NULL);
    return 0;
}

int image_read_png(const char *path, uint64_t most, struct image_planes *planes, struct report *report) {
    struct reading it = {.lib = png_library(report)};
    if (!it.lib) return -1;
    it.file = fopen(path, "rbe");
    if (!it.file) return refuse(report, "%s", strerror(errno));
    it.png = it.lib->png_create_read_struct(PNG_LIBPNG_VER_STRING, report, fail, pass_over);
    it.info = it.png ? it.lib->png_create_info_struct(it.png) : NULL;
    int status = it.info ? read_rows(&it, most, planes, report) : refuse(report, "out of memory");
    for (uint32_t y = 0; status == 0 && y < planes->height; y++)
        for (uint32_t channel = 0; channel < planes->channels; channel++)
            take(planes, it.rows[y] + channel * (planes->bits / 8), planes->channels, planes->width, channel, 0, y);
    if (it.png) it.lib->png_destroy_read_struct(&it.png, &it.info, NULL);
    free(it.pixels);
    free(it.rows);
    fclose(it.file);
    return status;
}
