#include "libraries.h"
#include "image_files.h"
#include "reading.h"

#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>

/// What the library's callbacks need: where to go after an error, and where to say it.
struct decoding {
    struct jpeg_error_mgr manager;
    jmp_buf end;
    struct report *report;
    /// Rows of the library, before they are cropped.
    uint8_t *row;
};

static void stop(j_common_ptr info) {
    struct decoding *it = (struct decoding *)info->err;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    refuse(it->report, "%s", text);
    longjmp(it->end, 1);
}

/// Takes a warning, such as of an image that was cut, as an error: its lower part would be grey.
///
/// Superfluous bytes between parts of the picture do no harm, and many cameras send them.
static void note(j_common_ptr info, int level) {
    if (level < 0 && info->err->msg_code != JWRN_EXTRANEOUS_DATA) stop(info);
}

static void pass_over(j_common_ptr info) {}

/// Takes the wanted part of a row.
static void crop(const struct jpeg_part *part, const uint8_t *row, uint32_t y, uint8_t *target) {
    size_t plane = (size_t)part->width * part->height;
    if (part->channel == jpeg_luma) {
        for (uint32_t x = 0; x < part->width; x++) target[(size_t)y * part->width + x] = row[part->left + x];
        return;
    }
    uint32_t first = part->channel == jpeg_planes ? 0 : part->channel - jpeg_red;
    uint32_t count = part->channel == jpeg_planes ? 3 : 1;
    for (uint32_t plane_index = 0; plane_index < count; plane_index++) {
        uint8_t *place = target + plane_index * plane + (size_t)y * part->width;
        for (uint32_t x = 0; x < part->width; x++) place[x] = row[3 * (size_t)(part->left + x) + first + plane_index];
    }
}

static int decode(const struct jpeg_library *jpeg, struct decoding *it, struct jpeg_decompress_struct *info,
                  const void *data, size_t count, uint32_t width, uint32_t height, const struct jpeg_part *part,
                  uint8_t *target) {
    if (setjmp(it->end)) return -1;
    jpeg->jpeg_CreateDecompress(info, JPEG_LIB_VERSION, sizeof *info);
    // A picture takes less than this, whatever its header claims.
    info->mem->max_memory_to_use = 1 << 28;
    jpeg->jpeg_mem_src(info, data, count);
    jpeg->jpeg_read_header(info, TRUE);
    if (info->image_width != width || info->image_height != height)
        return refuse(it->report, "it has %u x %u pixels, not %u x %u", info->image_width, info->image_height, width,
                      height);
    info->out_color_space = part->channel == jpeg_luma ? JCS_GRAYSCALE : JCS_RGB;
    info->dct_method = JDCT_ISLOW;
    jpeg->jpeg_start_decompress(info);
    it->row = malloc((size_t)info->output_width * info->output_components);
    if (!it->row) return refuse(it->report, "out of memory");
    for (uint32_t y = 0; y < part->top + part->height; y++) {
        JSAMPROW rows[] = {it->row};
        jpeg->jpeg_read_scanlines(info, rows, 1);
        if (y >= part->top) crop(part, it->row, y - part->top, target);
    }
    return 0;
}

int image_decode_jpeg(const void *data, size_t count, uint32_t width, uint32_t height, const struct jpeg_part *part,
                      void *target, char *problem, size_t size) {
    struct report report = {problem, size};
    problem[0] = 0;
    const struct jpeg_library *jpeg = jpeg_library(&report);
    if (!jpeg) return -1;
    if (part->width > width || part->left > width - part->width || part->height > height
        || part->top > height - part->height)
        return refuse(&report, "the part is outside of the image");
    struct decoding it = {.report = &report};
    struct jpeg_decompress_struct info = {.err = jpeg->jpeg_std_error(&it.manager)};
    it.manager.error_exit = stop;
    it.manager.emit_message = note;
    it.manager.output_message = pass_over;
    int status = decode(jpeg, &it, &info, data, count, width, height, part, target);
    // Ends an unfinished picture as well. It cannot fail.
    jpeg->jpeg_destroy_decompress(&info);
    free(it.row);
    return status;
}

int image_load_jpeg(char *problem, size_t size) {
    struct report report = {problem, size};
    problem[0] = 0;
    return jpeg_library(&report) ? 0 : -1;
}
