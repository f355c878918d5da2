"""Pyro4's protocol, as far as a client needs it: connecting, calls, signatures, TLS."""

from __future__ import annotations

import ast
import hashlib
import hmac
import os
import re
import socket
import ssl
import struct
import sys
import time
import zlib
from typing import Any, NamedTuple, Optional

from . import errors, pickles

_HEADER = struct.Struct("!4sHHHHiHHHH")
_VERSION = 48
_CONNECT, _CONNECTOK, _CONNECTFAIL, _INVOKE, _RESULT = 1, 2, 3, 4, 5
_EXCEPTION, _COMPRESSED, _META, _STREAM = 1, 2, 16, 32
_SERPENT, _MARSHAL, _PICKLE = 1, 3, 4
_LONGEST = 1 << 31


class Address(NamedTuple):
    """Where an object is."""

    object: str
    host: str
    port: int
    path: Optional[str] = None

    @property
    def place(self) -> str:
        return "./u:" + self.path if self.path else "%s:%d" % (self.host, self.port)

    @classmethod
    def parse(cls, uri: str) -> "Address":
        """The address in a URI such as `PYRO:Camera@scope-pc:8001`."""
        found = re.match(
            r"(?i:PYRO):([^\s@]+)@(?:\./u:(.+)|\[([0-9a-fA-F:.%]+)\]:(\d+)|([^:\s\[\]]+):(\d+))$", uri.strip()
        )
        if not found:
            raise errors.FrameError(
                "%r is not the URI of a device; it looks like PYRO:Camera@scope-pc:8001, as the server logs it, "
                "or PYRONAME:Camera for a name server" % uri
            )
        name, path, address, port, host, other = found.groups()
        number = int(port or other or 0)
        if number > 65535:
            raise errors.FrameError("%r: there is no port %d" % (uri, number))
        return cls(name, address or host or "", number, path)


class Security(NamedTuple):
    """The key that signs messages, and how connections are encrypted; None for neither."""

    key: Optional[bytes] = None
    context: Optional[ssl.SSLContext] = None

    @classmethod
    def chosen(cls, key: "bytes | str | None", context: Optional[ssl.SSLContext]) -> "Security":
        """What a program wants; what it leaves open is taken from Pyro4's variables, as other clients do."""
        key = key if key is not None else os.environ.get("PYRO_HMAC_KEY") or None
        return cls(key.encode() if isinstance(key, str) else key, context or _usual_context())


def _usual_context() -> Optional[ssl.SSLContext]:
    # A program that has set Pyro4 up for TLS means all of its connections.
    config = getattr(sys.modules.get("Pyro4"), "config", None)

    def option(name: str) -> Any:
        return getattr(config, name, "") or os.environ.get("PYRO_" + name, "")

    if str(option("SSL")).lower() not in ("1", "on", "true", "yes"):
        return None
    context = ssl.create_default_context(cafile=option("SSL_CACERTS") or None)
    if option("SSL_CLIENTCERT"):
        context.load_cert_chain(option("SSL_CLIENTCERT"), option("SSL_CLIENTKEY") or None)
    return context


