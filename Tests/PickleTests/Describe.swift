import CZlib
import Foundation
import Pickle

/// Describes a value as the vectors do.
func describe(_ value: PythonValue) -> JSON { plainDescription(value).normalized }

private func plainDescription(_ value: PythonValue) -> JSON {
    switch value {
    case .none: .null
    case .bool(let isTrue): .bool(isTrue)
    case .int(let integer):
        integer.magnitude < 1 << 53 ? .int(integer) : object("int", ["v": .string("\(integer)")])
    case .bigInt(let integer): object("int", ["v": .string("\(integer)")])
    case .float(let number): object("float", ["v": .string("\(number)")])
    case .complex(let real, let imaginary):
        object("complex", ["re": .string("\(real)"), "im": .string("\(imaginary)")])
    case .str(let text): .string(text)
    case .bytes(let bytes): object("bytes", ["b64": base64(bytes.array)])
    case .bytearray(let bytes): object("bytearray", ["b64": base64(bytes.array)])
    case .list(let items): .array(items.map(plainDescription))
    case .tuple(let items): object("tuple", ["items": .array(items.map(plainDescription))])
    case .set(let items): object("set", ["items": .array(items.map(plainDescription))])
    case .frozenset(let items): object("frozenset", ["items": .array(items.map(plainDescription))])
    case .dict(let dictionary): describe(dictionary)
    case .range(let start, let stop, let step):
        object("range", ["start": .int(start), "stop": .int(stop), "step": .int(step)])
    case .date(let date): describe(date)
    case .decimal(let text): object("decimal", ["v": .string(text)])
    case .uuid(let text): object("uuid", ["v": .string(text)])
    default: describeObject(value)
    }
}

private func describeObject(_ value: PythonValue) -> JSON {
    switch value {
    case .array(let array): describe(array, "ndarray", ["shape": .array(array.shape.map { .int($0) })])
    case .scalar(let element): describe(element, "npscalar", [:])
    case .dtype(let type): object("dtype", ["v": .string(type.code)])
    case .enumMember(let type, let value): object("enum", ["class": .string("\(type)"), "value": .int(value)])
    case .namedTuple(let type, let items):
        object("namedtuple", ["class": .string("\(type)"), "items": .array(items.map(plainDescription))])
    case .exception(let exception): describe(exception)
    case .failedCall(let exception): object("exceptionwrapper", ["exception": describe(exception)])
    case .uri(let uri): object("uri", ["uri": .string(text(uri))])
    case .proxy(let proxy): describe(proxy)
    case .notImplemented: object("global", ["v": .string("builtins.NotImplemented")])
    case .opaque(let opaque):
        object(
            "opaque",
            [
                "class": .string("\(opaque.type)"), "args": .array(opaque.arguments.map(plainDescription)),
                "state": .array(opaque.state.map(plainDescription)),
            ]
        )
    default: .string("not described: \(value)")
    }
}

private func object(_ kind: String, _ pairs: [String: JSON]) -> JSON {
    .object(pairs.merging(["$": .string(kind)]) { first, _ in first })
}

private func base64(_ bytes: [UInt8]) -> JSON { .string(Data(bytes).base64EncodedString()) }

private func describe(_ dictionary: PythonDictionary) -> JSON {
    let items = dictionary.pairs.map { JSON.array([plainDescription($0.key), plainDescription($0.value)]) }
    return object(dictionary.isOrderedDict ? "ordereddict" : "dict", ["items": .array(items)])
}

private func describe(_ array: NDArray, _ kind: String, _ more: [String: JSON]) -> JSON {
    let bytes = rowMajor(array)
    return object(kind, more.merging(["dtype": .string(array.dtype.code), "b64": base64(bytes)]) { first, _ in first })
}

/// The data of an array with the last axis running fastest.
private func rowMajor(_ array: NDArray) -> [UInt8] {
    let data = array.data.array
    guard array.isFortranOrder else { return data }
    let size = array.dtype.size
    return (0..<array.count).flatMap { index -> ArraySlice<UInt8> in
        var rest = index
        let place = array.shape.reversed().map { side -> Int in
            defer { rest /= side }
            return rest % side
        }
        let start = size * zip(place, array.shape.reversed()).reduce(0) { $0 * $1.1 + $1.0 }
        return data[start..<start + size]
    }
}

private func describe(_ exception: PythonException) -> JSON {
    let attributes = exception.attributes.pairs.map { pair -> (String, JSON) in
        guard case .str(let name) = pair.key else { return ("not a name", .null) }
        guard name == "_pyroTraceback", case .list(let lines) = pair.value else {
            return (name, plainDescription(pair.value))
        }
        return (name, describe(traceback: lines))
    }
    return object(
        "exception",
        [
            "class": .string("\(exception.type)"), "args": .array(exception.arguments.map(plainDescription)),
            "attrs": .object(Dictionary(uniqueKeysWithValues: attributes)),
        ]
    )
}

/// Tracebacks differ in file paths, so only their length and a checksum are recorded.
private func describe(traceback lines: [PythonValue]) -> JSON {
    let text = lines.map { if case .str(let line) = $0 { line } else { "not text" } }.joined()
    let checksum = unsafe crc32(0, Array(text.utf8), uInt(text.utf8.count))
    return object("traceback", ["lines": .int(lines.count), "crc32": .int(Int(checksum))])
}

private func describe(_ proxy: PyroProxy) -> JSON {
    object(
        "proxy",
        [
            "uri": .string(text(proxy.uri)), "oneway": strings(proxy.oneway), "methods": strings(proxy.methods),
            "attrs": strings(proxy.attributes), "handshake": plainDescription(proxy.handshake),
            "serializer": proxy.serializer.map { .string($0) } ?? .null,
        ]
    )
}

private func strings(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

private func text(_ uri: PyroURI) -> String {
    switch uri.location {
    case .tcp(let host, let port) where host.contains(":"): "\(uri.scheme):\(uri.object)@[\(host)]:\(port)"
    case .tcp(let host, let port): "\(uri.scheme):\(uri.object)@\(host):\(port)"
    case .unix(let path): "\(uri.scheme):\(uri.object)@./u:\(path)"
    case nil: "\(uri.scheme):\(uri.object)"
    }
}

private func describe(_ date: PythonDate) -> JSON {
    switch date {
    case .date(let year, let month, let day): object("date", ["iso": .string(iso(year, month, day))])
    case .time(let time): object("time", ["iso": .string(iso(time))])
    case .datetime(let year, let month, let day, let time, let zone):
        object("datetime", ["iso": .string("\(iso(year, month, day))T\(iso(time))\(zone.map(iso) ?? "")")])
    case .timedelta(let span):
        object(
            "timedelta",
            ["days": .int(span.days), "seconds": .int(span.seconds), "microseconds": .int(span.microseconds)]
        )
    case .timezone(let span): object("timezone", ["iso": .string(iso(span))])
    }
}

private func iso(_ year: Int, _ month: Int, _ day: Int) -> String {
    String(format: "%04d-%02d-%02d", year, month, day)
}

private func iso(_ time: PythonDate.TimeOfDay) -> String {
    let seconds = String(format: "%02d:%02d:%02d", time.hour, time.minute, time.second)
    return time.microsecond == 0 ? seconds : seconds + String(format: ".%06d", time.microsecond)
}

private func iso(_ zone: PythonDate.Span) -> String {
    let minutes = (zone.days * 86_400 + zone.seconds) / 60
    return String(format: "%@%02d:%02d", minutes < 0 ? "-" : "+", abs(minutes) / 60, abs(minutes) % 60)
}
