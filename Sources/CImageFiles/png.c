#include "libraries.h"
#include "image_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void fail(png_structp png, png_const_charp message) {
    // The library is loaded, since it makes this call.
    const struct png_library *lib = png_library(NULL);
    struct report *report = lib->png_get_error_ptr(png);
    snprintf(report->text, report->size, "%s", message);
    lib->png_longjmp(png, 1);
}

static void pass_over(png_structp png, png_const_charp message) {}

static void describe(const struct png_library *lib, png_structp png, png_infop info, const struct image *image) {
    char date[32];
    time_t seconds = (time_t)image->time;
    struct tm local;
    if (!localtime_r(&seconds, &local) || !strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S%z", &local)) date[0] = 0;
    png_text texts[] = {
        {PNG_ITXT_COMPRESSION_NONE, "Title", (char *)image->title},
        {PNG_ITXT_COMPRESSION_NONE, "Description", (char *)image->description},
        {PNG_ITXT_COMPRESSION_NONE, "Software", (char *)image->software},
        {PNG_ITXT_COMPRESSION_NONE, "Creation Time", date},
    };
    lib->png_set_text(png, info, texts, sizeof texts / sizeof texts[0]);
}

/// Writes to an open file. Returns 0 for success.
static int write_to(const struct png_library *lib, FILE *file, const struct image *image, struct report *report) {
    png_structp png = lib->png_create_write_struct(PNG_LIBPNG_VER_STRING, report, fail, pass_over);
    png_infop info = png ? lib->png_create_info_struct(png) : NULL;
    if (!info) {
        snprintf(report->text, report->size, "out of memory");
        lib->png_destroy_write_struct(&png, NULL);
        return -1;
    }
    if (setjmp(*lib->png_set_longjmp_fn(png, longjmp, sizeof(jmp_buf)))) {
        lib->png_destroy_write_struct(&png, &info);
        return -1;
    }
    lib->png_init_io(png, file);
    lib->png_set_IHDR(png, info, image->width, image->height, image->bits, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    describe(lib, png, info, image);
    lib->png_write_info(png, info);
    // The format has the most significant byte first.
    if (image->bits == 16) lib->png_set_swap(png);
    size_t row = (size_t)image->width * (image->bits / 8);
    for (uint32_t y = 0; y < image->height; y++) lib->png_write_row(png, (png_const_bytep)image->pixels + y * row);
    lib->png_write_end(png, NULL);
    lib->png_destroy_write_struct(&png, &info);
    return 0;
}

int image_write_png(const char *path, const struct image *image, char *problem, size_t size) {
    struct report report = {problem, size};
    problem[0] = 0;
    if (image->number != image_unsigned || image->bits > 16) {
        snprintf(problem, size, "PNG holds only integers of 8 and 16 bits; use TIFF");
        return -1;
    }
    const struct png_library *lib = png_library(&report);
    if (!lib) return -1;
    FILE *file = fopen(path, "wbe");
    if (!file) {
        snprintf(problem, size, "%s", strerror(errno));
        return -1;
    }
    int status = write_to(lib, file, image, &report);
    if (fclose(file) != 0 && status == 0) {
        snprintf(problem, size, "%s", strerror(errno));
        status = -1;
    }
    return status;
}
