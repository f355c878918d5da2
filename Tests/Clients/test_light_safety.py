"""Light after faults: nothing that happens to processes may leave light on that nobody owns.

The laser is simulated by a process of its own, so it stays as it is when processes of the server end.
"""
import json
import os
import signal
import time

import Pyro4
import pytest

from processes import children, is_running
from servers import run, write_config
from test_control import WHEEL, at, config, control_socket, status
from test_supervision import answers, worker
from waiting import PATIENCE, eventually


@pytest.fixture
def tty(factory, tmp_path):
    """The path of a simulated laser's port."""
    path = str(tmp_path / "tty")
    factory.simulate("cobolt", path)
    yield path
    factory.remove_simulation(path)


def cobolt(tty, **more):
    """The definition of the laser at a free port."""
    return at("Laser", {"driver": "cobolt", "conf": {"port": tty}}, **more)


def switch_on(server, connect, factory, tty):
    """Switches the laser on; returns its URI and the process that has it."""
    uri = server.uri("Laser")
    connect(uri).enable()
    assert factory.is_switched_on(tty)
    return uri, worker(server, uri)


# MARK: The end of the server


@pytest.mark.parametrize("first, second", [
    (signal.SIGINT, signal.SIGTERM), (signal.SIGTERM, signal.SIGINT), (signal.SIGTERM, signal.SIGTERM)])
@pytest.mark.parametrize("pause", [0, 0.01])
def test_two_signals_switch_light_off(serve, connect, factory, tty, first, second, pause):
    """A second signal hurries the end and does not skip the lights."""
    server = serve([cobolt(tty), at("Wheel", WHEEL)])
    switch_on(server, connect, factory, tty)
    server.process.send_signal(first)
    time.sleep(pause)
    server.process.send_signal(second)
    assert server.wait() == 0
    assert not factory.is_switched_on(tty)
    server.wait_for("all devices are shut down")


@pytest.mark.parametrize("signals", [1, 2])
def test_end_while_the_process_of_a_laser_hangs(serve, connect, factory, tty, signals):
    """The process is killed, and another one switches the light off before the server ends."""
    server = serve([cobolt(tty)])
    _, pid = switch_on(server, connect, factory, tty)
    os.kill(pid, signal.SIGSTOP)
    for _ in range(signals):
        server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not factory.is_switched_on(tty)
    server.wait_for("Laser: its process did not confirm that its light is off")
    server.wait_for("Laser: light is off")


def test_light_that_cannot_be_switched_off_is_in_the_exit_status(serve, connect, factory, tty):
    """It is logged, too."""
    server = serve([cobolt(tty)])
    _, pid = switch_on(server, connect, factory, tty)
    os.kill(pid, signal.SIGSTOP)
    factory.unplug(tty)
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 1
    server.wait_for("CRITICAL .* Laser: whether light is on is UNKNOWN")
    server.wait_for("LIGHT MAY BE ON")


def test_light_of_a_removed_device(serve, connect, factory, tty, config, tmp_path):
    """A laser that a reload removes while its process hangs is switched off by another process."""
    wheel = at("Wheel", WHEEL)
    server = serve([cobolt(tty), wheel])
    _, pid = switch_on(server, connect, factory, tty)
    os.kill(pid, signal.SIGSTOP)
    write_config(tmp_path, [wheel])
    code, out, err = run("reload", config)
    assert (code, err) == (0, "") and "gone: Laser" in out
    assert not factory.is_switched_on(tty) and not is_running(pid)


def test_removed_light_that_cannot_be_switched_off(serve, connect, factory, tty, config, tmp_path):
    """The reload reports it."""
    wheel = at("Wheel", WHEEL)
    server = serve([cobolt(tty), wheel])
    _, pid = switch_on(server, connect, factory, tty)
    os.kill(pid, signal.SIGSTOP)
    factory.unplug(tty)
    write_config(tmp_path, [wheel])
    code, out, err = run("reload", config)
    assert code == 1 and "gone: Laser" in out and "Laser: whether light is on is UNKNOWN" in err


