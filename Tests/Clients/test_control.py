"""The control commands of a running server: reload, status."""
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time

import pytest
import Pyro4
from microscope.clients import DataClient

from processes import listener
from servers import BIN, DeviceServer, free_port, run, write_config
from waiting import PATIENCE, eventually

WHEEL = {"driver": "simulated-filter-wheel", "conf": {"positions": 6}}
LASER = {"driver": "simulated-light-source"}
CAMERA = {"driver": "simulated-camera", "conf": {"sensor_shape": [64, 48]}}


# Ends in the middle of the first call, and leaves its socket behind.
ENDING_SERVER = """
import os, sys, Pyro4
@Pyro4.expose
class Server:
    def status(self):
        os._exit(17)
Pyro4.config.SERIALIZERS_ACCEPTED.add("pickle")
daemon = Pyro4.Daemon(unixsocket=sys.argv[1])
daemon.register(Server(), "device-server")
print("ready", flush=True)
daemon.requestLoop()
"""


def at(name, device, **more):
    """A definition of a device at a free port."""
    return {"name": name, "port": free_port(), **device, **more}


def control_socket(server):
    """The path at which a running server can be asked."""
    folders = ["/run/device-server", "/tmp/device-server-%d" % os.geteuid(),
               os.environ.get("XDG_RUNTIME_DIR", "/nowhere") + "/device-server"]
    path, = filter(os.path.exists, ("%s/%d.sock" % (folder, server.process.pid) for folder in folders))
    return path


@pytest.fixture
def config(tmp_path):
    """The configuration file of this test's server."""
    return tmp_path / "config.yaml"


def status(config):
    """What `device-server status` prints for programs, by the names of definitions."""
    code, out, err = run("status", "--json", config)
    assert code == 0, err
    (server,) = json.loads(out)
    assert server["configuration"] == str(config)
    return {definition["name"]: definition for definition in server["definitions"]}


def workers(server, config):
    """The processes that serve definitions, by the names of these."""
    return {name: definition["pid"] for name, definition in status(config).items()}


def test_status_tells_of_each_device(serve, config, connect):
    """State, process, restarts, address, clients, and how many data were sent."""
    wheel, camera = at("Wheel", WHEEL), at("Camera", CAMERA)
    server = serve([wheel, camera])
    uri = server.uri("Camera")
    server.uri("Wheel")
    client = DataClient(uri)
    client.enable()
    for _ in range(3):
        client.trigger_and_wait()
    now = status(config)
    assert set(now) == {"Wheel", "Camera"}
    assert now["Wheel"]["state"] == "serving" and now["Wheel"]["restarts"] == 0
    assert now["Wheel"]["pid"] == listener(server.workers, wheel["port"])
    assert now["Wheel"]["last_error"] is None
    (device,) = now["Camera"]["devices"]
    assert device["uri"] == uri and device["driver"] == "simulated-camera" and device["simulated"] is False
    assert device["state"] == "serving" and device["problem"] is None and device["parts"] == []
    assert device["sending"] is True and device["lost"] == 0 and len(device["clients"]) == 1
    eventually(lambda: status(config)["Camera"]["devices"][0]["sent"] == 3, "three images have been sent")
    os.kill(now["Wheel"]["pid"], signal.SIGKILL)
    again = eventually(lambda: (lambda w: w["restarts"] and w["state"] == "serving" and w)(status(config)["Wheel"]),
                       "the wheel is served again")
    assert again["last_error"] == "its process was killed (SIGKILL)"
    assert now["Wheel"]["since"] < again["last_error_time"] <= min(again["recovery_time"], again["since"])
    assert again["pid"] != now["Wheel"]["pid"]
    client.set_client(None)


def test_status_reads_well(serve, config):
    """For people there is a line for each device."""
    server = serve([at("Wheel", WHEEL), at("Laser", LASER, simulated=True)])
    wheel, _ = server.uri("Wheel"), server.uri("Laser")
    code, out, _ = run("status", config)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == str(config)
    assert lines[1].split() == ["DEVICE", "STATE", "PID", "RESTARTS", "CLIENTS", "SENT", "LOST", "MEMORY", "URI"]
    assert any(line.startswith("Wheel") and " serving " in line and line.endswith(wheel) for line in lines)
    assert any(line.startswith("Laser (simulated)") for line in lines)


