"""Light without an owner: what becomes of it when clients leave, when its time is over, and who is told."""
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import Pyro4
import pytest
from microscope.clients import Client

from servers import run
from test_control import at, config, status
from test_light_safety import cobolt, tty
from waiting import eventually

LAMP = {"driver": "simulated-light-source"}
LINES = {"driver": "simulated-digital-io", "conf": {"numLines": 4, "toggle_period": 3600}}
# Longer than the graces of these tests, and than what a busy machine needs for a call.
GRACE = 3


def light(**more):
    """A light whose client may be away for three seconds."""
    return at("Laser", LAMP, **{"on_client_lost": "off after %s s" % GRACE, **more})


def fresh(uri):
    """A proxy of its own connection, which the test releases."""
    proxy = Pyro4.Proxy(uri)
    proxy._pyroSerializer = "pickle"
    return proxy


def light_state(proxy):
    """What a light says of its owners; the name of the method is not among those that clients receive."""
    assert "get_light_state" not in proxy._pyroMethods
    return proxy._pyroInvoke("get_light_state", (), {})


def state(config, name="Laser"):
    """The state of the light in the status."""
    return status(config)[name]["devices"][0]["light"]["outputs"][0]


CLIENT = """
import sys, time
import Pyro4
Pyro4.config.SERIALIZER = "pickle"
light = Pyro4.Proxy(sys.argv[1])
light.enable()
print("on", flush=True)
time.sleep(1000)
"""


