#include "reading.h"

#include <stdlib.h>
#include <string.h>

/// A file that is being read.
struct reading {
    const struct tiff_library *lib;
    TIFF *file;
    struct report *report;
    struct image_planes *planes;
    uint64_t most;
};

/// The format of a page.
struct page {
    uint32_t width, height;
    uint16_t bits, samples;
    /// The number of transparency samples, which are the last ones.
    uint16_t transparent;
    int is_separate, is_inverted;
};

static int note(TIFF *file, void *context, const char *module, const char *format, va_list values) {
    struct report *report = context;
    // The first problem is the cause of those that follow.
    if (report->text[0] == 0) vsnprintf(report->text, report->size, format, values);
    return 1;
}

static int pass_over(TIFF *file, void *context, const char *module, const char *format, va_list values) { return 1; }

/// Whether the page is a smaller copy of the image or a mask, which is skipped.
static int is_beside(const struct reading *it) {
    uint32_t type = 0;
    it->lib->TIFFGetFieldDefaulted(it->file, TIFFTAG_SUBFILETYPE, &type);
    return (type & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0;
}

static uint16_t transparent_samples(const struct reading *it, uint16_t samples) {
    uint16_t count = 0, *kinds = NULL, transparent = 0;
    if (!it->lib->TIFFGetField(it->file, TIFFTAG_EXTRASAMPLES, &count, &kinds) || !kinds) return 0;
    while (transparent < count && transparent < samples && kinds[count - 1 - transparent] != EXTRASAMPLE_UNSPECIFIED)
        transparent++;
    return transparent;
}

/// Examines the current page of the file.
static int examine(const struct reading *it, struct page *page) {
    const struct tiff_library *lib = it->lib;
    uint16_t format = SAMPLEFORMAT_UINT, colour = PHOTOMETRIC_MINISBLACK, planar = PLANARCONFIG_CONTIG;
    uint16_t compression = COMPRESSION_NONE;
    memset(page, 0, sizeof *page);
    lib->TIFFGetField(it->file, TIFFTAG_IMAGEWIDTH, &page->width);
    lib->TIFFGetField(it->file, TIFFTAG_IMAGELENGTH, &page->height);
    lib->TIFFGetFieldDefaulted(it->file, TIFFTAG_BITSPERSAMPLE, &page->bits);
    lib->TIFFGetFieldDefaulted(it->file, TIFFTAG_SAMPLESPERPIXEL, &page->samples);
    lib->TIFFGetFieldDefaulted(it->file, TIFFTAG_SAMPLEFORMAT, &format);
    lib->TIFFGetFieldDefaulted(it->file, TIFFTAG_PLANARCONFIG, &planar);
    lib->TIFFGetFieldDefaulted(it->file, TIFFTAG_COMPRESSION, &compression);
    lib->TIFFGetField(it->file, TIFFTAG_PHOTOMETRIC, &colour);
    if (colour == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG) {
        lib->TIFFSetField(it->file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        colour = PHOTOMETRIC_RGB;
    }
    if (colour != PHOTOMETRIC_MINISBLACK && colour != PHOTOMETRIC_MINISWHITE && colour != PHOTOMETRIC_RGB)
        return refuse(it->report, "it is neither grey nor RGB (its photometric interpretation is %u)", colour);
    if ((page->bits != 8 && page->bits != 16) || (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID))
        return refuse(it->report, "its pixels are not unsigned numbers of 8 or 16 bits (%u bits, sample format %u)",
                      page->bits, format);
    page->transparent = transparent_samples(it, page->samples);
    page->is_separate = planar == PLANARCONFIG_SEPARATE;
    page->is_inverted = colour == PHOTOMETRIC_MINISWHITE;
    return 0;
}

/// Counts the channels of all pages, which must have the same size.
static int measure(const struct reading *it) {
    struct image_planes *planes = it->planes;
    do {
        struct page page;
        if (is_beside(it)) continue;
        if (examine(it, &page) != 0) return -1;
        if (planes->channels == 0)
            planes->width = page.width, planes->height = page.height, planes->bits = page.bits;
        if (page.width != planes->width || page.height != planes->height || page.bits != planes->bits)
            return refuse(it->report, "its pages differ: %u x %u pixels of %u bits, and %u x %u of %u bits",
                          planes->width, planes->height, planes->bits, page.width, page.height, page.bits);
        planes->channels += page.samples - page.transparent;
        if (planes->channels > image_most_channels) break;
    } while (it->lib->TIFFReadDirectory(it->file));
    // A page that cannot be read looks like the end of the file otherwise.
    if (it->report->text[0]) return -1;
    return planes_allocate(planes, it->most, it->report);
}

/// Copies a piece of the page: a strip, or a tile that may extend beyond the page.
static void place(const struct reading *it, const struct page *page, const uint8_t *piece, uint32_t piece_width,
                  uint32_t x, uint32_t y, uint32_t rows, uint32_t sample, uint32_t first) {
    uint32_t columns = piece_width < page->width - x ? piece_width : page->width - x;
    uint32_t channels = page->is_separate ? 1 : page->samples - page->transparent;
    size_t step = page->is_separate ? 1 : page->samples, bytes = page->bits / 8;
    for (uint32_t row = 0; row < rows && row < page->height - y; row++)
        for (uint32_t channel = 0; channel < channels; channel++)
            take(it->planes, piece + ((size_t)row * piece_width * step + channel) * bytes, step, columns,
                 first + sample + channel, x, y + row);
}

static int read_strips(const struct reading *it, const struct page *page, uint8_t *memory, size_t size, uint32_t sample,
                       uint32_t first) {
    uint32_t height = page->height;
    it->lib->TIFFGetFieldDefaulted(it->file, TIFFTAG_ROWSPERSTRIP, &height);
    if (height == 0 || height > page->height) height = page->height;
    size_t row = (size_t)page->width * (page->is_separate ? 1 : page->samples) * (page->bits / 8);
    for (uint32_t y = 0; y < page->height; y += height) {
        uint32_t rows = height < page->height - y ? height : page->height - y;
        uint32_t strip = it->lib->TIFFComputeStrip(it->file, y, sample);
        if (row * rows > size) return refuse(it->report, "its strips are smaller than stated");
        tmsize_t count = it->lib->TIFFReadEncodedStrip(it->file, strip, memory, row * rows);
        if (count < 0 || (size_t)count < row * rows) return refuse(it->report, "it ends before its last row");
        place(it, page, memory, page->width, 0, y, rows, sample, first);
    }
    return 0;
}

static int read_tiles(const struct reading *it, const struct page *page, uint8_t *memory, size_t size, uint32_t sample,
                      uint32_t first) {
    uint32_t width = 0, height = 0;
    it->lib->TIFFGetField(it->file, TIFFTAG_TILEWIDTH, &width);
    it->lib->TIFFGetField(it->file, TIFFTAG_TILELENGTH, &height);
    if (width == 0 || height == 0) return refuse(it->report, "the size of its tiles is missing");
    uint64_t bytes = (uint64_t)(page->is_separate ? 1 : page->samples) * (page->bits / 8) * width;
    if (bytes > size / height) return refuse(it->report, "its tiles are smaller than stated");
    // Counted with 64 bits, since a tile may reach far beyond the image.
    for (uint64_t y = 0; y < page->height; y += height) {
        for (uint64_t x = 0; x < page->width; x += width) {
            if (it->lib->TIFFReadTile(it->file, memory, x, y, 0, sample) < 0)
                return refuse(it->report, "a tile cannot be read");
            place(it, page, memory, width, x, y, height, sample, first);
        }
    }
    return 0;
}

static void invert(const struct image_planes *planes, uint32_t first, uint32_t channels) {
    size_t count = (size_t)planes->width * planes->height * channels * (planes->bits / 8);
    uint8_t *bytes = (uint8_t *)planes->pixels + (size_t)planes->width * planes->height * first * (planes->bits / 8);
    for (size_t index = 0; index < count; index++) bytes[index] = ~bytes[index];
}

static int read_page(const struct reading *it, const struct page *page, uint32_t first) {
    int is_tiled = it->lib->TIFFIsTiled(it->file);
    uint64_t size = is_tiled ? it->lib->TIFFTileSize64(it->file) : it->lib->TIFFStripSize64(it->file);
    if (size == 0 || size > it->most) return refuse(it->report, "its strips or tiles are too large");
    uint8_t *memory = calloc(size, 1);
    if (!memory) return refuse(it->report, "out of memory");
    uint32_t channels = page->samples - page->transparent;
    int status = 0;
    for (uint32_t sample = 0; status == 0 && sample < (page->is_separate ? channels : 1); sample++)
        status = (is_tiled ? read_tiles : read_strips)(it, page, memory, size, sample, first);
    if (status == 0 && page->is_inverted) invert(it->planes, first, channels);
    free(memory);
    return status;
}

static int read_pages(const struct reading *it) {
    uint32_t first = 0;
    if (!it->lib->TIFFSetDirectory(it->file, 0)) return refuse(it->report, "its first page is missing");
    do {
        struct page page;
        if (is_beside(it)) continue;
        if (examine(it, &page) != 0) return -1;
        uint32_t channels = page.samples - page.transparent;
        // The file may have been rewritten in the meantime.
        if (page.width != it->planes->width || page.height != it->planes->height || page.bits != it->planes->bits
            || channels > it->planes->channels - first)
            return refuse(it->report, "the file changed while it was read");
        if (read_page(it, &page, first) != 0) return -1;
        first += channels;
    } while (first < it->planes->channels && it->lib->TIFFReadDirectory(it->file));
    return first == it->planes->channels ? 0 : refuse(it->report, "the file changed while it was read");
}

int image_read_tiff(const char *path, uint64_t most, struct image_planes *planes, struct report *report) {
    struct reading it = {tiff_library(report), NULL, report, planes, most};
    if (!it.lib) return -1;
    TIFFOpenOptions *options = it.lib->TIFFOpenOptionsAlloc();
    it.lib->TIFFOpenOptionsSetErrorHandlerExtR(options, note, report);
    it.lib->TIFFOpenOptionsSetWarningHandlerExtR(options, pass_over, NULL);
    it.lib->TIFFOpenOptionsSetMaxSingleMemAlloc(options, most);
    // Without mapping the file: the process would crash if the file were truncated in the meantime.
    it.file = it.lib->TIFFOpenExt(path, "rm", options);
    it.lib->TIFFOpenOptionsFree(options);
    if (!it.file) return -1;
    int status = measure(&it) == 0 ? read_pages(&it) : -1;
    it.lib->TIFFClose(it.file);
    return status;
}
