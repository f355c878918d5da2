import CZlib
import Devices
import Pickle
import Platform
import Pyro

/// The object with the methods that `pyro4_probe.py` knows from its own reference server.
final class ReferenceProbe: TableObject {
    private struct State {
        var value: PythonValue = 42
        var notes: [PythonValue] = []
        var client: PyroURI?
        var ends: [PythonValue] = []
    }

    private let state = Lock(State())

    let metadata = ObjectMetadata(
        methods: [
            "add", "child", "children", "crc", "echo", "fail", "image", "kind", "note", "notes",
            "push", "set_client", "sleep", "zeros", "watch", "ends",
        ],
        oneway: ["note"],
        attributes: ["readonly", "value"]
    )

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        if method == "watch", case .str(let name)? = arguments.positional.first {
            context.end.perform("watch") { [state] cause in state.withLock { $0.ends.append(.str("\(name): \(cause)")) }
            }
            return .int(context.connection)
        }
        return try value(of: method, arguments)
    }

    func isReading(_ method: String) -> Bool { ["add", "echo", "ends", "watch"].contains(method) }

    static func childID(_ name: String) -> String { "Reference.children.\(name)" }

    var table: RemoteInterface {
        RemoteInterface(of: "Probe") {
            calls
            RemoteMethod("child", "name") { (name: String) in PythonValue.reference(Self.childID(name)) }
            RemoteMethod("children") {
                PythonValue.dict(["a": .reference(Self.childID("a")), "b": .reference(Self.childID("b"))])
            }
            RemoteMethod("set_client", "client", call: setClient)
            RemoteMethod("push", "n", call: push)
            RemoteMethod("ends") { PythonValue.list(self.state.withLock(\.ends)) }
            RemoteProperty("readonly", get: { "ro" })
            RemoteProperty("value", get: { self.state.withLock(\.value) }, set: setValue)
        }
    }

    @RemoteInterfaceBuilder private var calls: [any RemoteMember] {
        RemoteMethod("echo", "x") { (value: PythonValue) in value }
        RemoteMethod("add", "a", Parameter("b", default: 10)) { (a: Int, b: Int) in a + b }
        RemoteMethod("fail", "kind", "message", call: fail)
        RemoteMethod("sleep", "seconds") { (seconds: Double) in
            Pause.wait(for: .seconds(seconds))
            return seconds
        }
        RemoteMethod("note", "tag", Parameter("delay", default: 0.0)) { (tag: PythonValue, delay: Double) in
            Pause.wait(for: .seconds(delay))
            self.state.withLock { $0.notes.append(tag) }
        }
        RemoteMethod("notes") {
            self.state.withLock { state in
                defer { state.notes = [] }
                return state.notes
            }
        }
        RemoteMethod("image", "height", "width", "dtype", call: image)
        RemoteMethod("zeros", "n") { (count: Int) in PythonValue.bytes(Bytes([UInt8](repeating: 0, count: count))) }
        RemoteMethod("crc", "x", call: crc)
        RemoteMethod("kind", "x") { (value: PythonValue) in value.typeName }
    }

    private func fail(_ kind: String, _ message: String) throws {
        if kind.hasPrefix("microscope.") {
            throw PythonException(PythonClass("microscope", String(kind.dropFirst(11))), [.str(message)])
        }
        let isPyros = ["PyroError", "DaemonError", "NamingError"].contains(kind)
        throw PythonException(PythonClass(isPyros ? "Pyro4.errors" : "builtins", kind), [.str(message)])
    }

    private func setValue(_ value: PythonValue) throws {
        guard value != "bad" else { throw RemoteError.value("bad value") }
        state.withLock { $0.value = value }
    }

    private func setClient(_ client: PythonValue) throws {
        switch client {
        case .uri(let uri): state.withLock { $0.client = uri }
        case .proxy(let proxy): state.withLock { $0.client = proxy.uri }
        case .str(let text): state.withLock { $0.client = PyroURI(text) }
        case .none: state.withLock { $0.client = nil }
        default: throw RemoteError.type("not a client: \(client.typeName)")
        }
    }

    private func push(_ count: Int) throws {
        guard let uri = state.withLock(\.client) else { throw RemoteError.value("no client") }
        let client = PyroClient(uri)
        for number in 0..<count {
            _ = try client.call("receiveData", [image(4, 3, "<u2"), .float(Double(number))])
        }
        client.close()
    }

    private func image(_ height: Int, _ width: Int, _ dtype: String) throws -> PythonValue {
        let types: [DType] = [.uint8, .uint16, .uint32, .int16, .int32, .int64, .uint64, .float32, .float64, .int8]
        let code = dtype.drop { "<>=|".contains($0) }
        guard let type = types.first(where: { $0.code.dropFirst() == code }) else {
            throw RemoteError.type("data type '\(dtype)' not understood")
        }
        let bytes = (0..<(height * width)).flatMap { Self.bytes(of: $0 % 251, type) }
        guard let array = NDArray(type, shape: [height, width], data: Bytes(bytes)) else {
            throw RemoteError.value("no such shape")
        }
        return .array(array)
    }

    private static func bytes(of number: Int, _ type: DType) -> [UInt8] {
        let bits: UInt64 =
            switch (type.kind, type.size) {
            case (.float, 4): UInt64(Float(number).bitPattern)
            case (.float, _): Double(number).bitPattern
            default: UInt64(number)
            }
        return (0..<type.size).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }

    private func crc(_ value: PythonValue) throws -> Int {
        switch value {
        case .bytes(let bytes), .bytearray(let bytes): Self.crc32(bytes)
        case .array(let array): Self.crc32(array.data)
        default: throw RemoteError.type("a bytes-like object is required, not '\(value.typeName)'")
        }
    }

    private static func crc32(_ bytes: Bytes) -> Int {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe Int(CZlib.crc32(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), uInt(bytes.count)))
        }
    }
}
