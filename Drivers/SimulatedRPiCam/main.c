/// A program with the command line of `rpicam-vid` and `rpicam-raw`, and a camera that is not there: for the driver `rpicam`.
///
/// It writes images, log and metadata as those programs do. The camera is one of an IMX477 (HQ camera).
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t is_over;

static void end(int signal) { is_over = 1; }

/// The options that the driver uses.
struct options {
    unsigned width, height, camera;
    double rate, gain, red, blue;
    long shutter, frames;
    const char *output, *metadata;
    int is_raw, lists;
};

static const char *const modes[] = {
    "'SRGGB10_CSI2P' : 1332x990 [120.05 fps - (696, 528)/2664x1980 crop]",
    "'SRGGB12_CSI2P' : 2028x1080 [50.03 fps - (0, 440)/4056x2160 crop]",
    "                  2028x1520 [40.01 fps - (0, 0)/4056x3040 crop]",
    "                  4056x3040 [10.00 fps - (0, 0)/4056x3040 crop]",
};

/// The time of a row of this sensor, of which exposures are whole multiples.
static const double row_time = 18.904;

static void fail(const char *text) {
    fprintf(stderr, "ERROR: *** %s ***\n", text);
    exit(255);
}

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + now.tv_nsec / 1e9;
}

static void list(void) {
    printf("Available cameras\n-----------------\n");
    printf("0 : imx477 [4056x3040 12-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx477@1a)\n");
    for (size_t index = 0; index < sizeof modes / sizeof *modes; index++)
        printf("    %s%s\n", index == 0 ? "Modes: " : index == 1 ? "       " : "       ", modes[index]);
}

static struct options parse(int count, char **arguments) {
    struct options it = {.rate = 30, .width = 640, .height = 480, .output = "-", .gain = 1, .red = 1, .blue = 1};
    const char *name = strrchr(arguments[0], '/');
    it.is_raw = strstr(name ? name : arguments[0], "rpicam-raw") != NULL;
    enum { framerate = 256, shutter, gain, awbgains, denoise, camera, codec, metadata, metadata_format, mode, width, height,
           lists, flush, hflip, vflip };
    static const struct option known[] = {
        {"nopreview", no_argument, NULL, 'n'}, {"timeout", required_argument, NULL, 't'},
        {"output", required_argument, NULL, 'o'}, {"framerate", required_argument, NULL, framerate},
        {"shutter", required_argument, NULL, shutter}, {"gain", required_argument, NULL, gain},
        {"awbgains", required_argument, NULL, awbgains}, {"denoise", required_argument, NULL, denoise},
        {"camera", required_argument, NULL, camera}, {"codec", required_argument, NULL, codec},
        {"metadata", required_argument, NULL, metadata}, {"metadata-format", required_argument, NULL, metadata_format},
        {"mode", required_argument, NULL, mode}, {"width", required_argument, NULL, width},
        {"height", required_argument, NULL, height}, {"list-cameras", no_argument, NULL, lists},
        {"flush", no_argument, NULL, flush}, {"frames", required_argument, NULL, 'f'}, {NULL, 0, NULL, 0},
    };
    int option;
    opterr = 0;
    while ((option = getopt_long(count, arguments, "nt:o:", known, NULL)) != -1) {
        switch (option) {
        case 'o': it.output = optarg; break;
        case 'f': it.frames = atol(optarg); break;
        case framerate: it.rate = atof(optarg); break;
        case shutter: it.shutter = atol(optarg); break;
        case gain: it.gain = atof(optarg); break;
        case awbgains: sscanf(optarg, "%lf,%lf", &it.red, &it.blue); break;
        case camera: it.camera = atoi(optarg); break;
        case metadata: it.metadata = optarg; break;
        case width: it.width = atoi(optarg); break;
        case height: it.height = atoi(optarg); break;
        case mode: sscanf(optarg, "%u:%u", &it.width, &it.height); break;
        case lists: it.lists = 1; break;
        case '?': fail("unrecognised option");
        default: break;
        }
    }
    return it;
}

/// The pixel at a place: brightness that rises from left to right, further on in each row.
static unsigned light(unsigned x, unsigned y) { return 16 + (x + 14 * y) % 128; }

