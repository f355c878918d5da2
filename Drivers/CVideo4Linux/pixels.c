#include "video4linux.h"

#include <string.h>

void video_copy(const struct video_part *part, uint32_t pixel_size, void *target) {
    size_t count = (size_t)part->width * pixel_size;
    const uint8_t *row = part->image + part->top * part->row + (size_t)part->left * pixel_size;
    uint8_t *place = target;
    for (uint32_t y = 0; y < part->height; y++, row += part->row, place += count) memcpy(place, row, count);
}

void video_copy_swapped(const struct video_part *part, void *target) {
    uint16_t *place = target;
    for (uint32_t y = 0; y < part->height; y++, place += part->width) {
        const uint8_t *row = part->image + (part->top + y) * part->row + (size_t)part->left * 2;
        for (uint32_t x = 0; x < part->width; x++) place[x] = (uint16_t)(row[2 * x] << 8 | row[2 * x + 1]);
    }
}

void video_pick(const struct video_part *part, uint32_t first, uint32_t step, void *target) {
    uint8_t *place = target;
    for (uint32_t y = 0; y < part->height; y++, place += part->width) {
        const uint8_t *row = part->image + (part->top + y) * part->row + (size_t)part->left * step + first;
        // The usual step as a constant, for the compiler's vectors.
        if (step == 2)
            for (uint32_t x = 0; x < part->width; x++) place[x] = row[2 * (size_t)x];
        else
            for (uint32_t x = 0; x < part->width; x++) place[x] = row[step * (size_t)x];
    }
}

void video_unpack(const struct video_part *part, uint32_t bits, void *target) {
    uint32_t low = bits - 8, group = 8 / low, mask = (1u << low) - 1;
    uint16_t *place = target;
    for (uint32_t y = 0; y < part->height; y++, place += part->width) {
        const uint8_t *row = part->image + (part->top + y) * part->row;
        for (uint32_t x = 0; x < part->width; x++) {
            uint32_t column = part->left + x, inside = column % group;
            const uint8_t *start = row + (size_t)(column / group) * (group + 1);
            place[x] = (uint16_t)(start[inside] << low | (start[group] >> inside * low & mask));
        }
    }
}

static uint8_t clamped(int value) { return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value; }

void video_colour(const struct video_part *part, const struct video_yuv *places, int colour, void *target) {
    uint8_t *place = target;
    for (uint32_t y = part->top; y < part->top + part->height; y++, place += part->width) {
        const uint8_t *brightness = part->image + y * part->row + places->y_first;
        size_t colours = (places->vertical ? y / 2 : y) * places->colour_row;
        const uint8_t *us = part->image + places->u + colours, *vs = part->image + places->v + colours;
        for (uint32_t x = 0; x < part->width; x++) {
            uint32_t column = part->left + x;
            // Fixed point with 8 bits behind the point.
            int c = 298 * (brightness[(size_t)column * places->y_step] - 16) + 128;
            int u = us[(size_t)(column / 2) * places->colour_step] - 128;
            int v = vs[(size_t)(column / 2) * places->colour_step] - 128;
            int value = colour == 0 ? c + 409 * v : colour == 1 ? c - 100 * u - 208 * v : c + 516 * u;
            place[x] = clamped(value >> 8);
        }
    }
}
