// The table of features, with the models that have each. Sources of the numbers: README.md.
#include <string.h>
#include "simulation.h"

#define NUMBER(models, name, kind, id, flags, initial, lowest, highest) \
    {models, name, kind, id, flags, initial, lowest, highest, ""}
#define INT(models, name, id, flags, initial, lowest, highest) \
    NUMBER(models, name, KIND_INT, id, flags, initial, lowest, highest)
#define FLOAT(models, name, id, flags, initial, lowest, highest) \
    NUMBER(models, name, KIND_FLOAT, id, flags, initial, lowest, highest)
#define BOOL(models, name, id, flags, initial) NUMBER(models, name, KIND_BOOL, id, flags, initial, 0, 1)
#define TEXT(models, name, id, text) {models, name, KIND_STRING, id, READ_ONLY, 0, 0, 0, text}
#define CHOICE(models, name, id, flags, initial, labels) {models, name, KIND_ENUM, id, flags, initial, 0, 0, labels}
#define COMMAND(models, name, id) {models, name, KIND_COMMAND, id, 0, 0, 0, 0, ""}

#define MANY 9223372036854775807.0
#define EVENTS \
    "ExposureEndEvent|ExposureStartEvent|RowNExposureEndEvent|RowNExposureStartEvent|EventsMissedEvent|" \
    "BufferOverflowEvent"
#define INPUTS "Fire 1|Fire N|Aux Out 1|Aux Out 2|Arm|External Trigger|External Exposure|Spare Input"
#define TRIGGERS "Internal|Software|External|External Start|External Exposure"
#define EVERY_ENCODING \
    "Mono12|Mono12Packed|Mono16|RGB8Packed|Mono12Coded|Mono12CodedPacked|Mono22Parallel|Mono22PackedParallel|" \
    "Mono8|Mono32"

