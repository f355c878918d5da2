internal import Avahi
public import Pickle
public import Pyro

/// Why a call of a device came to nothing: which device, what was asked of it, and what the server said.
public struct CallFailure: Error, Sendable, CustomStringConvertible {
    public enum Cause: Sendable {
        /// The device, or the server, raised an exception.
        case raised(PythonException)
        /// The call did not get there, or its result did not come back.
        case connection(ClientError)
        /// What was given as the device's URI is none.
        case malformed(String)
        /// The name in the URI is known neither to the name server nor in the local network.
        case address(String)
        /// There is an answer, but not of the kind that was expected.
        case unexpected(String)
    }

    /// The device's URI.
    public let device: String
    /// The call, as it would stand in a Python program; empty where it did not come to one.
    public let call: String
    public let cause: Cause

    public init(_ device: String, _ call: String, _ cause: Cause) {
        self.device = device
        self.call = call
        self.cause = cause
    }

    /// What went wrong, without the device and the call.
    public var reason: String {
        switch cause {
        case .raised(let exception): "\(exception)"
        case .connection(let error): "\(error)"
        case .malformed(let text), .address(let text), .unexpected(let text): text
        }
    }

    public var description: String { "\(device): \(call.isEmpty ? "" : "\(call): ")\(reason)" }

    /// The lines of the server's traceback, where it sent one.
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
