"""SSL, with the real Pyro4 on the other end."""
import os
import re
import signal
import socket
import ssl
import subprocess
import types
import warnings

import Pyro4
import pytest

from certificates import Authority, use_ssl
from processes import is_running
from receivers import Listener
from servers import NameServer, run, write_config
from test_composites import STAGE, WHEEL, camera, images_follow
from test_devicectl import REFUSED, UNREACHED, USAGE, devicectl
from test_documentation import sections
from test_options import CAMERA
from waiting import PATIENCE, eventually

WHEEL = {**WHEEL, "name": "Wheel", "port": 0}
NAME_SERVER_KEYS = ("PYRO_SSL_SERVERCERT", "PYRO_SSL_SERVERKEY")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Who gives certificates to the servers and clients of these tests."""
    return Authority(tmp_path_factory.mktemp("certificates") / "lab")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """Another one, whom nobody here trusts."""
    return Authority(tmp_path_factory.mktemp("certificates") / "stranger")


@pytest.fixture(scope="module")
def ours(authority):
    """The certificate of this machine, and its key."""
    return authority.certify("scope-pc")


@pytest.fixture
def keys(authority, ours):
    """What a configuration says of SSL."""
    def with_others(certificate=ours, **others):
        file, key = map(str, certificate)
        return {"certificate": file, "key": key, "ca": str(authority.file), **others}
    return with_others


@pytest.fixture
def trusting(monkeypatch, authority, ours):
    """Has Pyro4 in this process use SSL, as a client and as a daemon."""
    use_ssl(monkeypatch, authority, ours)


def raises(match):
    return pytest.raises(Pyro4.errors.CommunicationError, match=match)


# MARK: Calls and frames


def test_calls_and_frames(serve, connect, keys, trusting):
    """All works as without: calls, and frames that are sent to a client's own daemon."""
    server = serve([WHEEL, {**CAMERA, "conf": {"sensor_shape": [1024, 512]}}], pyro={"ssl": keys()})
    wheel, red = connect(server.uri("Wheel")), connect(server.uri("Camera"))
    wheel.set_position(1)
    assert wheel.get_position() == wheel.position == 1
    assert isinstance(wheel._pyroConnection.sock, ssl.SSLSocket)
    with Listener() as listener:
        red.set_client(listener.uri)
        red.enable()
        for _ in range(20):
            red.trigger()
            assert listener.next()[0].shape == (512, 1024)


def test_with_signatures_and_compression(serve, connect, keys, trusting, monkeypatch):
    """The other options of messages go together with it."""
    monkeypatch.setattr(Pyro4.config, "COMPRESSION", True)
    server = serve([CAMERA], pyro={"ssl": keys(), "hmac_key": "s3cret", "compression": True})
    red = connect(server.uri("Camera"))
    red._pyroHmacKey = b"s3cret"
    with Listener() as listener:
        listener.daemon._pyroHmacKey = b"s3cret"
        red.set_client(listener.uri)
        red.enable()
        red.trigger()
        assert listener.next()[0].shape == (48, 64)


def test_restarted_device(serve, connect, keys, trusting):
    """A device that crashed is back with SSL, and so are its frames."""
    server = serve([CAMERA], pyro={"ssl": keys()})
    red = connect(server.uri("Camera"))
    with Listener() as listener:
        red.set_client(listener.uri)
        worker, = server.workers
        mark = len(server.lines)
        os.kill(worker, signal.SIGKILL)
        again = connect(server.uri("Camera", since=mark))
        again.enable()
        again.trigger()
        assert listener.next()[0].shape == (48, 64)
    assert not is_running(worker)


def test_parts(serve, connect, authority, keys, trusting):
    """Devices that work with each other know their server's certificate, though it is another host's."""
    elsewhere = authority.certify("elsewhere", "DNS:elsewhere,IP:127.0.0.1")
    server = serve([{"name": "Camera", "port": 0, **camera("Stage", "Wheel")}, {"name": "Stage", "port": 0, **STAGE}, WHEEL],
                   pyro={"ssl": keys(elsewhere)}, host="0.0.0.0")
    uris = {name: server.uri(name).replace("0.0.0.0", "127.0.0.1") for name in ("Camera", "Stage", "Wheel")}
    images_follow(uris, connect)


def test_one_device_without(serve, connect, keys):
    """A definition may do without what the file has for all."""
    server = serve([WHEEL, {**CAMERA, "pyro": {"ssl": False}}], pyro={"ssl": keys()})
    assert connect(server.uri("Camera")).get_is_enabled() is False
    with raises("this server requires SSL"):
        connect(server.uri("Wheel")).get_position()