def test_status_of_devices_that_are_not_served(serve, config):
    """A port that somebody else has, and a camera that is not there."""

    with socket.create_server(("127.0.0.1", 0)) as taken:
        missing = {"name": "Missing", "driver": "simulated-floating-camera", "uid": "NOT-THERE", "port": 0}
        server = serve([{"name": "Wheel", "port": taken.getsockname()[1], **WHEEL}, missing])
        server.wait_for("Wheel: .*Address already in use")
        server.wait_for("Missing: .* was not found")
        now = eventually(lambda: (lambda s: s["Wheel"]["last_error"] and s)(status(config)), "it has failed")
        assert now["Wheel"]["state"] in ("waiting", "starting") and "in use" in now["Wheel"]["last_error"]
        assert now["Missing"]["state"] == "waiting" and now["Missing"]["devices"][0]["uid"] == "NOT-THERE"
        assert now["Missing"]["devices"][0]["uri"] is None


def test_any_pyro_client_can_ask(serve, config):
    """The control socket is a Pyro object like the others."""
    server = serve([at("Wheel", WHEEL)])
    server.uri("Wheel")
    path = control_socket(server)
    with Pyro4.Proxy("PYRO:device-server@./u:" + path) as control:
        assert control.status()["definitions"][0]["name"] == "Wheel"
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not os.path.exists(path)


def test_socket_of_a_crashed_server_is_taken_away(serve, config):
    """By the next one that starts; those of servers that run stay."""
    folder = config.parent / "crashed"
    folder.mkdir()
    file = write_config(folder, [at("Wheel", WHEEL)])
    crashed = DeviceServer(file)
    running = serve([at("Wheel", WHEEL)])
    for server in (crashed, running):
        server.uri("Wheel")
    left, kept = control_socket(crashed), control_socket(running)
    crashed.kill()
    assert os.path.exists(left)
    next_one = DeviceServer(file)
    try:
        next_one.uri("Wheel")
        assert not os.path.exists(left) and os.path.exists(kept)
        assert status(config)["Wheel"]["state"] == "serving"
    finally:
        next_one.kill()


def test_server_that_ends_while_it_is_asked(serve, config):
    """The other servers are still printed."""
    server = serve([at("Wheel", WHEEL)])
    server.uri("Wheel")
    path = os.path.join(os.path.dirname(control_socket(server)), "0.sock")
    ending = subprocess.Popen([sys.executable, "-c", ENDING_SERVER, path], stdout=subprocess.PIPE)
    try:
        assert ending.stdout.readline() == b"ready\n"
        code, out, err = run("status", "--json")
        # Servers of other tests, which run side by side with this one, may have been stopped on purpose.
        assert code == 0 and not any("Process %d " % pid in err for pid in (0, ending.pid)), err
        assert str(config) in [status["configuration"] for status in json.loads(out)]
        assert ending.wait(PATIENCE) == 17
    finally:
        ending.kill()
        ending.wait()
        os.unlink(path)


def test_no_server_is_an_error(tmp_path):
    """With the file named, and with advice in it."""
    file = write_config(tmp_path, [at("Wheel", WHEEL)])
    for command in ("status", "reload"):
        assert run(command, file) == (69, "", "This user has no running server with %s.\n" % file)
        assert run(command, "/no/such.yaml") == (69, "", "There is no file /no/such.yaml.\n")


def test_server_that_does_not_answer(serve, config):
    """The error names the process."""
    server = serve([at("Wheel", WHEEL)])
    server.uri("Wheel")
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        for command in ("status", "reload"):
            code, out, err = run(command, config)
            assert (code, out) == (69, "") and "process %d does not answer" % server.process.pid in err
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


def test_names_of_processes(serve, config):
    """`ps` and `ss` show the program, and `ps` the definition."""
    server = serve([at("Wheel", WHEEL)])
    server.uri("Wheel")
    pid = workers(server, config)["Wheel"]
    with open("/proc/%d/comm" % pid) as comm, open("/proc/%d/cmdline" % pid) as words:
        assert comm.read() == "device-server\n" and words.read() == "device-server\0worker\0Wheel\0"