const feature features[] = {
    // The system
    INT(SYSTEM, "DeviceCount", DEVICE_COUNT, READ_ONLY, 0, 0, MANY),
    {SYSTEM, "SoftwareVersion", KIND_STRING, PLAIN, CLAIMS_WRITABLE, 0, 0, 65, "3.15.30092.2"},
    CHOICE(SYSTEM, "LogLevel", PLAIN, 0, 4, "NONE|FATAL|ERROR|WARN|INFO|DEBUG|VERB"),

    // Identity
    TEXT(CAMERA, "SerialNumber", SERIAL_NUMBER, ""),
    TEXT(NEO, "CameraModel", PLAIN, "DC-152Q-C00-FI"),
    TEXT(ZYLA55, "CameraModel", PLAIN, "ZYLA-5.5-CL10"),
    TEXT(ZYLA42, "CameraModel", PLAIN, "ZYLA-4.2P-USB3"),
    TEXT(SONA, "CameraModel", PLAIN, "SONA-4BV6U"),
    TEXT(SIMCAM, "CameraModel", PLAIN, "SIMCAM CMOS"),
    TEXT(NEO, "CameraName", PLAIN, "Neo"),
    TEXT(ZYLA, "CameraName", PLAIN, "Zyla"),
    TEXT(SONA, "CameraName", PLAIN, "Sona"),
    TEXT(SONA, "CameraFamily", PLAIN, "Andor sCMOS"),
    TEXT(NEO, "InterfaceType", PLAIN, "CL 3 Tap"),
    TEXT(ZYLA55, "InterfaceType", PLAIN, "CL 10 Tap"),
    TEXT(ZYLA42 | SONA, "InterfaceType", PLAIN, "USB3"),
    TEXT(REAL, "FirmwareVersion", PLAIN, "14.7.24.0"),
    TEXT(ZYLA42 | SONA, "MicrocodeVersion", PLAIN, "2.1"),
    TEXT(NEO | ZYLA55, "ControllerID", PLAIN, "1"),
    INT(NEO | ZYLA55, "DeviceVideoIndex", PLAIN, READ_ONLY, 0, 0, 255),
    BOOL(NEO | SONA, "CameraPresent", CAMERA_PRESENT, READ_ONLY, 1),
    INT(NEO, "SensorWidth", SENSOR_WIDTH, READ_ONLY, 2592, 2592, 2592),
    INT(ZYLA55 | SIMCAM, "SensorWidth", SENSOR_WIDTH, READ_ONLY, 2560, 2560, 2560),
    INT(ZYLA42 | SONA, "SensorWidth", SENSOR_WIDTH, READ_ONLY, 2048, 2048, 2048),
    INT(NEO | ZYLA55 | SIMCAM, "SensorHeight", SENSOR_HEIGHT, READ_ONLY, 2160, 2160, 2160),
    INT(ZYLA42 | SONA, "SensorHeight", SENSOR_HEIGHT, READ_ONLY, 2048, 2048, 2048),
    FLOAT(CAMERA, "PixelWidth", PLAIN, READ_ONLY, 6.5, 6.5, 6.5),
    FLOAT(CAMERA, "PixelHeight", PLAIN, READ_ONLY, 6.5, 6.5, 6.5),

    // Acquisition
    COMMAND(CAMERA, "AcquisitionStart", ACQUISITION_START),
    COMMAND(CAMERA, "AcquisitionStop", ACQUISITION_STOP),
    COMMAND(REAL, "SoftwareTrigger", SOFTWARE_TRIGGER),
    BOOL(CAMERA, "CameraAcquiring", CAMERA_ACQUIRING, READ_ONLY, 0),
    CHOICE(CAMERA, "CycleMode", CYCLE_MODE, LOCKED, 0, "Fixed|Continuous"),
    INT(CAMERA, "FrameCount", FRAME_COUNT, LOCKED, 1, 1, 2147483647),
    INT(SCMOS, "AccumulateCount", ACCUMULATE_COUNT, LOCKED, 1, 1, 2147483647),
    FLOAT(NEO | ZYLA | SIMCAM, "ExposureTime", EXPOSURE_TIME, 0, 0.01, 1e-5, 30),
    FLOAT(SONA, "ExposureTime", EXPOSURE_TIME, 0, 0.01, 1e-5, 1200),
    FLOAT(CAMERA, "FrameRate", FRAME_RATE, 0, 10, 5e-5, 10000),
    FLOAT(REAL, "MaxInterfaceTransferRate", MAX_TRANSFER_RATE, READ_ONLY, 0, 0, 1e9),
    FLOAT(REAL, "ReadoutTime", READOUT_TIME, READ_ONLY, 0, 0, 1e9),
    FLOAT(ZYLA | SONA, "RowReadTime", PLAIN, READ_ONLY, 1e-5, 1e-5, 1e-5),
    BOOL(REAL, "Overlap", OVERLAP, LOCKED, 0),
    CHOICE(NEO | ZYLA55 | SIMCAM, "ElectronicShutteringMode", SHUTTERING, LOCKED, 0, "Rolling|Global"),
    CHOICE(ZYLA42 | SONA, "ElectronicShutteringMode", SHUTTERING, LOCKED, 0, "Rolling"),
    CHOICE(REAL, "TriggerMode", TRIGGER_MODE, LOCKED, 0, TRIGGERS),
    CHOICE(SIMCAM, "TriggerMode", TRIGGER_MODE, LOCKED, 0, TRIGGERS "|Advanced"),
    BOOL(SIMCAM, "SynchronousTriggering", PLAIN, LOCKED, 0),
    FLOAT(ZYLA | SONA, "ExternalTriggerDelay", PLAIN, LOCKED, 0, 0, 10),
    CHOICE(ZYLA | SONA, "ShutterMode", PLAIN, 0, 0, "Open|Closed|Auto"),

    // Read-out
    CHOICE(NEO, "PixelReadoutRate", READOUT_RATE, LOCKED, 2, "100 MHz|200 MHz|280 MHz"),
    CHOICE(ZYLA55, "PixelReadoutRate", READOUT_RATE, LOCKED, 0, "280 MHz|100 MHz"),
    CHOICE(ZYLA42, "PixelReadoutRate", READOUT_RATE, LOCKED, 0, "270 MHz|100 MHz"),
    CHOICE(SONA, "PixelReadoutRate", READOUT_RATE, LOCKED, 0, "25MHz"),
    CHOICE(SIMCAM, "PixelReadoutRate", READOUT_RATE, LOCKED, 0, "550 MHz"),
    CHOICE(
        NEO, "SimplePreAmpGainControl", GAIN, LOCKED, 0,
        "11-bit (high well capacity)|11-bit (low noise)|16-bit (low noise & high well capacity)"
    ),
    CHOICE(
        ZYLA, "SimplePreAmpGainControl", GAIN, LOCKED, 0,
        "12-bit (high well capacity)|12-bit (low noise)|16-bit (low noise & high well capacity)"
    ),
    CHOICE(
        SONA, "GainMode", GAIN, LOCKED, 0, "Fastest frame rate (12-bit)|High dynamic range (16-bit)"
    ),
    CHOICE(SIMCAM, "PreAmpGain", PLAIN, LOCKED, 0, "x1|x2|x10|x30"),
    CHOICE(SIMCAM, "PreAmpGainChannel", PLAIN, LOCKED, 0, "High|Low|Both"),
    CHOICE(SIMCAM, "PreAmpGainSelector", PLAIN, LOCKED, 0, "High|Low"),
    CHOICE(SIMCAM, "PixelCorrection", PLAIN, LOCKED, 0, "Raw"),
    CHOICE(CAMERA, "PixelEncoding", PIXEL_ENCODING, LOCKED, 0, EVERY_ENCODING),
    CHOICE(REAL, "BitDepth", BIT_DEPTH, READ_ONLY, 1, "11 Bit|12 Bit|16 Bit|32 Bit"),
    FLOAT(REAL, "BytesPerPixel", BYTES_PER_PIXEL, READ_ONLY, 2, 0, 4),
    INT(REAL, "Baseline", PLAIN, READ_ONLY, 100, 0, 65535),
    BOOL(REAL, "SpuriousNoiseFilter", PLAIN, LOCKED, 1),
    BOOL(SCMOS, "StaticBlemishCorrection", PLAIN, LOCKED, 1),
    BOOL(SCMOS, "FastAOIFrameRateEnable", PLAIN, LOCKED, 0),
    CHOICE(SONA, "FrameGenMode", FRAME_GEN_MODE, LOCKED, 0, "Off|ColumnCount|RowCount|FrameCount|FixedPixel"),
    INT(SONA, "FrameGenFixedPixelValue", FRAME_GEN_PIXEL, LOCKED, 0, 0, 65535),

    // The area
    BOOL(NEO, "FullAOIControl", PLAIN, READ_ONLY, 0),
    BOOL(ZYLA | SONA, "FullAOIControl", PLAIN, READ_ONLY, 1),
    CHOICE(REAL, "AOIBinning", AOI_BINNING, LOCKED, 0, "1x1|2x2|3x3|4x4|8x8"),
    INT(ZYLA | SONA | SIMCAM, "AOIHBin", AOI_HBIN, LOCKED, 1, 1, 2048),
    INT(ZYLA | SONA | SIMCAM, "AOIVBin", AOI_VBIN, LOCKED, 1, 1, 2048),
    INT(CAMERA, "AOIWidth", AOI_WIDTH, LOCKED, 0, 1, 0),
    INT(CAMERA, "AOILeft", AOI_LEFT, LOCKED, 1, 1, 0),
    INT(CAMERA, "AOIHeight", AOI_HEIGHT, LOCKED, 0, 1, 0),
    BOOL(REAL, "VerticallyCentreAOI", CENTRE_AOI, LOCKED, 0),
    INT(CAMERA, "AOITop", AOI_TOP, LOCKED, 1, 1, 0),
    INT(REAL, "AOIStride", AOI_STRIDE, READ_ONLY, 0, 0, MANY),
    CHOICE(ZYLA | SONA, "AOILayout", PLAIN, LOCKED, 0, "Image|Multitrack"),
    INT(CAMERA, "ImageSizeBytes", IMAGE_SIZE, READ_ONLY, 0, 0, MANY),

    // Temperature
    BOOL(NEO | ZYLA | SIMCAM, "SensorCooling", SENSOR_COOLING, 0, 0),
    BOOL(SONA, "SensorCooling", SENSOR_COOLING, 0, 1),
    FLOAT(CAMERA, "SensorTemperature", SENSOR_TEMPERATURE, READ_ONLY, 20, -100, 100),
    FLOAT(SONA | SIMCAM, "TargetSensorTemperature", TARGET_TEMPERATURE, 0, -25, -50, 25),
    CHOICE(NEO, "TemperatureControl", TEMPERATURE_CONTROL, 0, 0, "-15.00|-20.00|-25.00|-30.00|-35.00|-40.00"),
    CHOICE(SONA, "TemperatureControl", TEMPERATURE_CONTROL, 0, 1, "15.0|-25.0|-45.0"),
    CHOICE(
        REAL, "TemperatureStatus", TEMPERATURE_STATUS, READ_ONLY, 0,
        "Cooler Off|Stabilised|Cooling|Drift|Not Stabilised|Fault"
    ),
    CHOICE(NEO | SIMCAM, "FanSpeed", PLAIN, 0, 2, "Off|Low|On"),
    CHOICE(ZYLA, "FanSpeed", PLAIN, 0, 1, "Off|On"),
    CHOICE(SONA, "FanSpeed", PLAIN, 0, 3, "Off|Low|Medium|On"),

    // Events, metadata, lines
    CHOICE(REAL, "EventSelector", EVENT_SELECTOR, 0, 0, EVENTS),
    BOOL(REAL, "EventEnable", EVENT_ENABLE, 0, 0),
    INT(REAL, "ExposureEndEvent", EXPOSURE_END_EVENT, EVENT, 0, 0, MANY),
    INT(REAL, "ExposureStartEvent", EXPOSURE_START_EVENT, EVENT, 0, 0, MANY),
    INT(REAL, "RowNExposureEndEvent", PLAIN, EVENT, 0, 0, MANY),
    INT(REAL, "RowNExposureStartEvent", PLAIN, EVENT, 0, 0, MANY),
    INT(REAL, "EventsMissedEvent", PLAIN, EVENT, 0, 0, MANY),
    INT(REAL, "BufferOverflowEvent", BUFFER_OVERFLOW_EVENT, EVENT, 0, 0, MANY),
    BOOL(REAL, "MetadataEnable", METADATA_ENABLE, LOCKED, 0),
    BOOL(REAL, "MetadataTimestamp", METADATA_TIMESTAMP, LOCKED, 0),
    BOOL(REAL, "MetadataFrame", METADATA_FRAME, READ_ONLY, 0),
    INT(REAL, "TimestampClock", TIMESTAMP_CLOCK, READ_ONLY, 0, 0, MANY),
    INT(REAL, "TimestampClockFrequency", PLAIN, READ_ONLY, 100000000, 0, MANY),
    COMMAND(REAL, "TimestampClockReset", TIMESTAMP_RESET),
    CHOICE(REAL, "IOSelector", PLAIN, 0, 0, INPUTS),
    BOOL(REAL, "IOInvert", PLAIN, 0, 0),
    CHOICE(REAL, "AuxiliaryOutSource", PLAIN, 0, 2, "FireRow1|FireRowN|FireAll|FireAny"),
    COMMAND(REAL, "CameraDump", PLAIN),
};