def client(uri):
    """Another program, which has switched the light on."""
    process = subprocess.Popen([sys.executable, "-c", CLIENT, str(uri)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "on\n"
    return process


def end(process):
    """Kills a program."""
    process.kill()
    process.wait()
    process.stdout.close()


# MARK: Clients that leave


def test_killed_client_of_a_laser(serve, connect, factory, tty, config):
    """A laser goes off ten seconds after its client was killed, without any configuration."""
    server = serve([cobolt(tty)])
    uri = server.uri("Laser")
    process = client(uri)
    watcher = connect(uri)
    assert watcher.get_is_on()
    begin = time.monotonic()
    end(process)
    server.wait_for(r"client 127.0.0.1:\d+, which had switched light on, has gone: .*; it goes off in")
    # Another client that only looks does not keep it on.
    eventually(lambda: not watcher.get_is_on(), "the light is off")
    assert time.monotonic() - begin > 9
    assert not factory.is_switched_on(tty)
    server.wait_for("light switched off: its client 127.0.0.1:.* has gone")
    # The next caller is told: by the status for people, by a method of the server's, and by its status.
    assert any("switched off by the server: its client" in line for line in watcher.get_status())
    (output,) = light_state(watcher)["outputs"]
    assert not output["on"] and "has gone" in output["last_off_reason"]
    assert "Laser: light was switched off at" in run("status", config)[1]
    watcher.enable()
    assert factory.is_switched_on(tty)
    assert not any("switched off by the server" in line for line in watcher.get_status())


def test_released_proxy(serve, connect, config):
    """Counts as leaving."""
    server = serve([light(on_client_lost="off after 8 s")])
    uri = server.uri("Laser")
    with fresh(uri) as proxy:
        proxy.enable()
        assert state(config)["owners"][0].startswith("127.0.0.1:") and state(config)["off_time"] is None
    watcher = connect(uri)
    assert watcher.get_is_on()
    assert "has gone" in eventually(lambda: state(config)["off_reason"], "status says when it goes off")
    assert "goes off at" in run("status", config)[1]
    eventually(lambda: not watcher.get_is_on(), "the light is off")


def test_off_at_once(serve, connect):
    """A rule without a grace."""
    server = serve([light(on_client_lost="off")])
    uri = server.uri("Laser")
    with fresh(uri) as proxy:
        proxy.enable()
    watcher = connect(uri)
    eventually(lambda: not watcher.get_is_on(), "the light is off", within=GRACE)


def test_rule_of_the_file_and_of_a_device(serve, connect):
    """A device's own rule counts."""
    server = serve([at("Laser", LAMP), at("Lamp", LAMP, on_client_lost="keep")], on_client_lost="off after 1 s")
    for name in ("Laser", "Lamp"):
        with fresh(server.uri(name)) as proxy:
            proxy.enable()
    watcher = connect(server.uri("Laser"))
    eventually(lambda: not watcher.get_is_on(), "the light is off")
    assert connect(server.uri("Lamp")).get_is_on()


def test_proxy_that_connects_again(serve, connect):
    """A program that lost its connection keeps its light, whatever it calls next."""
    server = serve([light()])
    uri = server.uri("Laser")
    with fresh(uri) as proxy:
        proxy.enable()
        proxy._pyroRelease()
        server.wait_for("has gone.*it goes off in")
        assert proxy.get_is_on()
        time.sleep(2 * GRACE)
        assert proxy.get_is_on() and not server.find("switched off")
    watcher = connect(uri)
    eventually(lambda: not watcher.get_is_on(), "the light is off")


@pytest.mark.parametrize("command", ["enable", "power", "settings"])
def test_another_connection_of_the_same_computer(serve, connect, command):
    """A program with several connections keeps its light if another one commands it within the grace."""
    server = serve([light()])
    uri = server.uri("Laser")
    other = connect(uri)
    with fresh(uri) as proxy:
        proxy.enable()
    server.wait_for("has gone.*it goes off in")
    if command == "enable":
        other.enable()
    elif command == "power":
        other.power = 0.5
    else:
        other.update_settings({})
    time.sleep(2 * GRACE)
    assert other.get_is_on() and not server.find("switched off")


def test_threads_of_a_client(serve, connect):
    """Of several connections that command a light, the last one that leaves counts."""
    server = serve([light()])
    uri = server.uri("Laser")
    stays = threading.Event()

    def command():
        with fresh(uri) as proxy:
            proxy.power = 0.3
            stays.wait()

    with fresh(uri) as proxy:
        proxy.enable()
        threads = [threading.Thread(target=command) for _ in range(3)]
        for thread in threads:
            thread.start()
        eventually(lambda: len(light_state(proxy)["outputs"][0]["owners"]) == 4, "all of them own it")
    server.wait_for("has gone: .*; it stays on")
    time.sleep(2 * GRACE)
    watcher = connect(uri)
    assert watcher.get_is_on()
    stays.set()
    for thread in threads:
        thread.join()
    eventually(lambda: not watcher.get_is_on(), "the light is off")


def test_dropped_connection(serve, connect):
    """A connection that is reset counts as leaving."""
    server = serve([light()])
    uri = server.uri("Laser")
    proxy = fresh(uri)
    proxy.enable()
    connection = proxy._pyroConnection.sock
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
    watcher = connect(uri)
    eventually(lambda: not watcher.get_is_on(), "the light is off")


def test_light_that_a_client_switches_off(serve, connect, config):
    """Nothing is left to be done, and nothing to be said."""
    server = serve([light()])
    uri = server.uri("Laser")
    with fresh(uri) as proxy:
        proxy.enable()
        proxy.disable()
    time.sleep(1.5 * GRACE)
    assert not server.find("switched off") and light_state(connect(uri))["outputs"] == []


def test_switched_on_again_by_another_client(serve, connect):
    """A light that somebody else has switched on is not the light of the one that left."""
    server = serve([light()])
    uri = server.uri("Laser")
    process = client(uri)
    owner = connect(uri)
    owner.disable()
    owner.enable()
    end(process)
    time.sleep(1.5 * GRACE)
    assert owner.get_is_on()


def test_lines_of_a_client(serve, connect):
    """Digital lines take part if their definition says so: those that the client has raised go low."""
    server = serve([at("Lines", LINES, on_client_lost="off after 1 s"), at("Plain", {**LINES})])
    uri = server.uri("Lines")
    stays = connect(uri)
    stays.write_line(1, True)
    plain = connect(server.uri("Plain"))
    assert "keep_on" not in plain._pyroMethods and "keep_on" in stays._pyroMethods
    with fresh(uri) as proxy:
        proxy.write_line(0, True)
        proxy.write_line(2, True)
        proxy.write_line(2, False)
    with fresh(server.uri("Plain")) as proxy:
        proxy.write_line(0, True)
    eventually(lambda: stays.read_all_lines() == [False, True, False, False], "the line of the other one is low")
    server.wait_for("line 0 switched off: its client")
    assert plain.read_line(0)


def test_lamp_of_a_controller(serve, connect, config):
    """A part of a device has an owner as well."""
    stand = {"driver": "simulated-controller", "conf": {"devices": {"lamp": LAMP}}, "on_client_lost": "off after 1 s"}
    server = serve([at("Stand", stand)])
    lamp = connect(server.uri("Stand")).devices["lamp"]._pyroUri
    with fresh(lamp) as proxy:
        proxy.enable()
    watcher = connect(lamp)
    eventually(lambda: not watcher.get_is_on(), "the lamp is off")
    assert "Stand.devices.lamp: light was switched off at" in run("status", config)[1]


def test_killed_process_of_an_owned_light(serve, connect):
    """The light stays off in the replacement, and has no owner there."""
    server = serve([light()])
    uri = server.uri("Laser")
    proxy = connect(uri)
    proxy.enable()
    (pid,) = server.workers
    os.kill(pid, signal.SIGKILL)
    watcher = eventually(lambda: answering(connect, uri), "the laser answers again")
    assert not watcher.get_is_on() and light_state(watcher)["outputs"] == []


def answering(connect, uri):
    """A proxy, if the device answers."""
    try:
        proxy = connect(uri)
        proxy.get_is_on()
        return proxy
    except Pyro4.errors.CommunicationError:
        return None


# MARK: Light that is kept on


def test_keep_on(serve, connect, config):
    """The light stays on without its client, for the time that was asked for."""
    server = serve([light(on_client_lost="off")])
    uri = server.uri("Laser")
    with fresh(uri) as proxy:
        with pytest.raises(Exception, match="is not on"):
            proxy.keep_on(5)
        proxy.enable()
        for wrong in (0, -1, float("nan"), float("inf"), 1e9):
            with pytest.raises(ValueError):
                proxy.keep_on(wrong)
        proxy.keep_on(4)
    watcher = connect(uri)
    server.wait_for("light is kept on for 4 s by client 127.0.0.1")
    assert watcher.get_is_on() and state(config)["kept_until"] > time.time()
    assert "kept on until" in run("status", config)[1]
    eventually(lambda: not watcher.get_is_on(), "the light is off")
    server.wait_for("light switched off")


def test_keep_on_of_a_lamp(serve, connect):
    """The time ends even where light is kept otherwise."""
    server = serve([light(on_client_lost="keep")])
    uri = server.uri("Laser")
    with fresh(uri) as proxy:
        proxy.enable()
        proxy.keep_on(1)
    watcher = connect(uri)
    eventually(lambda: not watcher.get_is_on(), "the light is off")
    server.wait_for("light switched off: the time for which it was kept on is over")


def test_devicectl(serve, connect):
    """devicectl says when the light goes off, or keeps it on."""
    server = serve([light(on_client_lost="off after 1 s")])
    uri = server.uri("Laser")
    watcher = connect(uri)
    code, out, err = run("call", uri, "enable", program="devicectl")
    assert (code, out, err) == (0, "", "devicectl: the light goes off after 1 s without a client; --keep keeps it on\n")
    eventually(lambda: not watcher.get_is_on(), "the light is off")
    code, out, err = run("call", uri, "enable", "--keep", "--seconds", "60", program="devicectl")
    assert (code, out) == (0, "") and "stays on for 60 s" in err
    time.sleep(3)
    assert watcher.get_is_on() and light_state(watcher)["outputs"][0]["kept_until"] > time.time() + 30


# MARK: The limit


def test_light_limit(serve, connect):
    """The light goes off by itself, after a warning; a new command begins its time again."""
    server = serve([light(on_client_lost="keep", light_limit="4 s")])
    proxy = connect(server.uri("Laser"))
    proxy.enable()
    begin = time.monotonic()
    server.wait_for(r"WARNING .*light goes off in 0.8 s without a new command \(light_limit\)")
    proxy.power = 0.5
    last = time.monotonic()
    eventually(lambda: not proxy.get_is_on(), "the light is off")
    assert time.monotonic() - begin > 6 and time.monotonic() - last > 3.5
    server.wait_for(r"light switched off: it was on for 4 s without a new command \(light_limit\)")
    proxy.enable()
    assert proxy.get_is_on()


def test_light_limit_of_light_that_the_configuration_switches_on(serve, connect):
    """Nobody owns it, and its time ends."""
    server = serve([light(enable=True, light_limit="2 s")])
    proxy = connect(server.uri("Laser"))
    eventually(lambda: not proxy.get_is_on(), "the light is off")


# MARK: Habits of programs


def test_client_of_microscope(serve, connect):
    """microscope.clients.Client, which makes a proxy of its own; another client of the program stays."""
    server = serve([light()])
    uri = str(server.uri("Laser"))
    first, second = Client(uri), Client(uri)
    first.enable()
    second.enable()
    first._proxy._pyroRelease()
    server.wait_for("has gone: .*; it stays on")
    time.sleep(2 * GRACE)
    assert second.get_is_on()
    second._proxy._pyroRelease()
    watcher = connect(uri)
    eventually(lambda: not watcher.get_is_on(), "the light is off")


def test_threads_that_share_a_proxy_and_time_out(serve, connect):
    """As in Cockpit: calls that time out drop the connection, and the next call makes another one."""
    server = serve([light()])
    with fresh(server.uri("Laser")) as proxy:
        proxy.enable()
        over = time.monotonic() + 3 * GRACE
        lock = threading.Lock()

        def poll():
            while time.monotonic() < over:
                with lock:
                    assert proxy.get_is_on() and proxy.power >= 0
                    # What Pyro does after a time-out.
                    proxy._pyroRelease()
                time.sleep(0.5)

        failures = []

        def run_poll():
            try:
                poll()
            except BaseException as error:  # reported by the test's own thread
                failures.append(error)

        threads = [threading.Thread(target=run_poll) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures and proxy.get_is_on() and not server.find("switched off")


# MARK: Boards, and devices that do not answer


def test_board_that_gates_light(serve, connect):
    """The lines of a trigger board go low when their client has gone, without any configuration."""
    server = serve([at("Board", {"driver": "arduino-trigger", "conf": {"port": "usb:NONE"}}, simulated=True)])
    uri = server.uri("Board")
    watcher = connect(uri)
    with fresh(uri) as proxy:
        proxy.write_line(1, True)
    assert watcher.read_line(1)
    eventually(lambda: not watcher.read_line(1), "the line is low")
    server.wait_for("line 1 switched off: its client")


def test_laser_that_cannot_be_switched_off(serve, connect, factory, tty, config):
    """It is reported, and tried again until it succeeds."""
    server = serve([cobolt(tty, on_client_lost="off after 1 s")])
    with fresh(server.uri("Laser")) as proxy:
        proxy.enable()
        factory.unplug(tty)
    server.wait_for("CRITICAL .*light could not be switched off .*whether light is on is UNKNOWN")
    assert "UNKNOWN" in run("status", config)[1] and "UNKNOWN" in state(config)["failure"]
    factory.plug_in(tty)
    server.wait_for("light switched off: its client")
    assert not factory.is_switched_on(tty) and state(config)["failure"] is None
