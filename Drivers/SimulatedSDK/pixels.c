// The light on the sensors, and packed pixels.
#include "simulated_sdk.h"

enum { LONGEST_ROW = 8192, PERIOD = 1024 };

/// The light along a row, above the baseline; each row is shifted by 13 pixels against the one before.
static uint16_t pattern[PERIOD + LONGEST_ROW];

void prepare_light(void) {
    for (int i = 0; i < PERIOD + LONGEST_ROW; i++) pattern[i] = 100 + i % PERIOD;
}

const uint16_t *light(long column, long row) { return pattern + (column + row * 13) % PERIOD; }

void pack_middle_byte(const uint32_t *row, long width, uint8_t *memory) {
    for (long x = 0; x < width; x += 2, memory += 3) {
        uint32_t first = row[x] & 4095, second = x + 1 < width ? row[x + 1] & 4095 : 0;
        memory[0] = first >> 4;
        memory[1] = (first & 15) | (second & 15) << 4;
        // The last triple of an odd row is half used.
        if (x + 1 < width) memory[2] = second >> 4;
    }
}

void pack_lowest_first(const uint32_t *row, long width, uint8_t *memory) {
    for (long x = 0; x < width; x += 2, memory += 3) {
        uint32_t first = row[x] & 4095, second = x + 1 < width ? row[x + 1] & 4095 : 0;
        memory[0] = first & 255;
        memory[1] = first >> 8 | (second & 15) << 4;
        if (x + 1 < width) memory[2] = second >> 4;
    }
}
