#include "libraries.h"
#include "image_files.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int note(TIFF *file, void *context, const char *module, const char *format, va_list values) {
    struct report *report = context;
    // The first problem is the cause of those that follow.
    if (report->text[0] == 0) vsnprintf(report->text, report->size, format, values);
    return 1;
}

static int pass_over(TIFF *file, void *context, const char *module, const char *format, va_list values) { return 1; }

static int describe(const struct tiff_library *tiff, TIFF *file, const struct image *image) {
    static const uint16_t formats[] = {SAMPLEFORMAT_UINT, SAMPLEFORMAT_INT, SAMPLEFORMAT_IEEEFP};
    char date[20];
    time_t seconds = (time_t)image->time;
    struct tm local;
    int fits = tiff->TIFFSetField(file, TIFFTAG_IMAGEWIDTH, image->width)
        && tiff->TIFFSetField(file, TIFFTAG_IMAGELENGTH, image->height)
        && tiff->TIFFSetField(file, TIFFTAG_BITSPERSAMPLE, image->bits)
        && tiff->TIFFSetField(file, TIFFTAG_SAMPLESPERPIXEL, 1)
        && tiff->TIFFSetField(file, TIFFTAG_SAMPLEFORMAT, formats[image->number])
        && tiff->TIFFSetField(file, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK)
        && tiff->TIFFSetField(file, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG)
        && tiff->TIFFSetField(file, TIFFTAG_COMPRESSION, COMPRESSION_NONE)
        && tiff->TIFFSetField(file, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT)
        && tiff->TIFFSetField(file, TIFFTAG_DOCUMENTNAME, image->title)
        && tiff->TIFFSetField(file, TIFFTAG_IMAGEDESCRIPTION, image->description)
        && tiff->TIFFSetField(file, TIFFTAG_SOFTWARE, image->software)
        && tiff->TIFFSetField(file, TIFFTAG_ROWSPERSTRIP, image->height);
    if (localtime_r(&seconds, &local) && strftime(date, sizeof date, "%Y:%m:%d %H:%M:%S", &local) == 19)
        fits = fits && tiff->TIFFSetField(file, TIFFTAG_DATETIME, date);
    return fits;
}

int image_write_tiff(const char *path, const struct image *image, char *problem, size_t size) {
    struct report report = {problem, size};
    problem[0] = 0;
    const struct tiff_library *tiff = tiff_library(&report);
    if (!tiff) return -1;
    TIFFOpenOptions *options = tiff->TIFFOpenOptionsAlloc();
    tiff->TIFFOpenOptionsSetErrorHandlerExtR(options, note, &report);
    tiff->TIFFOpenOptionsSetWarningHandlerExtR(options, pass_over, NULL);
    // Always little-endian, as the pixels are.
    TIFF *file = tiff->TIFFOpenExt(path, "wl", options);
    tiff->TIFFOpenOptionsFree(options);
    if (!file) return -1;
    int fits = describe(tiff, file, image);
    size_t row = (size_t)image->width * (image->bits / 8);
    for (uint32_t y = 0; fits && y < image->height; y++)
        fits = tiff->TIFFWriteScanline(file, (uint8_t *)image->pixels + y * row, y, 0) == 1;
    fits = fits && tiff->TIFFFlush(file);
    tiff->TIFFClose(file);
    if (!fits && problem[0] == 0) snprintf(problem, size, "libtiff gives no reason");
    return fits ? 0 : -1;
}
