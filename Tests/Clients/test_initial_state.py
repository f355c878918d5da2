"""The state of devices before the first client: what the configuration may set, and what happens if it is wrong."""
import json

from servers import DeviceServer, run, write_config

CAMERA = {"driver": "simulated-camera", "name": "Camera", "port": 0, "conf": {"sensor_shape": [64, 48]}}


def test_first_state_of_cameras_and_lights(tmp_path, connect):
    settings = {"exposure": 0.025, "trigger": ["rising edge", "once"], "binning": 2, "roi": [0, 0, 32, 24],
                "transform": [True, False, False], "gain": 7}
    laser = {"driver": "simulated-light-source", "name": "Laser", "port": 0, "settings": {"power": 0.25}}
    server = DeviceServer(write_config(tmp_path, [{**CAMERA, "settings": settings}, laser]))
    try:
        camera = connect(server.uri("Camera"))
        assert camera.get_exposure_time() == 0.025
        assert tuple(camera.get_binning()) == (2, 2) and tuple(camera.get_roi()) == (0, 0, 32, 24)
        assert tuple(camera.get_transform()) == (True, False, False) and camera.get_setting("gain") == 7
        assert camera.trigger_type.name == "RISING_EDGE" and camera.trigger_mode.name == "ONCE"
        assert connect(server.uri("Laser")).get_set_power() == 0.25
    finally:
        server.kill()


def test_wrong_settings_are_reported_together_and_not_retried(tmp_path, connect):
    file = write_config(tmp_path, [{**CAMERA, "settings": {"gian": 1, "exposure": "soon", "roi": [1]}}])
    server = DeviceServer(file)
    try:
        line = server.wait_for(r"ERROR .*not retried.*")[0]
        for words in ["there is no setting 'gian', did you mean 'gain'?", "'exposure' must be a time in seconds",
                      "'roi' must be a list of left, top, width and height"]:
            assert words in line
        assert server.workers == set()
        # A restart on request tries once.
        status, _, errors = run("restart", file, "Camera")
        assert status == 1 and "did you mean 'gain'" in errors
        file.write_text(json.dumps({"devices": [{**CAMERA, "settings": {"gain": 3}}]}))
        assert run("reload", file)[0] == 0
        assert connect(server.uri("Camera")).get_setting("gain") == 3
    finally:
        server.kill()


def test_check_finds_what_only_this_computer_shows(tmp_path):
    for name in ["by-id", "by-path"]:
        (tmp_path / name).symlink_to("/dev/null")
    devices = [{"driver": "cobolt", "name": name, "port": 0, "conf": {"port": str(tmp_path / name)}}
               for name in ["by-id", "by-path"]]
    status, output, errors = run("--check", write_config(tmp_path, devices))
    assert status == 1 and output == "" and "both lead to /dev/null" in errors
    dsp = {"driver": "dummy-dsp", "name": "DSP", "port": 0}
    status, output, errors = run("--check", write_config(tmp_path, [{**dsp, "host": "no-such-host.invalid"}]))
    assert status == 0 and "no errors" in output and "warning: " in errors and "no-such-host.invalid" in errors
