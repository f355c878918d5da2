// The models, with what each can do.
#include "simulation.h"

const model models[] = {
    {
        .name = "ixon-ultra-897", .reported = "DU-897U-CS0-#BV", .controller = "USB", .type = 21,
        .width = 512, .height = 512, .pixel_size = 16, .amplifier_count = 2,
        .amplifiers = {{"Electron Multiplying", 4, {17, 10, 5, 1}}, {"Conventional", 3, {3, 1, 0.08f}}},
        .gain_count = 3, .gains = {1, 2.4f, 4.9f}, .vs_count = 5, .vs_recommended = 1,
        .vs_speeds = {0.3f, 0.5f, 0.9f, 1.7f, 3.3f}, .has_em = true, .has_frame_transfer = true, .has_crop = true,
        .has_metadata = true, .has_software_trigger = true, .has_external_exposure = true, .is_cool_while_busy = true,
        .has_readout_time = true, .coldest = -120, .least_length = 1,
    },
    {
        .name = "ixon-888", .reported = "DU-888E-C00-#BV", .controller = "CCI-23", .type = 1,
        .width = 1024, .height = 1024, .pixel_size = 13, .amplifier_count = 2,
        .amplifiers = {{"Electron Multiplying", 4, {10, 5, 3, 1}}, {"Conventional", 2, {3, 1}}},
        .gain_count = 3, .gains = {1, 2.3f, 5.1f}, .vs_count = 4, .vs_recommended = 2,
        .vs_speeds = {0.6f, 1.13f, 2.2f, 4.33f}, .has_em = true, .has_frame_transfer = true, .has_crop = true,
        .has_shutter = true, .has_software_trigger = true, .has_external_exposure = true, .has_readout_time = true,
        .coldest = -120, .least_length = 1,
    },
    {
        .name = "clara", .reported = "DR-328G-C01-SIL", .controller = "USB", .type = 17,
        .width = 1392, .height = 1040, .pixel_size = 6.45f, .amplifier_count = 2,
        .amplifiers = {{"Conventional", 3, {20, 10, 1}}, {"Extended NIR", 2, {10, 1}}},
        .gain_count = 1, .gains = {1}, .vs_count = 1, .vs_recommended = 0, .vs_speeds = {6.5f}, .has_software_trigger = true,
        .is_cool_while_busy = true, .has_readout_time = true, .coldest = -55, .least_length = 8,
    },
    {
        .name = "ikon-m-934", .reported = "DU934P_BV", .controller = "USB", .type = 13,
        .width = 1024, .height = 1024, .pixel_size = 13, .amplifier_count = 1,
        .amplifiers = {{"Conventional", 4, {5, 3, 1, 0.05f}}},
        .gain_count = 3, .gains = {1, 2, 4}, .vs_count = 4, .vs_recommended = 1, .vs_speeds = {2.25f, 4.25f, 8.25f, 16.25f},
        .has_shutter = true, .has_readout_time = true, .coldest = -100, .least_length = 1,
    },
    {
        .name = "newton-920", .reported = "DU920P_BV", .controller = "USB", .type = 8,
        .width = 1024, .height = 255, .pixel_size = 26, .amplifier_count = 1,
        .amplifiers = {{"Conventional", 3, {3, 1, 0.05f}}},
        .gain_count = 3, .gains = {1, 2, 4}, .vs_count = 4, .vs_recommended = 2, .vs_speeds = {4.95f, 9.75f, 19.35f, 38.55f},
        .has_shutter = true, .has_readout_time = true, .coldest = -100, .least_length = 1,
    },
    {
        .name = "luca-r", .reported = "DL-604M-#VP", .controller = "USB", .type = 11,
        .width = 1004, .height = 1002, .pixel_size = 8, .amplifier_count = 1,
        .amplifiers = {{"Electron Multiplying", 1, {13.5f}}}, .gain_count = 1, .gains = {1}, .has_em = true,
        .has_frame_transfer = true, .has_software_trigger = true, .is_cool_while_busy = true, .coldest = -20,
        .least_length = 1,
    },
};
const int model_count = sizeof models / sizeof *models;
