/// The functions of libtiff, libpng and libjpeg, looked up when an image is first read or written. Other programs run without
/// these libraries.
#ifndef LIBRARIES_H
#define LIBRARIES_H

#include <png.h>
#include <stddef.h>
#include <stdio.h>
#include <tiffio.h>

// It needs what stands above.
#include <jpeglib.h>

/// The buffer for the first problem.
struct report {
    char *text;
    size_t size;
};

#define TIFF_FUNCTIONS(F) \
    F(TIFFOpenOptionsAlloc) F(TIFFOpenOptionsFree) F(TIFFOpenOptionsSetErrorHandlerExtR) \
    F(TIFFOpenOptionsSetWarningHandlerExtR) F(TIFFOpenOptionsSetMaxSingleMemAlloc) F(TIFFOpenExt) F(TIFFClose) \
    F(TIFFFlush) F(TIFFSetField) F(TIFFGetField) F(TIFFGetFieldDefaulted) F(TIFFWriteScanline) F(TIFFReadDirectory) \
    F(TIFFSetDirectory) F(TIFFIsTiled) F(TIFFStripSize64) F(TIFFTileSize64) F(TIFFComputeStrip) \
    F(TIFFReadEncodedStrip) F(TIFFReadTile)

#define PNG_FUNCTIONS(F) \
    F(png_create_write_struct) F(png_create_read_struct) F(png_create_info_struct) F(png_destroy_write_struct) \
    F(png_destroy_read_struct) F(png_set_longjmp_fn) F(png_longjmp) F(png_get_error_ptr) F(png_init_io) \
    F(png_set_IHDR) F(png_set_text) F(png_write_info) F(png_set_swap) F(png_write_row) F(png_write_end) \
    F(png_set_user_limits) F(png_set_chunk_malloc_max) F(png_read_info) F(png_set_palette_to_rgb) \
    F(png_set_expand_gray_1_2_4_to_8) F(png_set_strip_alpha) F(png_set_interlace_handling) F(png_read_update_info) \
    F(png_get_image_width) F(png_get_image_height) F(png_get_bit_depth) F(png_get_color_type) F(png_get_channels) \
    F(png_get_rowbytes) F(png_read_image) F(png_read_end)

#define JPEG_FUNCTIONS(F) \
    F(jpeg_std_error) F(jpeg_CreateDecompress) F(jpeg_mem_src) F(jpeg_read_header) F(jpeg_start_decompress) \
    F(jpeg_read_scanlines) F(jpeg_destroy_decompress)

#define POINTER(function) __typeof__(function) *function;
struct tiff_library { TIFF_FUNCTIONS(POINTER) };
struct png_library { PNG_FUNCTIONS(POINTER) };
struct jpeg_library { JPEG_FUNCTIONS(POINTER) };
#undef POINTER

/// The libraries; null if one is missing, with the reason in the report.
const struct tiff_library *tiff_library(struct report *report);
const struct png_library *png_library(struct report *report);
const struct jpeg_library *jpeg_library(struct report *report);

#endif
