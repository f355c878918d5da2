"""Writes protocol-0-1.json: values pickled with protocols 0 and 1, in the format of ../Vectors/index.json.

Needs numpy, Pyro4 and microscope. The descriptions are copied from index.json, under whose names the values stand, so
that only the pickles are new; values which index.json does not have are described here.
"""

import base64
import collections
import datetime
import decimal
import json
import pathlib
import pickle
import uuid

import microscope
import numpy
import Pyro4
import Pyro4.futures

HERE = pathlib.Path(__file__).parent


def tuple_(*items):
    return {"$": "tuple", "items": list(items)}


def described():
    """Values which index.json does not describe, with their descriptions."""
    yield "nested tuples", (1, (2, (3, ()))), tuple_(1, tuple_(2, tuple_(3, tuple_())))
    yield "int -2147483648 in a list", [-(2**31), 2**31 - 1], [-(2**31), 2**31 - 1]
    yield "int 300", 300, 300
    yield "int -300", -300, -300
    yield "str of all Latin-1", "".join(map(chr, range(256))), "".join(map(chr, range(256)))
    yield "str of escapes", "\\u0041\\\r\n\x1a\0", "\\u0041\\\r\n\x1a\0"
    yield "str 300", "\u20ac" * 300, "\u20ac" * 300
    yield "bytes 300", bytes(300), {"$": "bytes", "b64": base64.b64encode(bytes(300)).decode()}
    yield "list of 1001", list(range(1001)), list(range(1001))
    yield "dict of 1001", {str(i): i for i in range(1001)}, {
        "$": "dict",
        "items": [[str(i), i] for i in range(1001)],
    }
    yield "shared str", ["text"] * 3, ["text"] * 3
    yield "301 things set aside", [[str(i)] for i in range(301)], [[str(i)] for i in range(301)]
    yield "URI of a socket", Pyro4.URI("PYRO:x@./u:/run/red camera"), {
        "$": "uri",
        "uri": "PYRO:x@./u:/run/red camera",
    }
    wrapper = Pyro4.futures._ExceptionWrapper(ValueError("boom"))
    exception = {"$": "exception", "class": "builtins.ValueError", "args": ["boom"], "attrs": {}}
    yield "exception wrapper", wrapper, {"$": "exceptionwrapper", "exception": exception}
    zone = datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))
    yield "datetime west", datetime.datetime(2024, 2, 29, 1, 2, 3, tzinfo=zone), {
        "$": "datetime",
        "iso": "2024-02-29T01:02:03-03:30",
    }


