// The models, their speed tables and their parameters. Sources of the numbers: README.md.
#include "simulation.h"

const model models[] = {
    {BSI, "prime-bsi", "Prime BSI", "GS2020", "pvcamUSB", 0x203, 2048, 2048, 6500, 1, 0, 1, 1, "1x1|2x2|4x4", true},
    {EVOLVE, "evolve-512", "Evolve 512", "EMC512", "pvcamUSB", 0x202, 512, 512, 16000, 0, 0, 1, 1, NULL, false},
    {KINETIX, "kinetix", "Kinetix", "KINETIX", "pvcamPCIE", 0x800, 3200, 3200, 6500, 3, 8, 4, 4096, "1x1|2x2", true},
    {COOLSNAP, "coolsnap", "CoolSNAP HQ2", "ICX285", "pvcamPCI", 0x400, 1392, 1040, 6450, 0, 0, 1, 1, NULL, false},
};

const int model_count = sizeof models / sizeof *models;

const readout readouts[] = {
    {BSI, 0, "CMOS", 0, 5, 1, "Full Well", 11, 5120, -2500},
    {BSI, 0, "CMOS", 0, 5, 2, "Balanced", 11, 5120, -2500},
    {BSI, 0, "CMOS", 0, 5, 3, "Sensitivity", 11, 5120, -2500},
    {BSI, 0, "CMOS", 1, 10, 1, "HDR", 16, 10260, -2500},
    {BSI, 0, "CMOS", 1, 10, 2, "CMS", 12, 10260, -2500},
    {KINETIX, 0, "Sensitivity", 0, 10, 1, "Sensitivity", 12, 3530, 0},
    {KINETIX, 1, "Speed", 0, 5, 1, "Speed", 8, 625, 0},
    {KINETIX, 2, "Dynamic Range", 0, 10, 1, "Dynamic Range", 16, 3750, -1500},
    {KINETIX, 3, "Sub-Electron", 0, 10, 1, "Sub-Electron", 16, 60100, -1500},
    {EVOLVE, 0, "Multiplication Gain", 0, 100, 1, "Low", 16, 58000, -8000},
    {EVOLVE, 0, "Multiplication Gain", 0, 100, 2, "Medium", 16, 58000, -8000},
    {EVOLVE, 0, "Multiplication Gain", 0, 100, 3, "High", 16, 58000, -8000},
    {EVOLVE, 0, "Multiplication Gain", 1, 200, 1, "Low", 16, 110000, -8000},
    {EVOLVE, 1, "Normal", 0, 200, 1, "Low", 16, 110000, -8000},
    // The gains have a gap.
    {EVOLVE, 1, "Normal", 0, 200, 3, "High", 16, 110000, -8000},
    {COOLSNAP, 0, "Port 0", 0, 50, 1, "Gain 1", 14, 70000, -3000},
    {COOLSNAP, 0, "Port 0", 1, 100, 1, "Gain 1", 14, 140000, -3000},
};

const int readout_count = sizeof readouts / sizeof *readouts;

#define TEXT(models, id, text) {models, id, ACC_READ_ONLY, LIVE, 0, 0, 0, 0, text}
#define FIXED(models, id, flags, value) {models, id, ACC_READ_ONLY, flags, value, value, value, 0, ""}
#define NUMBER(models, id, flags, initial, lowest, highest, step) \
    {models, id, ACC_READ_WRITE, flags, initial, lowest, highest, step, ""}
#define CHOICE(models, id, flags, initial, items) {models, id, ACC_READ_WRITE, flags, initial, 0, 0, 0, items}
#define LIST(models, id, items) {models, id, ACC_READ_ONLY, 0, 0, 0, 0, 0, items}