static int write_all(int file, const uint8_t *bytes, size_t count) {
    while (count > 0 && !is_over) {
        ssize_t written = write(file, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return -1;
        bytes += written;
        count -= (size_t)written;
    }
    return is_over ? -1 : 0;
}

static void note(FILE *file, long number, double begin, double exposure, double duration, double gain) {
    // As the programs write it: what ends an image's values comes with the next one.
    fprintf(file, "%s{\n    \"SensorTimestamp\": %lld,\n    \"ExposureTime\": %.0f,\n    \"AnalogueGain\": %f,\n",
            number ? ",\n" : "[\n", (long long)(begin * 1e9), exposure, gain);
    fprintf(file, "    \"FrameDuration\": %.0f,\n    \"Lux\": 412.500000,\n    \"SensorTemperature\": 31.000000,\n",
            duration);
    fprintf(file, "    \"ScalerCrop\": \"(0, 0)/4056x3040\"\n");
    fflush(file);
    fprintf(file, "}");
}

static void run(const struct options *it) {
    unsigned width = it->width, height = it->height;
    // Rows of raw images are whole multiples of 64 bytes.
    size_t stride = it->is_raw ? (2 * (size_t)width + 63) / 64 * 64 : width;
    size_t count = it->is_raw ? stride * height : stride * height * 3 / 2;
    if (it->is_raw)
        fprintf(stderr, "Raw stream: %ux%u stride %zu format SRGGB12\n", width, height, stride);
    uint8_t *image = calloc(count, 1);
    if (!image) fail("failed to allocate capture buffers");
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            if (it->is_raw)
                ((uint16_t *)(image + y * stride))[x] = (uint16_t)(light(x, y) << 4);
            else
                image[y * stride + x] = (uint8_t)light(x, y);
    int output = strcmp(it->output, "-") ? open(it->output, O_WRONLY | O_CREAT, 0600) : STDOUT_FILENO;
    FILE *metadata = it->metadata ? fopen(it->metadata, "w") : NULL;
    if (it->metadata && !metadata) fail("failed to open metadata file");
    double exposure = fmax(1, round((it->shutter ? it->shutter : 10000) / row_time)) * row_time;
    double duration = fmax(1e6 / it->rate, exposure);
    double start = seconds(CLOCK_BOOTTIME) + 0.2;
    for (long number = 0; !is_over && (!it->frames || number < it->frames); number++) {
        double begin = start + number * duration / 1e6;
        double wait = begin + exposure / 1e6 - seconds(CLOCK_BOOTTIME);
        if (wait < -duration / 1e6) {
            // Images that nobody took are lost.
            number += (long)(-wait / (duration / 1e6));
            continue;
        }
        if (wait > 0) usleep((useconds_t)(wait * 1e6));
        image[0] = (uint8_t)(16 + number % 128);
        if (write_all(output, image, count) != 0) break;
        if (metadata) note(metadata, number, begin, exposure, duration, it->gain);
    }
    if (metadata) fprintf(metadata, "\n]\n"), fclose(metadata);
    free(image);
}

int main(int count, char **arguments) {
    struct options it = parse(count, arguments);
    const char *fault = getenv("SIMULATED_RPICAM");
    int is_absent = fault && access(fault, F_OK) == 0;
    if (it.lists) {
        if (is_absent)
            printf("No cameras available!\n");
        else
            list();
        return 0;
    }
    fprintf(stderr, "[0:12:34.567890123] [%d]  INFO Camera camera_manager.cpp:284 libcamera v0.3.0\n", getpid());
    if (is_absent) fail("no cameras available");
    if (it.camera > 0) fail("selected camera is not available");
    // One program at a time has a camera.
    char path[4096];
    const char *folder = getenv("SIMULATED_HARDWARE");
    snprintf(path, sizeof path, "%s/rpicam-lock", folder ? folder : "");
    int lock = folder ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0) {
        fprintf(stderr, "[0:12:34.567890123] [%d] ERROR Camera camera.cpp:1024 Pipeline handler in use by another process\n",
                getpid());
        fail("failed to acquire camera /base/soc/i2c0mux/i2c@1/imx477@1a");
    }
    struct sigaction action = {.sa_handler = end};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    run(&it);
    return 0;
}
