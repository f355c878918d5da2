/// A fault of the installation of a vendor's library, and its remedy, for `hwprobe doctor`.
public struct InstallationFault: Sendable, Hashable {
    /// Whether devices cannot be used; otherwise it is advice.
    public let isProblem: Bool
    public let text: String
    /// Commands to type, or instructions after `#`.
    public let remedy: String

    public init(isProblem: Bool = true, _ text: String, remedy: String) {
        (self.isProblem, self.text, self.remedy) = (isProblem, text, remedy)
    }
}
