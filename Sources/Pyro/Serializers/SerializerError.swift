public import Pickle

/// Why a payload could not be read, or a value not be written.
public struct SerializerError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The bytes are not what the format prescribes, or too many.
        case malformed
        /// The format has no form for the value.
        case unwritable
        /// The payload names a class that does not travel in this format.
        case unsupportedClass
        /// The payload names a class that nobody should name.
        case forbiddenClass
    }

    public let kind: Kind
    public let message: String

    public var description: String { message }

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The error as Python sees it, of the class that comes closest to what its own serializers raise.
    public var exception: PythonException {
        let type =
            switch kind {
            case .malformed: PythonClass("builtins", "ValueError")
            case .unwritable: PythonClass("builtins", "TypeError")
            case .unsupportedClass: PythonClass("Pyro4.errors", "SerializeError")
            case .forbiddenClass: PythonClass("Pyro4.errors", "SecurityError")
            }
        return PythonException(type, [.str(message)])
    }

    static func malformed(_ message: String) -> Self { Self(.malformed, message) }
    static func unwritable(_ message: String) -> Self { Self(.unwritable, message) }
    static func unwritable(_ value: PythonValue, in id: SerializerID) -> Self {
        unwritable("\(id.name) cannot carry a value of type \(value.typeName)")
    }

    static let truncated = malformed("the payload ends too early")
}
