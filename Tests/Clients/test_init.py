"""The first configuration: `device-server init`, and what `device-server` says without one."""
import re
import subprocess

from servers import BIN, DeviceServer, run


def init(tmp_path, answers, *options):
    """Runs init with these answers; the file that it wrote, and what it printed."""
    file = tmp_path / "scope.yaml"
    done = subprocess.run([BIN / "device-server", "init", file, *options], input=answers, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    return file, done.stdout


def test_without_answers_it_writes_simulated_devices_that_serve(tmp_path, connect):
    file, output = init(tmp_path, "")
    assert "with simulated devices" in output and "--check" in output
    assert run("--check", file)[0] == 0
    text = file.read_text()
    assert "host: 127.0.0.1" in text and text.count("#") > 8
    # Other programs may have these ports.
    file.write_text(re.sub(r"port: 800\d", "port: 0", text))
    server = DeviceServer(file)
    try:
        assert connect(server.uri("Camera")).get_sensor_shape() == (2048, 2048)
        for name in ["Wheel", "Laser", "Stage"]:
            assert server.uri(name)
    finally:
        server.kill()


def test_answers_make_devices(tmp_path):
    # No serial ports with USB adapters here: other computers, then other devices.
    answers = "y\ncobolt\nLaser561\n/dev/ttyS0\nandor-sdk3\n\nVSC-1\nnonsense\ndummy-dsp\nmy dsp\n\n"
    file, output = init(tmp_path, answers)
    text = file.read_text()
    assert "There is no driver 'nonsense' for this." in output and "simulated-camera: " in output
    assert "host: 0.0.0.0" in text and "name: Laser561" in text and 'port: "/dev/ttyS0"' in text
    assert "name: AndorSdk3" in text and 'uid: "VSC-1"' in text
    # A name that no URI can hold is not taken.
    assert "name: DummyDsp" in text
    status, output, errors = run("--check", file)
    assert status == 0 and "3 devices in 3 processes" in output, errors


def test_a_file_is_never_overwritten(tmp_path):
    file = tmp_path / "scope.yaml"
    file.write_text("mine")
    status, output, errors = run("init", file)
    assert status == 64 and "exists already" in errors and file.read_text() == "mine"


def test_a_folder_that_is_not_there(tmp_path):
    status, output, errors = run("init", tmp_path / "none" / "scope.yaml", "--simulated")
    assert status == 64 and "No such file or directory" in errors


def test_without_a_configuration_the_next_steps_are_named():
    status, output, errors = run()
    assert status == 64 and output == ""
    for word in ["init scope.yaml", "hwprobe --yaml", "--list-drivers", "--help"]:
        assert word in errors
