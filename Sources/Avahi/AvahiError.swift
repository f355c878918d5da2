/// Why the avahi daemon could not be asked, or what it refused.
public struct AvahiError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// The daemon is not there.
    public static let notRunning = away("it does not run")

    /// The daemon, or the bus by which it is reached, is not there.
    static func away(_ reason: String) -> Self {
        Self(
            """
            the avahi daemon of this computer does not answer (\(reason)): sudo apt install avahi-daemon, or if it is \
            there, sudo systemctl start avahi-daemon
            """
        )
    }
}
