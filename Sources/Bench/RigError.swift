/// Why a device of a rig cannot be tried.
public struct RigError: Error, CustomStringConvertible {
    public enum Cause: Sendable {
        /// The device could not be opened, as one cannot that is not there.
        case absence
        /// The device works with others that a server would have to serve.
        case dependence
        case other
    }

    public let description: String
    public let cause: Cause

    public init(_ description: String, _ cause: Cause = .other) {
        (self.description, self.cause) = (description, cause)
    }
}
