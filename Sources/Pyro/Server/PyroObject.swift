public import Pickle

/// Something that clients can call, under an id that a server gives it.
///
/// Its functions are called from the threads of all clients at once, and block the calling client only.
public protocol PyroObject: AnyObject, Sendable {
    var metadata: ObjectMetadata { get }
    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> CallResult
    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue
    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws
}
