internal import Pickle
internal import Pyro

extension Expectation<String> {
    /// The id of an object, as it stands in `PYRO:RedCamera@host:8001`.
    static var objectName: Self {
        text("a name without spaces and '@', and not Pyro.Daemon") { name in
            // Pyro keeps one for the object that every server has.
            !name.isEmpty && name != "Pyro.Daemon" && name.allSatisfy { $0.isVisible && $0 != "@" }
        }
    }

    /// The name or address of this machine that clients reach it by.
    static var host: Self {
        text("the name or address of a host") { host in
            !host.isEmpty && host.allSatisfy { $0.isVisible && !"@/[]".contains($0) }
        }
    }

    /// The path of a Unix socket, for which the kernel has 108 bytes with one to end it.
    static var socketPath: Self {
        text("an absolute path of at most 107 bytes") { $0.first == "/" && $0.utf8.count <= 107 && !$0.contains("\0") }
    }
}

extension Expectation where Value == PyroURI.Location {
    /// Where a name server is: `scope-pc`, `scope-pc:9090`.
    static var nameServer: Self {
        Expectation("the host of a name server, with or without a port") { scalar in
            guard let location = PyroURI("PYRONAME:any@\(scalar.text)")?.location else { return nil }
            if case .tcp(let host, let port) = location {
                guard (1...65535).contains(port), host.allSatisfy({ $0.isVisible && !"@/".contains($0) }) else {
                    return nil
                }
            }
            return location
        }
    }
}

extension Character {
    fileprivate var isVisible: Bool {
        !isWhitespace && unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    }
}
