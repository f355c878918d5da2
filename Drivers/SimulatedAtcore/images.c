// Images: layout in memory, pixels, and the metadata behind them.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

/// In half bytes, for each encoding by its number in the list.
static int half_bytes_per_pixel(camera *camera) {
    static const int sizes[] = {4, 3, 4, 6, 4, 3, 8, 6, 2, 8};
    return sizes[(int)get_value(camera, PIXEL_ENCODING)];
}

enum { FRAME_BLOCK = 8, TIMESTAMP_BLOCK = 16, INFO_BLOCK = 16, ROW_ALIGNMENT = 8 };

layout current_layout(camera *camera) {
    layout area = {
        .width = get_value(camera, AOI_WIDTH),
        .height = get_value(camera, AOI_HEIGHT),
        .horizontal = get_value(camera, AOI_HBIN),
        .vertical = get_value(camera, AOI_VBIN),
        .left = get_value(camera, AOI_LEFT),
        .top = get_value(camera, AOI_TOP),
        .half_bytes = half_bytes_per_pixel(camera),
        .has_metadata = get_value(camera, METADATA_ENABLE),
    };
    if (!feature_with(camera, AOI_HBIN)) binning_label(camera, &area.horizontal, &area.vertical);
    area.has_timestamp = area.has_metadata && get_value(camera, METADATA_TIMESTAMP);
    area.stride = (area.width * area.half_bytes + 1) / 2;
    if (camera->model != SIMCAM) area.stride = (area.stride + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
    area.image_bytes = area.stride * area.height;
    area.total_bytes = area.image_bytes;
    if (area.has_metadata) area.total_bytes += FRAME_BLOCK + INFO_BLOCK;
    if (area.has_timestamp) area.total_bytes += TIMESTAMP_BLOCK;
    return area;
}

enum { LONGEST_ROW = 4096 };

/// The test pictures of a Sona.
static uint32_t generated(camera *camera, int mode, long column, long row, long number) {
    switch (mode) {
    case 1: return (uint32_t)column;
    case 2: return (uint32_t)row;
    case 3: return (uint32_t)number;
    default: return (uint32_t)get_value(camera, FRAME_GEN_PIXEL);
    }
}

static void row_of_pixels(camera *camera, const layout *area, long y, long number, uint32_t *row) {
    int mode = (int)get_value(camera, FRAME_GEN_MODE);
    long line = area->top - 1 + y * area->vertical;
    for (long x = 0; x < area->width; x++) {
        row[x] = mode ? generated(camera, mode, x, y, number) : *light(area->left - 1 + x * area->horizontal, line);
    }
    if (mode || y > 0) return;
    // The first two pixels identify the image and the camera.
    const char *digits = camera->serial + strcspn(camera->serial, "0123456789");
    row[0] = number & 4095;
    if (area->width > 1) row[1] = atoi(digits) & 4095;
}

/// Copies a row that needs no calculation, fast enough for the rate of any camera; false for other rows.
static bool copy_row(camera *camera, const layout *area, long y, AT_U8 *memory) {
    if (y == 0 || area->half_bytes != 4 || area->horizontal != 1 || get_value(camera, FRAME_GEN_MODE)) return false;
    memcpy(memory, light(area->left - 1, area->top - 1 + y * area->vertical), area->width * 2);
    return true;
}

static void put_row(const layout *area, const uint32_t *row, AT_U8 *memory) {
    switch (area->half_bytes) {
    case 2: for (long x = 0; x < area->width; x++) memory[x] = row[x] >> 4; break;
    case 3: pack_middle_byte(row, area->width, memory); break;
    case 4: for (long x = 0; x < area->width; x++) ((uint16_t *)memory)[x] = row[x]; break;
    default: memcpy(memory, row, area->width * 4); break;
    }
}

/// Writes a block's number and length behind its data; the length counts the number.
static AT_U8 *end_block(AT_U8 *end, uint32_t number, uint32_t data_length) {
    uint32_t tail[2] = {number, data_length + 4};
    memcpy(end, tail, sizeof tail);
    return end + sizeof tail;
}

static void put_metadata(camera *camera, const layout *area, AT_U8 *memory, const shot *shot) {
    AT_U8 *end = end_block(memory + area->image_bytes, 0, area->image_bytes);
    if (area->has_timestamp) {
        uint64_t ticks = (shot->start - camera->clock_zero) * 1e8;
        memcpy(end, &ticks, sizeof ticks);
        end = end_block(end + sizeof ticks, 1, sizeof ticks);
    }
    static const int codes[] = {1, 2, 0, 0, 0, 0, 0, 0, 0, 3};
    uint64_t encoding = codes[(int)get_value(camera, PIXEL_ENCODING)];
    uint64_t info = (uint64_t)area->stride | encoding << 16 | (uint64_t)area->width << 32 | (uint64_t)area->height << 48;
    memcpy(end, &info, sizeof info);
    end_block(end + sizeof info, 7, sizeof info);
}

void paint(camera *camera, AT_U8 *memory, const shot *shot) {
    layout area = current_layout(camera);
    uint32_t row[LONGEST_ROW];
    for (long y = 0; y < area.height; y++) {
        AT_U8 *line = memory + y * area.stride;
        long used = (area.width * area.half_bytes + 1) / 2;
        // So that padding taken for pixels is visible.
        memset(line + used, 0xAA, area.stride - used);
        if (copy_row(camera, &area, y, line)) continue;
        row_of_pixels(camera, &area, y, shot->number, row);
        put_row(&area, row, line);
    }
    if (area.has_metadata) put_metadata(camera, &area, memory, shot);
}
