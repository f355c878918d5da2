public import Pickle

/// A device that a computer in the local network announces.
public struct AnnouncedDevice: Sendable, Hashable {
    /// The id of the Pyro object.
    public let object: String
    /// The computer's name, such as `scope-pc.local`.
    public let host: String
    public let address: String
    public let port: Int
    /// The TXT records, such as `kind` and `driver`, by their keys.
    public let properties: [String: String]

    /// The URI of the device.
    public var uri: PyroURI { PyroURI(object: object, location: .tcp(host: address, port: port)) }

    /// The computer's name without `.local`.
    public var shortHost: String { host.hasSuffix(".local") ? String(host.dropLast(6)) : host }

    /// Whether a `MDNS:` URI refers to this device.
    func isMeant(by uri: PyroURI) -> Bool {
        guard object == uri.object else { return false }
        guard case .tcp(let wanted, let wantedPort)? = uri.location else { return true }
        return [host, shortHost, address].contains { $0.lowercased() == wanted.lowercased() }
            && (wantedPort == 0 || wantedPort == port)
    }
}

extension AnnouncedDevice {
    /// All announced devices, by name and computer.
    ///
    /// Blocks for about a second while other computers answer.
    public static var all: [AnnouncedDevice] {
        get throws(AvahiError) { try DeviceBrowser.devices() }
    }

    /// Looks up the address of the device that a `MDNS:` URI refers to; returns any other URI unchanged.
    ///
    /// Blocks for about a second, since another device of that name may answer until then.
    public static func locate(_ uri: PyroURI) throws(AvahiError) -> PyroURI {
        guard uri.scheme == "MDNS" else { return uri }
        let found = try all.filter { $0.isMeant(by: uri) }
        guard let device = found.first else {
            throw AvahiError("no device of that name is announced in the local network; see devicectl list --mdns")
        }
        guard found.count == 1 else {
            let all = found.map { "MDNS:\($0.object)@\($0.shortHost):\($0.port)" }.joined(separator: ", ")
            throw AvahiError("several devices of that name are announced; choose one: \(all)")
        }
        return device.uri
    }
}
