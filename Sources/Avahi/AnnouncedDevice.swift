public import Pickle

/// A device that somebody announces in the local network.
public struct AnnouncedDevice: Sendable, Hashable {
    /// The id of the Pyro object.
    public let object: String
    /// The computer's name, such as `scope-pc.local`.
    public let host: String
    public let address: String
    public let port: Int
    /// The TXT records, such as `kind` and `driver`, by their keys.
    public let properties: [String: String]

    /// By which it is reached.
    public var uri: PyroURI { PyroURI(object: object, location: .tcp(host: address, port: port)) }

    /// The computer's name without `.local`.
    public var shortHost: String { host.hasSuffix(".local") ? String(host.dropLast(6)) : host }

    /// Whether it is what a `MDNS:` URI means.
    func isMeant(by uri: PyroURI) -> Bool {
        guard object == uri.object else { return false }
        guard case .tcp(let wanted, let wantedPort)? = uri.location else { return true }
        return [host, shortHost, address].contains { $0.lowercased() == wanted.lowercased() }
            && (wantedPort == 0 || wantedPort == port)
    }
}

extension AnnouncedDevice {
    /// All devices that are announced, by name and computer; blocks for about a second, in which others answer.
    public static var all: [AnnouncedDevice] {
        get throws(AvahiError) { try DeviceBrowser.devices() }
    }

    /// Where the device is that a `MDNS:` URI means; any other URI is left as it is.
    ///
    /// Blocks for about a second, since until then another device of that name might be heard of.
    public static func locate(_ uri: PyroURI) throws(AvahiError) -> PyroURI {
        guard uri.scheme == "MDNS" else { return uri }
        let found = try all.filter { $0.isMeant(by: uri) }
        guard let device = found.first else {
            throw AvahiError("nothing is announced by that name in the local network; see devicectl list --mdns")
        }
        guard found.count == 1 else {
            let all = found.map { "MDNS:\($0.object)@\($0.shortHost):\($0.port)" }.joined(separator: ", ")
            throw AvahiError("several devices are announced by that name; say which: \(all)")
        }
        return device.uri
    }
}