# MARK: reload


def test_reload_carries_out_the_differences_alone(serve, config, connect, tmp_path):
    """What is as it was goes on with its process, its clients and its images; the rest comes, goes or changes."""
    camera, wheel, laser = at("Camera", CAMERA), at("Wheel", WHEEL), at("Laser", LASER)
    server = serve([camera, wheel, laser])
    uris = {name: server.uri(name) for name in ("Camera", "Wheel", "Laser")}
    client = DataClient(uris["Camera"])
    client.enable()
    client.trigger_and_wait()
    before = workers(server, config)
    new = at("New", LASER)
    changed = {**wheel, "conf": {"positions": 4}}
    since = len(server.lines)
    write_config(tmp_path, [new, changed, camera])
    code, out, err = run("reload", config)
    assert code == 0, err
    assert dict(line.split(": ") for line in out.splitlines()) == {
        "new": "New", "changed": "Wheel", "gone": "Laser", "unchanged": "Camera"}
    assert connect(server.uri("New")).get_is_enabled() is False
    server.uri("Wheel", since=since)
    assert connect(uris["Wheel"]).get_num_positions() == 4
    now = workers(server, config)
    assert set(now) == {"New", "Wheel", "Camera"}
    assert now["Camera"] == before["Camera"] and now["Wheel"] != before["Wheel"]
    image, _ = client.trigger_and_wait()
    assert image.shape == (48, 64)
    client.set_client(None)
    with pytest.raises(Pyro4.errors.CommunicationError):
        connect(uris["Laser"]).get_is_on()
    os.kill(now["Camera"], signal.SIGKILL)
    server.wait_for("serving PYRO:Camera", since=len(server.lines) - 1)


def test_reload_with_errors_changes_nothing(serve, config, tmp_path, connect):
    """All errors are reported, to the caller and in the log."""
    wheel = at("Wheel", WHEEL)
    server = serve([wheel])
    server.uri("Wheel")
    before = workers(server, config)
    write_config(tmp_path, [{**wheel, "conf": {"positions": 0}}, at("Laser", {"driver": "lamp"})])
    code, _, err = run("reload", config)
    assert code == 1
    assert "positions must be a positive number" in err and "unknown driver 'lamp'" in err
    assert workers(server, config) == before
    server.wait_for("stays as it was")
    write_config(tmp_path, [wheel])
    code, out, _ = run("reload", config)
    assert code == 0 and out.strip() == "unchanged: Wheel"


def test_reload_reports_problems_on_this_computer(serve, config, tmp_path):
    """What `--check` finds beyond the text of the file is printed and logged; the changes are applied all the same."""
    wheel = at("Wheel", WHEEL)
    server = serve([wheel])
    server.uri("Wheel")
    master, slave = pty.openpty()
    link = tmp_path / "laser-port"
    link.symlink_to(os.ttyname(slave))
    write_config(tmp_path, [wheel] + [
        at(name, {"driver": "cobolt", "conf": {"port": str(port)}})
        for name, port in (("Red", os.ttyname(slave)), ("Blue", link))])
    code, out, err = run("reload", config)
    assert code == 0 and "new: Red, Blue" in out
    assert re.search(r"config.yaml:\d+:\d+: Blue and Red .*use one serial port", err), err
    server.wait_for("(WARNING|warning).*use one serial port")
    os.close(master)
    os.close(slave)


def test_sighup_reloads(serve, config, tmp_path):
    """As services are used to."""
    wheel = at("Wheel", WHEEL)
    server = serve([wheel])
    server.uri("Wheel")
    write_config(tmp_path, [wheel, at("Laser", LASER)])
    server.process.send_signal(signal.SIGHUP)
    server.uri("Laser")
    server.wait_for(r"reloaded \S+: new: Laser")


