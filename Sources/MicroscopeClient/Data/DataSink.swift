internal import Devices
internal import Pickle
internal import Pyro

/// The object that a device sends its data to.
final class DataSink: PyroObject {
    private let take: @Sendable (_ data: PythonValue, _ timestamp: Double) -> Void

    init(_ take: @escaping @Sendable (_ data: PythonValue, _ timestamp: Double) -> Void) { self.take = take }

    let metadata = ObjectMetadata(methods: ["receiveData"])

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> CallResult {
        guard method == "receiveData", let data = arguments.positional.first else {
            throw PythonException("TypeError", "what is sent here is receiveData(data, timestamp)")
        }
        let timestamp = arguments.positional.dropFirst().first ?? arguments.keywords["timestamp"]
        take(data, timestamp.flatMap(Double.init(python:)) ?? Timestamp.now)
        return .value(.none)
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue {
        throw PythonException("AttributeError", "there is no attribute '\(attribute)'")
    }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        _ = try get(attribute, context)
    }
}