def test_unix_socket(serve, connect, keys, tmp_path):
    """A Unix socket stays without: Pyro4's clients cannot use SSL there."""
    server = serve([{**{key: WHEEL[key] for key in WHEEL if key != "port"}, "socket": str(tmp_path / "wheel")}],
                   pyro={"ssl": keys()})
    assert connect(server.uri("Wheel")).get_position() == 0


@pytest.mark.parametrize("version, works", [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
def test_versions(serve, authority, keys, version, works):
    """TLS 1.2 and 1.3 are spoken, nothing older; and a client as strict as Python 3.13's is content."""
    uri = Pyro4.URI(serve([WHEEL], pyro={"ssl": keys()}).uri("Wheel"))
    context = ssl.create_default_context(cafile=authority.file)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what is not to work
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    if not works:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # this end would refuse by itself
    with socket.create_connection((uri.host, uri.port), timeout=PATIENCE) as plain:
        if works:
            with context.wrap_socket(plain, server_hostname=uri.host) as encrypted:
                assert encrypted.version().replace(".", "_") == version
        else:
            with pytest.raises(ssl.SSLError, match="protocol version|unsupported protocol"):
                context.wrap_socket(plain, server_hostname=uri.host)


# MARK: Who is let in


def test_server_of_another_name(serve, connect, authority, keys, trusting):
    """A client that reaches a server by a name that its certificate does not have goes no further."""
    server = serve([WHEEL], pyro={"ssl": keys(authority.certify("other", "DNS:elsewhere"))})
    with raises("certificate verify failed: IP address mismatch"):
        connect(server.uri("Wheel")).get_position()
    server.wait_for(r"INFO Wheel\[\d+\]: client 127.0.0.1:\d+ refused: SSL: .*alert")


def test_server_of_another_authority(serve, connect, stranger, keys, trusting):
    """Nor does one that does not trust the server's authority."""
    server = serve([WHEEL], pyro={"ssl": keys(stranger.certify("scope-pc"))})
    with raises("certificate verify failed"):
        connect(server.uri("Wheel")).get_position()
    server.wait_for(r"refused: SSL: tlsv1 alert unknown ca")


def test_client_certificates(serve, connect, monkeypatch, authority, stranger, keys, trusting):
    """Where clients have to show a certificate, those without one, or with a stranger's, get nowhere."""
    server = serve([WHEEL], pyro={"ssl": keys(require_client_certificate=True)})
    wheel = connect(server.uri("Wheel"))
    assert wheel.get_position() == 0
    use_ssl(monkeypatch, authority, authority.certify("client"))
    assert connect(wheel._pyroUri).get_position() == 0
    use_ssl(monkeypatch, authority)
    with raises("certificate required|connection lost|not enough data"):
        connect(wheel._pyroUri).get_position()
    server.wait_for("refused: SSL: peer did not return a certificate")
    use_ssl(monkeypatch, authority, stranger.certify("client"))
    with raises("unknown ca|connection lost|not enough data"):
        connect(wheel._pyroUri).get_position()
    server.wait_for("refused: SSL: certificate verify failed")
    assert wheel.get_position() == 0


def test_plain_client(serve, connect, keys, monkeypatch, authority, ours):
    """A client without SSL is told what is missing, and so is the log; nobody else notices."""
    server = serve([WHEEL], pyro={"ssl": keys()})
    uri = server.uri("Wheel")
    with raises("connection to .* rejected: this server requires SSL"):
        connect(uri).get_position()
    server.wait_for(r"INFO Wheel\[\d+\]: client 127.0.0.1:\d+ refused: this server requires SSL")
    use_ssl(monkeypatch, authority, ours)
    assert connect(uri).get_position() == 0


def test_plain_server(serve, connect, monkeypatch, authority):
    """A client with SSL at a server without is refused; the log says why, and nobody else notices."""
    server = serve([WHEEL])
    wheel = connect(server.uri("Wheel"))
    assert wheel.get_position() == 0
    with monkeypatch.context() as patch:
        use_ssl(patch, authority)
        with raises("cannot connect"):
            connect(wheel._pyroUri).get_position()
    server.wait_for(r"INFO Wheel\[\d+\]: client 127.0.0.1:\d+ refused: the other end uses SSL, but this one does not")
    assert wheel.get_position() == 0


@pytest.mark.parametrize("greeting", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "half a greeting"])
def test_handshake_limit(serve, keys, greeting):
    """Who does not come to an end with the handshake is shown the door."""
    uri = Pyro4.URI(serve([WHEEL], pyro={"ssl": keys(), "handshake_timeout": 0.2}).uri("Wheel"))
    with socket.create_connection((uri.host, uri.port), timeout=PATIENCE) as silent:
        silent.sendall(greeting)
        assert silent.recv(1) == b""


def test_receiver_that_is_not_trusted(serve, connect, monkeypatch, authority, stranger, keys, ours):
    """Frames are not sent to a daemon with a certificate of no trusted authority, or to one without SSL."""
    server = serve([CAMERA], pyro={"ssl": keys()})
    use_ssl(monkeypatch, authority, stranger.certify("listener"), client=False)
    red = connect(server.uri("Camera"))
    red.enable()
    with Listener() as listener:
        red.set_client(listener.uri)
        server.wait_for(r"WARNING Camera\[\d+\]: client %s cannot be reached.*certificate verify failed"
                        % re.escape(str(listener.uri)))
        red.trigger()
        server.wait_for(r"client %s is gone and gets no more data" % re.escape(str(listener.uri)))
        assert listener.arrived.empty()
    red._pyroBind()
    monkeypatch.setattr(Pyro4.config, "SSL", False)
    with Listener() as plain:
        red.set_client(plain.uri)
        server.wait_for(r"client %s cannot be reached.*does not use SSL" % re.escape(str(plain.uri)))


# MARK: Name servers


def test_name_server(serve, connect, monkeypatch, authority, ours, keys, trusting):
    """A name server with SSL is told of devices, and Pyro4's clients find them by name."""
    names = NameServer(PYRO_SSL="1", **dict(zip(NAME_SERVER_KEYS, map(str, ours))))
    try:
        server = serve([WHEEL], pyro={"ssl": keys(), "name_server": names.place})
        uri = server.uri("Wheel")
        eventually(lambda: names.all().get("Wheel") == uri, "it is registered")
        monkeypatch.setattr(Pyro4.config, "SERIALIZER", "serpent")  # as name servers want it
        assert connect("PYRONAME:Wheel@" + names.place).get_position() == 0
        assert devicectl("get", "PYRONAME:Wheel", "position", "--name-server", names.place, "--ca", authority.file) == "0\n"
        assert devicectl("list", "--names", "--name-server", names.place, "--ca", authority.file).split()[0] == "PYRONAME:Wheel"
    finally:
        names.kill()


# MARK: Configurations


@pytest.fixture
def check(tmp_path):
    """What --check says of a configuration with keys of SSL: the error, or nothing."""
    def one(keys):
        file = write_config(tmp_path, [WHEEL], pyro={"ssl": keys})
        status, output, errors = run("--check", file)
        assert (status == 0) == (errors == ""), errors
        return errors.replace(str(file), "config").rstrip("\n")
    return one


def test_key_with_password(serve, connect, authority, keys, check, tmp_path, trusting):
    """A key with a password is opened with that of a file, which other users must not be able to read."""
    locked = authority.certify("locked", password="open sesame")
    assert re.fullmatch(r"config:\d+:\d+: pyro.ssl.key: '.*/locked.key' is encrypted: give its password in key_password_file",
                        check(keys(locked)))
    password = tmp_path / "password"
    password.write_text("open sesame\n")
    password.chmod(0o644)
    given = keys(locked, key_password_file=str(password))
    assert "pyro.ssl.key_password_file: '%s' can be read by every user" % password in check(given)
    password.chmod(0o600)
    assert check(given) == ""
    assert connect(serve([WHEEL], pyro={"ssl": given}).uri("Wheel")).get_position() == 0
    password.write_text("guess\n")
    assert "locked.key' contains no PEM private key, or its password is wrong" in check(given)


def test_wrong_files(authority, ours, keys, check, tmp_path):
    """Files that cannot be used are errors at their place, like any other error."""
    text = tmp_path / "text"
    text.write_text("no certificate")
    text.chmod(0o600)
    for changes, words in [
        ({"certificate": "/nowhere.pem"}, "pyro.ssl.certificate: '/nowhere.pem' cannot be read: No such file"),
        ({"certificate": str(text)}, "pyro.ssl.certificate: '%s' contains no PEM certificate" % text),
        ({"key": str(text)}, "pyro.ssl.key: '%s' contains no PEM private key" % text),
        ({"key": str(authority.certify("another")[1])}, "another.key' is not the key of the certificate"),
        ({"key": str(tmp_path)}, "pyro.ssl.key: '%s' is not a file" % tmp_path),
        ({"ca": "/nowhere"}, "pyro.ssl.ca: '/nowhere' cannot be read"),
        ({"ca": str(text)}, "pyro.ssl.ca: '%s' contains no PEM certificate" % text),
        ({"certificate": None}, "pyro.ssl: missing key 'certificate'"),
        ({"certificate": ["a"]}, "pyro.ssl.certificate: expected a path, got a list"),
        ({"cert": "x"}, "pyro.ssl: unknown key 'cert'"),
        ({"ca": None, "require_client_certificate": True}, "pyro.ssl: require_client_certificate needs a 'ca', the authority of those certificates"),
    ]:
        changed = {key: value for key, value in {**keys(), **changes}.items() if value is not None}
        error = check(changed)
        assert re.match(r"config:\d+:\d+: ", error) and words in error and "\n" not in error
    assert check(keys()) == ""
    assert check({"certificate": str(ours[0]), "key": str(ours[1])}) == ""


def test_folder_of_authorities(serve, connect, authority, stranger, keys, trusting, tmp_path):
    """Several authorities may lie in a folder, as OpenSSL wants it."""
    for number, each in enumerate((authority, stranger)):
        (tmp_path / ("%d.pem" % number)).write_text(each.file.read_text())
    subprocess.run(["openssl", "rehash", tmp_path], check=True)
    server = serve([WHEEL], pyro={"ssl": keys(ca=str(tmp_path), require_client_certificate=True)})
    assert connect(server.uri("Wheel")).get_position() == 0


def test_key_that_others_can_read(authority, keys, check):
    """A key that is no secret is no key."""
    certificate = authority.certify("open")
    certificate[1].chmod(0o644)
    assert "can be read by every user of this machine: remove that permission with 'chmod o-rwx'" in check(keys(certificate))


def test_certificate_that_soon_expires(serve, authority, keys):
    """That clients will soon refuse the server, the log tells in time."""
    server = serve([WHEEL], pyro={"ssl": keys(authority.certify("old", days=3))})
    server.wait_for(r"WARNING Wheel\[\d+\]: the certificate '.*/old.pem' expires in [23] days")


def test_commands_of_the_documentation(serve, connect, monkeypatch, tmp_path):
    """What docs/configuration.md says to do makes certificates that all ends take."""
    commands = [text for text in re.findall(r"```sh\n(.*?)```", sections("configuration.md")["`ssl`"], re.S)
                if text.startswith("openssl")]
    assert len(commands) == 2
    for command in commands:
        subprocess.run(command, shell=True, cwd=tmp_path, check=True, capture_output=True)
    authority = types.SimpleNamespace(file=tmp_path / "ca.pem")
    own = tmp_path / "scope-pc.pem", tmp_path / "scope-pc.key"
    use_ssl(monkeypatch, authority, own)
    server = serve([CAMERA], pyro={"ssl": {
        "certificate": str(own[0]), "key": str(own[1]), "ca": str(authority.file), "require_client_certificate": True}})
    red = connect(server.uri("Camera"))
    red.enable()
    with Listener() as listener:
        red.set_client(listener.uri)
        red.trigger()
        assert listener.next()[0].shape == (48, 64)


# MARK: devicectl


def test_devicectl(serve, authority, ours, keys, tmp_path):
    """devicectl needs to know whom to trust, for images as well; a certificate of its own does no harm."""
    server = serve([WHEEL, CAMERA], pyro={"ssl": keys()})
    wheel, red = server.uri("Wheel"), server.uri("Camera")
    trust = ("--ca", authority.file)
    assert devicectl("set", wheel, "position", "1", *trust) == "1\n"
    assert devicectl("get", wheel, "position", PYRO_SSL="1", PYRO_SSL_CACERTS=str(authority.file)) == "1\n"
    assert "filter wheel" in devicectl("list", wheel.partition("@")[2], *trust)
    own = (*trust, "--certificate", ours[0], "--key", ours[1])
    assert devicectl("snap", red, tmp_path / "image.tiff", *own).endswith("64 x 48 pixels of uint16\n")
    assert devicectl("snap", red, tmp_path / "image.tiff", *trust).endswith("64 x 48 pixels of uint16\n")
    assert "this server requires SSL" in devicectl("get", wheel, "position", status=UNREACHED)
    assert "certificate verify failed" in devicectl("get", wheel, "position", "--ssl", status=UNREACHED)
    assert "cannot be read: No such file" in devicectl("get", wheel, "position", "--ca", "/nowhere", status=USAGE)