def known():
    """Values by the names that index.json has for them."""
    a = numpy.arange(12).reshape(3, 4)
    for text in "? i1 u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16 >u2 >f8".split():
        values = [0, 1] * 6 if text == "?" else range(12)
        yield f"ndarray {text} 3x4", numpy.array(values).reshape(3, 4).astype(text)
    u2 = a.astype("<u2")
    yield "ndarray fortran order", numpy.asfortranarray(u2)
    yield "ndarray transposed", u2.T
    yield "ndarray strided", u2[:, ::2]
    yield "ndarray reversed", u2[::-1]
    yield "ndarray rot90", numpy.rot90(u2)
    yield "ndarray 0-d", numpy.array(1.5)
    yield "ndarray empty 0x3", numpy.zeros((0, 3), "<f4")
    yield "ndarray 1-d", numpy.arange(5.0)
    yield "ndarray 3-d", numpy.arange(24, dtype="u1").reshape(2, 3, 4)
    for name in "float64 float32".split():
        yield f"numpy scalar {name}", getattr(numpy, name)(1.5)
    yield "numpy scalar int64", numpy.int64(-5)
    yield "numpy scalar uint8", numpy.uint8(200)
    yield "numpy scalar bool", numpy.bool_(True)
    yield "numpy scalar complex128", numpy.complex128(1 + 2j)
    yield "numpy dtype", numpy.dtype("<u2")
    yield "call receiveData uint16", ("obj_0123456789abcdef0123456789abcdef", "receiveData", (u2, 1795427344.938143), {})

    yield "none", None
    yield "true", True
    yield "false", False
    integers = [0, 1, 255, 256, 65535, 65536, -1, -128, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**53]
    for i in integers + [2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64]:
        yield f"int {i}", i
    yield "int 2048 bits", 2**2047
    yield "int 2049 bits negative", -(2**2048)
    for x in 0.0, -0.0, 1.5, -1e-300, 1e308, float("inf"), -float("inf"), float("nan"):
        yield f"float {x}", x
    yield "str empty", ""
    yield "str ascii", "hello"
    yield "str unicode", "é€😀\0\n"
    yield "bytes empty", b""
    yield "bytes all", bytes(range(256))
    yield "bytearray empty", bytearray()
    yield "bytearray", bytearray(b"ab\xff")
    for n in range(5):
        yield f"tuple {n}", tuple(range(n))
    yield "list empty", []
    yield "list 1", [1]
    yield "list mixed", [1, "a", None, [2, [3, []]]]
    yield "dict empty", {}
    yield "dict 1", {"a": 1}
    yield "dict mixed keys", {"a": 1, 2: "b", (3, 4): None, None: True, 1.5: b"x"}
    yield "set empty", set()
    yield "set", {1, 2, 3}
    yield "frozenset empty", frozenset()
    yield "frozenset", frozenset(["a"])
    yield "complex", 1.5 - 2j
    yield "range", range(1, 10, 2)
    pair, key, inner = (480, 640), "key", ["inner"]
    yield "shared tuple and str (memo GET)", [pair, pair, {key: 1}, {key: 2}]
    yield "shared list", [inner, inner]
    yield "NotImplemented", {"x": NotImplemented}
    yield "ordereddict", collections.OrderedDict(a=1, b=2)
    yield "datetime", datetime.datetime(2020, 1, 2, 3, 4, 5, 678901)
    yield "datetime utc", datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    yield "date", datetime.date(2020, 2, 29)
    yield "time", datetime.time(23, 59, 58, 7)
    yield "timedelta", datetime.timedelta(-1, 2, 3)
    yield "decimal", decimal.Decimal("1.50")
    yield "uuid", uuid.UUID("12345678-90ab-cdef-1234-567890abcdef")
    yield "exception KeyError", KeyError("k")
    yield "exception two args", RuntimeError("a", 2)
    yield "exception no args", StopIteration()
    yield "exception OSError", OSError("nope")

    for enumeration in microscope.TriggerType, microscope.TriggerMode:
        for member in enumeration:
            yield f"enum {enumeration.__name__}.{member.name}", member
    yield "ROI", microscope.ROI(1, 2, 640, 480)
    yield "Binning", microscope.Binning(2, 4)
    yield "AxisLimits", microscope.AxisLimits(-5000, 100.5)
    for name in "PyroError DaemonError CommunicationError SerializeError SecurityError NamingError".split():
        yield f"exception Pyro4.errors.{name}", getattr(Pyro4.errors, name)("message")
    yield "URI PYRO:obj_1@127.0.0.1:9091", Pyro4.URI("PYRO:obj_1@127.0.0.1:9091")
    yield "URI PYRO:x@[::1]:9091", Pyro4.URI("PYRO:x@[::1]:9091")
    yield "URI PYRONAME:x", Pyro4.URI("PYRONAME:x")
    yield "URI PYRONAME:x@host:1", Pyro4.URI("PYRONAME:x@host:1")
    proxy = Pyro4.Proxy("PYRO:obj_1@127.0.0.1:9091")
    yield "Proxy without metadata", proxy
    proxy = Pyro4.Proxy("PYRO:obj_1@127.0.0.1:9091")
    proxy._pyroOneway, proxy._pyroMethods, proxy._pyroAttrs = {"receiveData"}, {"b", "receiveData"}, {"c"}
    yield "Proxy", proxy
    arguments = (microscope.TriggerType.SOFTWARE, microscope.TriggerMode.ONCE)
    yield "call set_trigger", ("Camera", "set_trigger", arguments, {})
    yield "call set_roi", ("Camera", "set_roi", (microscope.ROI(0, 0, 32, 24),), {})
    yield "call getattr", ("Filter", "__getattr__", ("position",), None)


def main():
    index = json.loads((HERE / "../Vectors/index.json").read_text())
    recorded = [v for v in index["vectors"] if v["direction"] == "decode"]
    values = {v["name"]: v["value"] for v in recorded}
    vectors = []

    def add(name, value, description):
        for protocol in 0, 1:
            data = pickle.dumps(value, protocol)
            vectors.append(
                {
                    "name": name,
                    "direction": "decode",
                    "protocol": protocol,
                    "b64": base64.b64encode(data).decode(),
                    "value": description,
                }
            )

    for name, value in known():
        if name not in values:
            print("not in index.json:", name)
            continue
        add(name, value, values[name])
    for name, value, description in described():
        add(name, value, description)
    lines = ",\n".join(json.dumps(vector) for vector in vectors)
    (HERE / "protocol-0-1.json").write_text(f"[\n{lines}\n]\n")
    print(len(vectors), "vectors")


if __name__ == "__main__":
    main()