def test_restart_while_the_process_hangs(serve, connect, factory, tty, config):
    """The next process switches the light off and reads that back."""
    server = serve([cobolt(tty)])
    _, pid = switch_on(server, connect, factory, tty)
    os.kill(pid, signal.SIGSTOP)
    assert run("restart", config, "Laser") == (0, "Laser: served again\n", "")
    assert not factory.is_switched_on(tty) and not is_running(pid)
    server.wait_for("Laser: light is off")


# MARK: Processes that end or hang


def test_killed_process(serve, connect, factory, tty, config):
    """The replacement switches the light off within three seconds and reads that back."""
    server = serve([cobolt(tty)])
    _, pid = switch_on(server, connect, factory, tty)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not factory.is_switched_on(tty), "the light is off", within=3)
    server.wait_for("NOTICE .* Laser: light is off")
    assert "light" not in status(config)["Laser"]


def test_killed_process_of_a_laser_that_is_away(serve, connect, factory, tty, config):
    """Unknown is not off: status says so until somebody has switched the light off."""
    server = serve([cobolt(tty)])
    _, pid = switch_on(server, connect, factory, tty)
    factory.unplug(tty)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: "UNKNOWN" in status(config)["Laser"].get("light", ""), "status says so")
    assert "UNKNOWN" in run("status", config)[1]
    factory.plug_in(tty)
    eventually(lambda: "light" not in status(config)["Laser"], "the light is known again")
    assert not factory.is_switched_on(tty)


def test_stopped_process(serve, connect, factory, tty):
    """It is replaced within about five seconds, and the light is off."""
    server = serve([cobolt(tty)])
    uri, pid = switch_on(server, connect, factory, tty)
    begin = time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    server.wait_for("Laser: its process did not answer for 4.5 s and was killed", within=8)
    eventually(lambda: not factory.is_switched_on(tty), "the light is off", within=3)
    assert time.monotonic() - begin < 10
    eventually(lambda: answers(connect, uri), "the laser answers again")


def test_stopped_server(serve, connect, factory, tty):
    """Processes switch light off by themselves while the server hangs, also what is switched on meanwhile."""
    server = serve([cobolt(tty)])
    uri, pid = switch_on(server, connect, factory, tty)
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        eventually(lambda: not factory.is_switched_on(tty), "the light is off", within=15)
        server.wait_for("the server has not answered for 10 s; switching light off")
        connect(uri).enable()
        eventually(lambda: not factory.is_switched_on(tty), "the light is off again", within=15)
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    server.wait_for("the server answers again")
    assert worker(server, uri) == pid


def test_killed_server(serve, connect, factory, tty):
    """Its processes switch light off at once."""
    server = serve([cobolt(tty)])
    _, pid = switch_on(server, connect, factory, tty)
    os.kill(server.process.pid, signal.SIGKILL)
    eventually(lambda: not factory.is_switched_on(tty), "the light is off", within=3)
    eventually(lambda: not is_running(pid), "the process has ended")


# MARK: lights-off while a server runs


def test_lights_off_asks_the_running_server(serve, connect, factory, tty, config):
    """The devices stay with their processes."""
    server = serve([cobolt(tty), at("Wheel", WHEEL), at("Lamp", {"driver": "simulated-light-source"})])
    uri, pid = switch_on(server, connect, factory, tty)
    server.uri("Lamp")
    assert run("lights-off", config) == (0, "Lamp: light is off\nLaser: light is off\n", "")
    assert not factory.is_switched_on(tty) and worker(server, uri) == pid


def test_lights_off_by_pyro(serve, connect, factory, tty):
    """One call of the control object."""
    server = serve([cobolt(tty)])
    switch_on(server, connect, factory, tty)
    with Pyro4.Proxy("PYRO:device-server@./u:" + control_socket(server)) as control:
        assert control.lights_off() == [{"name": "Laser", "light": "off", "reason": None}]
    assert not factory.is_switched_on(tty)


