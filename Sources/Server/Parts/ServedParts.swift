internal import Platform

/// The URIs of the devices that a server serves at the moment, for devices of other processes that use them.
final class ServedParts: Sendable {
    private let uris = Lock<[String: String]>([:])

    func set(_ served: [(name: String, uri: String)]) {
        uris.update { uris in for (name, uri) in served { uris[name] = uri } }
    }

    func remove(_ names: [String]) { uris.update { uris in for name in names { uris[name] = nil } } }

    /// Wakes all waits, which then check whether they are called off.
    func wake() { uris.update { _ in } }

    /// The URIs of devices, once all of them are served; nil if the wait is called off.
    func uris(of names: Set<String>, unless isCalledOff: @escaping @Sendable () -> Bool) -> [String: String]? {
        uris.wait { uris -> [String: String]?? in
            if isCalledOff() { return .some(nil) }
            let found = uris.filter { names.contains($0.key) }
            return found.count == names.count ? .some(found) : nil
        } ?? nil
    }
}