class Connection:
    """A connection to an object, after Pyro's handshake; used by one thread at a time."""

    def __init__(self, address: Address, security: Security, limit: float, serializer: int = _PICKLE):
        self.address, self.security, self._serializer, self._sequence = address, security, serializer, 0
        self.socket = _connected(address, security, limit)
        try:
            self._greet()
        except BaseException as error:
            self.close()
            if isinstance(error, (OSError, errors.Unreachable)) and not isinstance(error, errors.FrameError):
                raise errors.Unreachable("%s: %s" % (address.place, _reason(error))) from error
            raise

    @classmethod
    def open(cls, address: Address, security: Security, limit: float) -> "Connection":
        """Connects, with the serializer that the server accepts."""
        try:
            return cls(address, security, limit)
        except errors.Refused as error:
            if "serializer" not in str(error):
                raise
            return cls(address, security, limit, _SERPENT)

    def close(self) -> None:
        self.socket.close()

    def call(
        self,
        method: str,
        args: tuple,
        keywords: Optional[dict],
        limit: Optional[float] = None,
        target: Optional[str] = None,
    ) -> Any:
        """Calls a method of the object, and waits for its result."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        call = (target or self.address.object, method, args, keywords)
        self.socket.settimeout(limit)
        try:
            self._send(_INVOKE, 0, self._sequence, call)
            kind, flags, sequence, serializer, payload = self._receive()
        except socket.timeout as error:
            raise errors.Timeout("%s did not answer %s() within %s s" % (self.address.object, method, limit)) from error
        except OSError as error:
            raise errors.Unreachable("the connection to %s ended: %s" % (self.address.place, _reason(error))) from error
        if kind != _RESULT or sequence != self._sequence:
            raise errors.ProtocolError("the answer of %s does not belong to the call" % self.address.place)
        if flags & _STREAM:
            raise errors.NotSupported("%s() returns an iterator" % method)
        value = _loads(payload, serializer)
        if flags & _EXCEPTION:
            raise value if isinstance(value, Exception) else errors.ProtocolError("the server raised %r" % (value,))
        return value

    def _greet(self) -> None:
        self._send(_CONNECT, _META, 0, {"handshake": "hello", "object": self.address.object})
        kind, _, _, serializer, payload = self._receive()
        answer = _loads(payload, serializer)
        if kind == _CONNECTFAIL:
            text = str(answer)
            if "unknown object" in text:
                raise errors.NoSuchDevice(
                    "the server at %s has no device %r" % (self.address.place, self.address.object)
                )
            if "hmac" in text:
                text += "; the key of the server is given as hmac_key=…, or in the variable PYRO_HMAC_KEY"
            if "requires SSL" in text:
                text += "; give ssl=…, a context that trusts its certificate, or set PYRO_SSL and PYRO_SSL_CACERTS"
            raise errors.Refused("%s refuses the connection: %s" % (self.address.place, text))
        if kind != _CONNECTOK:
            raise errors.ProtocolError("%s is not a Pyro server" % self.address.place)
        meta = answer.get("meta", {}) if isinstance(answer, dict) else {}
        self.methods, self.attributes = frozenset(meta.get("methods", ())), frozenset(meta.get("attrs", ()))

    def _send(self, kind: int, flags: int, sequence: int, value: Any) -> None:
        payload = pickles.dumps(value) if self._serializer == _PICKLE else _serpent(value)
        annotations = b""
        if self.security.key is not None:
            annotations = b"HMAC\0\x14" + hmac.new(self.security.key, payload, hashlib.sha1).digest()
        sum_ = kind + _VERSION + len(payload) + len(annotations) + self._serializer + flags + sequence + 0x34E9
        self.socket.sendall(
            _HEADER.pack(
                b"PYRO",
                _VERSION,
                kind,
                flags,
                sequence,
                len(payload),
                self._serializer,
                len(annotations),
                0,
                sum_ & 0xFFFF,
            )
            + annotations
            + payload
        )

    def _receive(self) -> "tuple[int, int, int, int, bytes]":
        magic, version, kind, flags, sequence, length, serializer, extra, _, _ = _HEADER.unpack(self._take(24))
        if magic != b"PYRO" or version != _VERSION or not 0 <= length < _LONGEST:
            raise errors.ProtocolError("%s is not a server of Pyro4's protocol" % self.address.place)
        annotations, payload = self._take(extra), self._take(length)
        self._check(annotations, payload)
        return kind, flags, sequence, serializer, zlib.decompress(payload) if flags & _COMPRESSED else payload

    def _check(self, annotations: bytes, payload: bytes) -> None:
        if self.security.key is None:
            return
        found, position = {}, 0
        while position + 6 <= len(annotations):
            length = int.from_bytes(annotations[position + 4 : position + 6], "big")
            found[annotations[position : position + 4]] = annotations[position + 6 : position + 6 + length]
            position += 6 + length
        signed = hmac.new(self.security.key, payload, hashlib.sha1)
        for name in sorted(found):
            if name != b"HMAC":
                signed.update(found[name])
        if not hmac.compare_digest(signed.digest(), found.get(b"HMAC", b"")):
            raise errors.Refused("%s does not sign its messages with our HMAC key" % self.address.place)

    def _take(self, count: int) -> bytes:
        data = bytearray(count)
        view, have = memoryview(data), 0
        while have < count:
            got = self.socket.recv_into(view[have:], min(count - have, 1 << 20))
            if not got:
                raise ConnectionError("the server closed it")
            have += got
        return bytes(data)


def _connected(address: Address, security: Security, limit: float) -> socket.socket:
    try:
        if address.path:
            plain = socket.socket(socket.AF_UNIX)
            plain.settimeout(limit)
            plain.connect(address.path)
            return plain
        plain = socket.create_connection((address.host, address.port), limit)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A computer that lost its power says nothing: after these seconds it is known to be gone.
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 3), ("TCP_KEEPCNT", 4)):
            plain.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        if security.context is None:
            return plain
        try:
            return security.context.wrap_socket(plain, server_hostname=address.host)
        except BaseException:
            plain.close()
            raise
    except ssl.SSLError as error:
        raise errors.Refused("TLS with %s failed: %s" % (address.place, error)) from error
    except OSError as error:
        raise errors.Unreachable("cannot connect to %s: %s" % (address.place, _reason(error))) from error


def _reason(error: BaseException) -> str:
    if isinstance(error, socket.timeout):
        return "no answer within the time limit"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there (has the server ended, or is the port wrong?)"
    if isinstance(error, ConnectionResetError):
        return "it was closed by the other end (does only one of the two ends use TLS?)"
    return getattr(error, "strerror", None) or str(error)


def _loads(payload: bytes, serializer: int) -> Any:
    if serializer == _PICKLE:
        return pickles.loads(payload)
    if serializer == _SERPENT:
        return _from_serpent(ast.literal_eval(payload.decode()))
    if serializer == _MARSHAL and payload[:1] in b"uZz\xf5\xfa\xda":
        # The text of a refusal; Python's own marshal is not made for foreign bytes.
        return payload[2 if payload[:1] in b"z\xfaZ\xda" else 5 :].decode(errors="replace")
    raise errors.ProtocolError("the server answered with serializer %d" % serializer)


def _serpent(value: Any) -> bytes:
    return b"# serpent utf-8 python3.2\n" + repr(value).encode()


def _from_serpent(value: Any) -> Any:
    """The objects that dicts of Pyro's stand for."""
    if isinstance(value, dict):
        name = value.get("__class__")
        if value.get("__exception__") and isinstance(name, str):
            return pickles.known_class(name)(*value.get("args", ()))
        if name in ("Pyro4.core.URI", "Pyro4.core.Proxy"):
            made = pickles.URI() if name.endswith("URI") else pickles.Proxy()
            made.__setstate__(tuple(value["state"]))
            return made
        return {key: _from_serpent(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_from_serpent, value))
    return value


def resolve(uri: str, security: Security, limit: float) -> Address:
    """The address of a device, which may be given by its name at a name server."""
    found = re.match(r"(?i:PYRONAME):([^@\s]+)(?:@(.+))?$", uri.strip())
    if uri.strip().upper().startswith("MDNS:"):
        raise errors.NotSupported("MDNS: names are for devicectl; `devicectl list --mdns` shows the address")
    if not found:
        return Address.parse(uri)
    place = found[2] or "%s:%s" % (os.environ.get("PYRO_NS_HOST", "localhost"), os.environ.get("PYRO_NS_PORT", "9090"))
    server = Address.parse("PYRO:Pyro.NameServer@" + (place if ":" in place else place + ":9090"))
    connection = Connection(server, security, limit, _SERPENT)
    try:
        return Address.parse(str(connection.call("lookup", (found[1],), {}, limit)))
    except errors.RemoteError as error:
        raise errors.NoSuchDevice("the name server at %s does not know %r" % (server.place, found[1])) from error
    finally:
        connection.close()


def until(deadline: Optional[float]) -> Optional[float]:
    """The seconds until a time of time.monotonic(), None for ever."""
    return None if deadline is None else max(0.0, deadline - time.monotonic())
