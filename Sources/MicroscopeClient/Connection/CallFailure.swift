internal import Avahi
public import Pickle
public import Pyro

/// A failed call: the device, the call, and the server's answer.
public struct CallFailure: Error, Sendable, CustomStringConvertible {
    public enum Cause: Sendable {
        /// The device, or the server, raised an exception.
        case raised(PythonException)
        /// The call did not reach the server, or its result did not come back.
        case connection(ClientError)
        /// The device's URI is malformed.
        case malformed(String)
        /// Neither the name server nor the local network knows the name in the URI.
        case address(String)
        /// The reply is not of the expected kind.
        case unexpected(String)
    }

    /// The device's URI.
    public let device: String
    /// The call as a Python program would write it; empty if no call was made.
    public let call: String
    public let cause: Cause

    public init(_ device: String, _ call: String, _ cause: Cause) {
        self.device = device
        self.call = call
        self.cause = cause
    }

    /// The reason, without the device and the call.
    public var reason: String {
        switch cause {
        case .raised(let exception): "\(exception)"
        case .connection(let error): "\(error)"
        case .malformed(let text), .address(let text), .unexpected(let text): text
        }
    }

    public var description: String { "\(device): \(call.isEmpty ? "" : "\(call): ")\(reason)" }

    /// The lines of the traceback that the server sent, if any.
    public var traceback: [String] {
        guard case .raised(let exception) = cause, case .list(let lines)? = exception.attributes["_pyroTraceback"]
        else { return [] }
        return lines.compactMap { if case .str(let line) = $0 { line } else { nil } }
    }
}

extension CallFailure.Cause {
    init(_ error: any Error) {
        switch error {
        case let error as PythonException: self = .raised(error)
        case let error as ClientError: self = .connection(error)
        case let error as CallFailure: self = error.cause
        case let error as AvahiError: self = .address("\(error)")
        default: self = .unexpected("\(error)")
        }
    }
}