def test_lights_off_while_a_process_hangs(serve, connect, factory, tty, config):
    """The process is replaced."""
    server = serve([cobolt(tty)])
    _, pid = switch_on(server, connect, factory, tty)
    os.kill(pid, signal.SIGSTOP)
    assert run("lights-off", config) == (0, "Laser: light is off\n", "")
    assert not factory.is_switched_on(tty) and not is_running(pid)


def test_lights_off_of_a_laser_that_is_away(serve, connect, factory, tty, config):
    """Unknown is not off."""
    server = serve([cobolt(tty)])
    switch_on(server, connect, factory, tty)
    factory.unplug(tty)
    code, out, _ = run("lights-off", config)
    assert code == 1 and "Laser: whether light is on is UNKNOWN" in out


def test_lights_off_while_the_server_hangs(serve, connect, factory, tty, config):
    """The command names the process, and ends it if it is allowed to."""
    server = serve([cobolt(tty)])
    switch_on(server, connect, factory, tty)
    os.kill(server.process.pid, signal.SIGSTOP)
    code, out, err = run("lights-off", config)
    assert (code, out) == (1, "") and "Process %d serves" % server.process.pid in err and "--force" in err
    code, out, err = run("lights-off", config, "--force")
    assert (code, out) == (0, "Laser: light is off\n") and "Process %d was killed" % server.process.pid in err
    assert not factory.is_switched_on(tty)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of other users")
def test_folders_of_other_users_are_not_trusted(serve, config, tmp_path):
    """A server in a folder that another user has made is not asked."""
    server = serve([at("Wheel", WHEEL)])
    server.uri("Wheel")
    folder = tmp_path / "run"
    (folder / "device-server").mkdir(parents=True)
    planted = folder / "device-server" / "1.sock"
    planted.symlink_to(control_socket(server))
    environment = {"XDG_RUNTIME_DIR": str(folder)}

    def count():
        """How often the server was found."""
        found = json.loads(run("status", "--json", **environment)[1])
        return [server["configuration"] for server in found].count(str(config))

    assert count() == 2
    os.chown(folder / "device-server", 65534, 65534)
    assert count() == 1


# MARK: The watchdog


def test_all_processes_killed_at_once(serve, connect, factory, tty):
    """The watchdog switches light off when nothing else is left, and ends."""
    server = serve([cobolt(tty), at("Wheel", WHEEL)])
    switch_on(server, connect, factory, tty)
    watchdog = server.watchdog
    for pid in [*server.workers, server.process.pid]:
        os.kill(pid, signal.SIGSTOP)
    for pid in [*server.workers, server.process.pid]:
        os.kill(pid, signal.SIGKILL)
    assert factory.is_switched_on(tty)
    eventually(lambda: not factory.is_switched_on(tty), "the light is off")
    server.wait_for(r"lights-watchdog\[%d\]: Laser: light is off" % watchdog)
    eventually(lambda: not is_running(watchdog), "the watchdog has ended")


def test_watchdog_ends_with_the_server(serve, connect, factory, tty):
    """A server that ends as it should takes the watchdog with it; one that is killed is replaced meanwhile."""
    server = serve([cobolt(tty)])
    server.uri("Laser")
    first = server.watchdog
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(first, number)
    assert is_running(first)
    os.kill(first, signal.SIGKILL)
    server.wait_for("lights watchdog: its process was killed")
    eventually(lambda: first not in children(server.process.pid) and len(children(server.process.pid)) == 2,
               "there is another one")
    second = server.watchdog
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not is_running(second) and not server.find("checking its light")


def test_no_light_no_watchdog(serve):
    """A server without light sources has no watchdog."""
    server = serve([at("Wheel", WHEEL)])
    server.uri("Wheel")
    assert children(server.process.pid) == server.workers