def test_closed_terminal_ends_the_server(config, tmp_path):
    """Closing the terminal must not leave light on; a server that ignores hang-ups keeps running."""
    # As nohup does it, which would also take the terminal away.
    ignoring = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"]
    for command, ends in (([], True), (ignoring, False)):
        file = write_config(tmp_path, [at("Laser", LASER)])
        master, terminal = pty.openpty()
        server = subprocess.Popen([*command, str(BIN / "device-server"), str(file)], stdin=terminal, stdout=terminal,
                                  stderr=terminal, start_new_session=True)
        os.close(terminal)
        try:
            shown = b""
            while b"serving PYRO:Laser" not in shown:
                assert select.select([master], [], [], PATIENCE)[0], shown
                shown += os.read(master, 4096)
            server.send_signal(signal.SIGHUP)
            if ends:
                assert server.wait(PATIENCE) == 0
            else:
                assert run("status", file)[0] == 0
                assert server.poll() is None
        finally:
            server.terminate()
            server.wait(PATIENCE)
            os.close(master)


def test_reload_finds_simulated_cameras(tmp_path, config):
    """With --simulated a camera that is new in the file is there, as those of the start are."""
    def andor(name, uid):
        return {"name": name, "driver": "andor-sdk3", "uid": uid, "port": 0}

    uids = ["VSC-%d%d" % (os.getpid(), number) for number in range(2)]
    server = DeviceServer(write_config(tmp_path, [andor("Red", uids[0])]), "--simulated")
    try:
        server.uri("Red")
        write_config(tmp_path, [andor("Red", uids[0]), andor("Blue", uids[1])])
        assert run("reload", config)[0] == 0
        server.uri("Blue")
    finally:
        server.kill()


def test_reload_finds_floating_devices(serve, config, tmp_path, connect):
    """A camera that is new in the file joins the search; two that change places each get the other's."""
    uids = ["RELOAD-%d-%d" % (os.getpid(), number) for number in range(3)]
    ports = [free_port(), free_port()]

    def floating(name, uid, port):
        return {"name": name, "driver": "simulated-floating-camera", "uid": uid, "port": port,
                "conf": {"attached": uids}}

    server = serve([floating("Red", uids[0], ports[0])])
    assert connect(server.uri("Red")).get_id() == uids[0]
    red = workers(server, config)["Red"]
    write_config(tmp_path, [floating("Red", uids[0], ports[0]), floating("Blue", uids[1], ports[1])])
    assert run("reload", config)[0] == 0
    assert connect(server.uri("Blue")).get_id() == uids[1]
    assert workers(server, config)["Red"] == red
    since = len(server.lines)
    write_config(tmp_path, [floating("Red", uids[1], ports[0]), floating("Blue", uids[0], ports[1])])
    assert run("reload", config)[0] == 0
    assert connect(server.uri("Red", since=since)).get_id() == uids[1]
    assert connect(server.uri("Blue", since=since)).get_id() == uids[0]
    write_config(tmp_path, [floating("Blue", uids[0], ports[1])])
    assert run("reload", config)[0] == 0
    assert set(status(config)) == {"Blue"}


def test_deleted_control_socket(serve, config):
    """It is made again within seconds, and removed at the end."""
    server = serve([at("Wheel", WHEEL)])
    server.uri("Wheel")
    path = control_socket(server)
    os.unlink(path)
    server.wait_for("made the control socket .* again")
    assert status(config)["Wheel"]["state"] == "serving"
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not os.path.exists(path)


def test_status_shows_a_call_that_waits(serve, config, connect):
    """A move that takes long is listed with the time at which it began, for people and for programs."""
    server = serve([at("Stage", {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 1000]}, "speed": 1}})])
    stage = connect(server.uri("Stage"))
    stage.enable()
    stage._pyroBind()
    stage._pyroOneway.add("move_to")
    stage.move_to({"x": 1000.0})
    device = eventually(lambda: (lambda d: d["waiting_call"] and d)(status(config)["Stage"]["devices"][0]), "it is listed")
    assert device["waiting_call"] == "Stage.move_to" and device["waiting_call_time"] < time.time() - 4
    _, table, _ = run("status", config)
    assert "Stage.move_to was called and waits for the end of what it began" in table, table
