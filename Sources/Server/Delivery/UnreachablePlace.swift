internal import Devices
internal import Pickle
internal import Pyro

/// The check of the address at which a client wants its data: a loopback address means another computer to each.
///
/// A program on a computer whose name leads to 127.0.1.1, as Debian sets it up, registers that address. It would wait for
/// images for ever, and a program here that listens at the same port would get them.
enum UnreachablePlace {
    /// The error for a client that cannot be reached where it says.
    ///
    /// - Parameters:
    ///   - place: where it wants its data.
    ///   - client: the address that it has connected from.
    static func error(for place: Endpoint, of client: Endpoint?) -> DeviceError? {
        guard case .tcp(let host, _) = place, isLoopback(host),
            case .tcp(let other, _)? = client, !isLoopback(other), !Endpoint.isOfThisMachine(other)
        else { return nil }
        return DeviceError(
            .failed,
            "data for \(place) would stay on this computer, since \(host) is the address of each computer for itself; the "
                + "host name of the client at \(other) probably leads to 127.0.1.1: give it its network address in "
                + "/etc/hosts there, or give the client's Pyro daemon the host \(other)"
        )
    }

    /// Whether a host leads to the computer that uses it.
    static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased()
        if name == "localhost" || name == "::1" || name.hasSuffix(".localhost") { return true }
        let address = name.hasPrefix("::ffff:") ? name.dropFirst(7) : name[...]
        let numbers = address.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }
}