const parameter parameters[] = {
    FIXED(EVERY, 0x06000002, 0, 0x0301),
    FIXED(EVERY, 0x01000001, 0, 0),
    LIST(EVERY, INTERFACE, "*"),
    LIST(EVERY, 0x0900000B, "2=Imaging"),
    TEXT(EVERY, CHIP_NAME, "*"),
    TEXT(SCMOS, SYSTEM_NAME, "*"),
    TEXT(EVERY, VENDOR_NAME, "Photometrics"),
    TEXT(EVERY, PRODUCT_NAME, "*"),
    TEXT(SCMOS, PART_NUMBER, "01-SIMULATED"),
    TEXT(EVERY, SERIAL, "*"),
    FIXED(EVERY, 0x06020214, 0, 0x0814),
    FIXED(EVERY, COLUMNS, LIVE, 0),
    FIXED(EVERY, ROWS, LIVE, 0),
    FIXED(EVERY, PIXEL_WIDTH, 0, 0),
    FIXED(EVERY, PIXEL_HEIGHT, 0, 0),
    FIXED(EVERY, 0x060201F4, 0, 0),
    FIXED(EVERY, 0x060201F5, 0, 0),
    FIXED(CCD, 0x06020035, 0, 4),
    FIXED(CCD, 0x06020036, 0, 4),
    FIXED(CCD, 0x06020037, 0, 0),
    FIXED(CCD, 0x06020038, 0, 0),
    FIXED(EVERY, 0x070201FA, 0, 45000),
    CHOICE(EVERY, READOUT_PORT, 0, 0, "*"),
    NUMBER(EVERY, SPEED_INDEX, 0, 0, 0, 0, 1),
    TEXT(KINETIX, SPEED_NAME, "*"),
    FIXED(EVERY, PIXEL_TIME, 0, 0),
    NUMBER(EVERY, GAIN_INDEX, 0, 1, 1, 1, 1),
    TEXT(SCMOS, GAIN_NAME, "*"),
    FIXED(SCMOS, 0x06020220, 0, 100),
    FIXED(SCMOS, 0x06020224, 0, 160),
    FIXED(EVERY, BIT_DEPTH, 0, 0),
    FIXED(KINETIX, BIT_DEPTH_HOST, 0, 0),
    LIST(SCMOS, IMAGE_FORMAT, "0=Mono 16|2=Mono 8"),
    LIST(KINETIX, IMAGE_FORMAT_HOST, "0=Mono 16|2=Mono 8"),
    // Some cameras report a gain that they do not have.
    NUMBER(BSI, EM_GAIN, 0, 1, 1, 1, 0),
    NUMBER(EVOLVE, EM_GAIN, 0, 1, 1, 1000, 1),
    NUMBER(EVOLVE, 0x0B02021D, 0, 1, 0, 1, 1),
    {BSI | CCD, TEMPERATURE, ACC_READ_ONLY, 0, -2500, -10000, 10000, 1, ""},
    {KINETIX, TEMPERATURE, ACC_READ_ONLY, LIVE, -500, -10000, 10000, 1, ""},
    NUMBER(SCMOS, SETPOINT, 0, -2500, -2500, 2500, 1),
    NUMBER(CCD, SETPOINT, 0, -8000, -8500, 2000, 1),
    CHOICE(SCMOS, 0x090202C6, 0, 0, "0=High|1=Medium|2=Low|3=Off (Liquid Cooling)"),
    LIST(EVOLVE, 0x090200D6, "0=Normal"),
    LIST(SCMOS, EXPOSURE_MODE,
         "1792=Internal Trigger|2304=Edge Trigger|2048=Trigger First|2560=Level Trigger|3072=Software Trigger Edge|"
         "2816=Software Trigger First"),
    LIST(EVOLVE, EXPOSURE_MODE,
         "0=Timed|5=Variable Timed|3=Trigger First|1=Strobed|2=Bulb"),
    LIST(COOLSNAP, EXPOSURE_MODE, "0=Timed|3=Trigger First|1=Strobed|2=Bulb"),
    LIST(SCMOS, EXPOSE_OUT, "0=First Row|3=Rolling Shutter|2=Any Row|1=All Rows"),
    {SCMOS, EXPOSURE_TIME, ACC_READ_ONLY, LIVE, 0, 0, 10000000, 1, ""},
    {CCD, EXPOSURE_TIME, ACC_READ_ONLY, LIVE, 0, 0, 4294967295.0, 1, ""},
    NUMBER(EVOLVE, EXPOSURE_VARIABLE, LIVE, 1, 1, 65535, 1),
    CHOICE(SCMOS | EVOLVE, RESOLUTION, 0, 0, "0=One Millisecond|1=One Microsecond"),
    CHOICE(COOLSNAP, RESOLUTION, 0, 0, "0=One Millisecond"),
    NUMBER(EVERY, RESOLUTION_INDEX, 0, 0, 0, 1, 1),
    {EVERY, READOUT_TIME, ACC_READ_ONLY, AFTER_SETUP, 0, 0, 0, 0, ""},
    {SCMOS, CLEARING_TIME, ACC_READ_ONLY, AFTER_SETUP, 0, 0, 1e9, 1, ""},
    {SCMOS, 0x100200B5, ACC_READ_ONLY, AFTER_SETUP, 0, 0, 1e9, 1, ""},
    {SCMOS, 0x100200B6, ACC_READ_ONLY, AFTER_SETUP, 0, 0, 1e9, 1, ""},
    NUMBER(CCD, 0x06020061, 0, 2, 0, 65535, 1),
    CHOICE(SCMOS, 0x0902020B, 0, 2, "0=Auto|2=Pre-Sequence"),
    CHOICE(CCD, 0x0902020B, 0, 1,
           "0=Never|1=Pre-Exposure|2=Pre-Sequence|3=Post-Sequence|4=Pre-Post-Sequence|5=Pre-Exposure-Post-Sequence"),
    CHOICE(EVOLVE, 0x0902020C, 0, 0, "0=Normal|1=Frame Transfer"),
    FIXED(EVOLVE, 0x0B0201FD, 0, 1),
    CHOICE(COOLSNAP, 0x09020209, 0, 1, "0=Never|1=Pre-Exposure|2=Pre-Sequence|4=No Change"),
    NUMBER(COOLSNAP, 0x06020208, 0, 8, 0, 65535, 1),
    NUMBER(COOLSNAP, 0x06020207, 0, 8, 0, 65535, 1),
    LIST(SCMOS, BINNING_ACROSS, "*"),
    LIST(SCMOS, BINNING_DOWN, "*"),
    {EVERY, FRAME_BUFFER_SIZE, ACC_READ_ONLY, AFTER_SETUP, 0, 0, 4294967295.0, 1, ""},
    FIXED(EVERY, 0x0B03012B, 0, 1),
    NUMBER(SCMOS, METADATA, 0, 0, 0, 1, 1),
    {SCMOS, METADATA_RESET, ACC_WRITE_ONLY, 0, 0, 0, 1, 1, ""},
    NUMBER(SCMOS, 0x060300A9, 0, 1, 1, 1, 1),
    NUMBER(SCMOS, SMART_STREAM, 0, 1, 0, 1, 1),
    NUMBER(SCMOS, 0x060202BD, 0, 0, 0, 1, 1),
    CHOICE(KINETIX, 0x090300FA, 0, 1, "0=Auto|1=Line Delay|2=Scan Width"),
    CHOICE(KINETIX, 0x090300FB, 0, 0, "0=Down|1=Up|2=Down-Up"),
    NUMBER(KINETIX, 0x0B0300FC, 0, 0, 0, 1, 1),
    NUMBER(KINETIX, 0x060300FD, 0, 1, 1, 2000, 1),
    {KINETIX, 0x100300FE, ACC_READ_ONLY, 0, 3530, 0, 1e9, 1, ""},
    CHOICE(KINETIX, 0x09030190, 0, 0, "0=Maximum Frame Rate|1=Constant Intervals"),
    CHOICE(SCMOS, 0x090300B4, 0, 0, "0=Expose Out"),
    NUMBER(SCMOS, 0x050300B5, 0, 1, 1, 4, 1),
    TEXT(SCMOS, FEATURE_NAME, "*"),
    NUMBER(SCMOS, FEATURE_INDEX, 0, 0, 0, FEATURES - 1, 1),
    FIXED(SCMOS, FEATURE_ID, 0, 0),
    NUMBER(SCMOS, FEATURE_PARAM_INDEX, 0, 0, 0, FEATURE_PARAMS - 1, 1),
    TEXT(SCMOS, FEATURE_PARAM_NAME, "*"),
    FIXED(SCMOS, FEATURE_PARAM_ID, 0, 0),
    NUMBER(SCMOS, FEATURE_PARAM, 0, 0, 0, 1000, 1),
    CHOICE(SCMOS, 0x09020100, 0, 0, "0=None|1=90 Degrees|2=180 Degrees|3=270 Degrees"),
    CHOICE(SCMOS, 0x09020101, 0, 0, "0=None|1=X|2=Y|3=XY"),
};

const int parameter_count = sizeof parameters / sizeof *parameters;
_Static_assert(sizeof parameters / sizeof *parameters <= PARAMETER_LIMIT, "too many parameters");
