internal import Threads

/// Where the devices of a server are served at the moment, for those that work with them.
final class ServedParts: Sendable {
    private let uris = Monitor<[String: String]>([:])

    func set(_ served: [(name: String, uri: String)]) {
        uris.update { uris in for (name, uri) in served { uris[name] = uri } }
    }

    func remove(_ names: [String]) { uris.update { uris in for name in names { uris[name] = nil } } }

    /// Wakes those who wait, to see whether they still should.
    func wake() { uris.update { _ in } }

    /// Where devices are served, waited for until all of them are; nil if the wait is called off.
    func uris(of names: Set<String>, unless isCalledOff: @escaping @Sendable () -> Bool) -> [String: String]? {
        uris.wait { uris -> [String: String]?? in
            if isCalledOff() { return .some(nil) }
            let found = uris.filter { names.contains($0.key) }
            return found.count == names.count ? .some(found) : nil
        } ?? nil
    }
}
