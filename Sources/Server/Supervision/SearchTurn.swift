internal import Glibc

/// The turn of one server to search among a driver's candidates, while others on the same machine wait.
///
/// Two that search at once would hold each other's devices, and each would find its own missing. The turn is an address
/// of a local socket, which the system gives to one process at a time and takes back when that ends.
final class SearchTurn: Sendable {
    private let socket: Int32

    /// Waits until it is this server's turn, but not for ever: another one may hang.
    init(_ driver: String, within limit: Duration = .seconds(90)) async {
        let clock = ContinuousClock()
        let end = clock.now + limit
        var taken: Int32?
        while taken == nil, clock.now < end, !Task.isCancelled {
            taken = Self.take("device-server search \(driver)")
            if taken == nil { try? await Task.sleep(for: .milliseconds(20), clock: clock) }
        }
        socket = taken ?? -1
    }

    deinit { if socket >= 0 { close(socket) } }

    /// The socket, or nil as long as another server has the address.
    private static func take(_ name: String) -> Int32? {
        guard let address = LocalAddress("@\(name)") else { return nil }
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        if unsafe address.withSockaddr({ address, length in unsafe bind(socket, address, length) }) == 0 {
            return socket
        }
        close(socket)
        return nil
    }
}
