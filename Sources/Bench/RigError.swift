/// Why a device of a rig cannot be tried.
public struct RigError: Error, CustomStringConvertible {
    public let description: String
    /// Whether the device could not be opened, as one cannot that is not there.
    public let isAbsence: Bool

    public init(_ description: String, isAbsence: Bool = false) {
        (self.description, self.isAbsence) = (description, isAbsence)
    }
}
