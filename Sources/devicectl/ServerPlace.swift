import ArgumentParser
import Pickle
import Pyro

/// Where servers may be: a host with a port or several, or a Unix socket.
struct ServerPlace: ExpressibleByArgument {
    let locations: [PyroURI.Location]
    /// Whether there need not be a server at each of them.
    let isRange: Bool

    /// From `HOST:PORT`, `HOST:FIRST-LAST` or `./u:PATH`.
    init?(argument: String) {
        if let location = PyroURI("PYRO:any@\(argument)")?.location {
            locations = [location]
            isRange = false
            return
        }
        guard let colon = argument.lastIndex(of: ":"), colon != argument.startIndex else { return nil }
        let ports = argument[argument.index(after: colon)...].split(separator: "-", omittingEmptySubsequences: false)
        guard ports.count == 2, let first = UInt16(ports[0]), let last = UInt16(ports[1]), first <= last,
            case .tcp(let host, _)? = PyroURI("PYRO:any@\(argument[..<colon]):1")?.location
        else { return nil }
        isRange = true
        locations = (first...last).map { .tcp(host: host, port: Int($0)) }
    }
}
