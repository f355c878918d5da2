"""Certificates as a laboratory makes them."""
import subprocess

import microscope.clients
import Pyro4


class Authority:
    """Who gives out certificates, with its own at `file`."""

    def __init__(self, folder):
        folder.mkdir()
        self._folder = folder
        self.file = folder / "ca.pem"
        self._key = folder / "ca.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 3650,
                 "-subj", "/CN=Authority " + folder.name, "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                 "-keyout", self._key, "-out", self.file)

    def certify(self, name, hosts="DNS:localhost,IP:127.0.0.1", password=None, days=825):
        """A certificate for hosts: its file, and its key's."""
        file, key = self._folder / (name + ".pem"), self._folder / (name + ".key")
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", days,
                 *(["-passout", "pass:" + password] if password else ["-nodes"]),
                 "-CA", self.file, "-CAkey", self._key, "-subj", "/CN=" + name,
                 "-addext", "subjectAltName=" + hosts, "-addext", "basicConstraints=critical,CA:FALSE",
                 "-addext", "keyUsage=critical,digitalSignature", "-addext", "extendedKeyUsage=serverAuth,clientAuth",
                 "-keyout", key, "-out", file)
        return file, key


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def use_ssl(monkeypatch, authority, certificate=None, client=True):
    """Has Pyro4 in this process use SSL: trusting an authority, and with a certificate of its own for all it does."""
    file, key = map(str, certificate or ("", ""))
    for name, value in {
        "SSL": True, "SSL_CACERTS": str(authority.file), "SSL_SERVERCERT": file, "SSL_SERVERKEY": key,
        "SSL_CLIENTCERT": file if client else "", "SSL_CLIENTKEY": key if client else "",
    }.items():
        monkeypatch.setattr(Pyro4.config, name, value)
    # It keeps what it has read first.
    for context in ("__ssl_client_context", "__ssl_server_context"):
        monkeypatch.setattr(Pyro4.socketutil, context, None)
    # The daemons that all of microscope's clients share were made without SSL, or will be again.
    monkeypatch.setattr(microscope.clients, "LISTENERS", {})
