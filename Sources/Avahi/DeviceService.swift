/// What is announced of a device: where it is and what it is.
public struct DeviceService: Sendable, Hashable {
    /// The type of the service: none is registered for Pyro, and this one is as short as RFC 6335 asks for.
    static let type = "_pyro4._tcp"

    /// The id of the Pyro object.
    public let object: String
    public let port: UInt16
    public let interface: Int32
    public let family: Reach.Family
    /// The TXT records, `object` among them.
    public let properties: [String: String]

    /// - Parameters:
    ///   - properties: of which those are left out that are longer than a TXT record can be.
    public init(
        object: String,
        port: UInt16,
        interface: Int32,
        family: Reach.Family,
        properties: [String: String]
    ) {
        (self.object, self.port, self.interface, self.family) = (object, port, interface, family)
        self.properties = properties.merging(["object": object]) { $1 }.filter {
            $0.key.utf8.count + 1 + $0.value.utf8.count <= 255
        }
    }
}

extension String {
    /// As much of it as the name of a service can have, which is one label of DNS: 63 bytes.
    func fitting(with end: String = "") -> String {
        var text = self
        while text.utf8.count + end.utf8.count > 63, !text.isEmpty { text.removeLast() }
        return text + end
    }
}