const int feature_count = sizeof features / sizeof *features;

/// The models: name in a list of cameras, and speed.
static const struct {
    unsigned bit;
    const char *name;
    double full_readout;
    double link_rate;
} models[] = {
    {ZYLA42, "zyla-4.2", 0.01, 40.0 * 2048 * 2048 * 2},
    {ZYLA55, "zyla-5.5", 0.01, 75.0 * 2560 * 2160 * 2},
    {NEO, "neo-5.5", 0.01, 255e6},
    {SONA, "sona", 0.0233, 40.0 * 2048 * 2048 * 2},
    {SIMCAM, "simcam", 0.01, 1e9},
};

enum { MODEL_COUNT = sizeof models / sizeof *models };

unsigned model_named(const char *name) {
    for (int i = 0; i < MODEL_COUNT; i++) {
        if (strcmp(models[i].name, name) == 0) return models[i].bit;
    }
    return 0;
}

unsigned model_numbered(int number) {
    // SimCams are not in the list: nobody means one by a serial number.
    return models[number % (MODEL_COUNT - 1)].bit;
}

double full_readout(unsigned model) {
    for (int i = 0; i < MODEL_COUNT; i++) {
        if (models[i].bit == model) return models[i].full_readout;
    }
    return 0;
}

double link_rate(unsigned model) {
    for (int i = 0; i < MODEL_COUNT; i++) {
        if (models[i].bit == model) return models[i].link_rate;
    }
    return 1;
}

long image_memory(unsigned model, long rows) {
    // The Neo has gigabytes of memory; the others follow the rule that users found for the Zyla.
    long images = model == NEO ? 512 : 126464 / (rows > 0 ? rows : 1) + 29;
    return images < QUEUE_LIMIT / 2 ? images : QUEUE_LIMIT / 2;
}
