// The cooler, the temperature and the fan.
#include "simulation.h"

enum { WARMEST = 20, GONE = -999 };

/// Degrees that the sensor changes in a second, at the pace of the world.
static const double rate = 5;

static double temperature(camera *camera) {
    double goal = camera->is_cooler_on ? camera->set_point : WARMEST, pace = world_settings_now.pace;
    double passed = now() - camera->cooled_at, change = pace > 0 ? passed * rate / pace : 1000;
    camera->cooled_at = now();
    double distance = goal - camera->temperature;
    camera->temperature += distance > 0 ? least(distance, change) : most(distance, -change);
    return camera->temperature;
}

/// Some cameras are not asked while they acquire.
static unsigned int enter_cooler(const char *function, camera **camera) {
    unsigned int code = enter(function, camera);
    if (code != DRV_SUCCESS) return code;
    if ((*camera)->is_acquiring && !(*camera)->model->is_cool_while_busy) return leave(DRV_ACQUIRING);
    return DRV_SUCCESS;
}

static unsigned int temperature_code(camera *camera, double value) {
    if (!camera->is_cooler_on) return DRV_TEMP_OFF;
    double distance = value - camera->set_point;
    return distance < 1 && distance > -1 ? DRV_TEMP_STABILIZED : DRV_TEMP_NOT_REACHED;
}

PUBLIC GetTemperatureF(float *value) {
    camera *camera;
    unsigned int code = enter_cooler(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    double measured = is_gone(camera) ? GONE : temperature(camera);
    *value = (float)measured;
    return leave(temperature_code(camera, measured));
}

PUBLIC GetTemperature(int *value) {
    camera *camera;
    unsigned int code = enter_cooler(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    double measured = is_gone(camera) ? GONE : temperature(camera);
    *value = (int)(measured < 0 ? measured - 0.5 : measured + 0.5);
    return leave(temperature_code(camera, measured));
}

PUBLIC GetTemperatureRange(int *lowest, int *highest) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *lowest = camera->model->coldest;
    *highest = WARMEST;
    return leave(DRV_SUCCESS);
}

PUBLIC SetTemperature(int value) {
    camera *camera;
    unsigned int code = enter_cooler(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (is_gone(camera)) return leave(DRV_ACK);
    if (value < camera->model->coldest || value > WARMEST) return leave(DRV_P1INVALID);
    temperature(camera);
    camera->set_point = value;
    return leave(DRV_SUCCESS);
}

static unsigned int switch_cooler(const char *function, int is_on) {
    camera *camera;
    unsigned int code = enter_cooler(function, &camera);
    if (code != DRV_SUCCESS) return code;
    if (is_gone(camera)) return leave(DRV_ACK);
    temperature(camera);
    camera->is_cooler_on = is_on;
    return leave(DRV_SUCCESS);
}

PUBLIC CoolerON(void) { return switch_cooler(__func__, 1); }
PUBLIC CoolerOFF(void) { return switch_cooler(__func__, 0); }

PUBLIC IsCoolerOn(int *is_on) {
    camera *camera;
    unsigned int code = enter(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    *is_on = camera->is_cooler_on;
    return leave(DRV_SUCCESS);
}

PUBLIC SetCoolerMode(int mode) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (mode < 0 || mode > 1) return leave(DRV_P1INVALID);
    camera->is_cooler_kept = mode;
    return leave(DRV_SUCCESS);
}

PUBLIC SetFanMode(int mode) {
    camera *camera;
    unsigned int code = enter_idle(__func__, &camera);
    if (code != DRV_SUCCESS) return code;
    if (mode < 0 || mode > 2) return leave(DRV_P1INVALID);
    camera->fan_mode = mode;
    return leave(DRV_SUCCESS);
}
