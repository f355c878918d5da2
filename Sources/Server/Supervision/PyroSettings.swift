internal import Pyro

/// The Pyro options of a definition in the form that servers and clients take, with keys and certificates loaded.
struct PyroSettings: Sendable {
    /// The options for messages, the same for clients and a name server.
    let wire: WireOptions
    let server: ServerOptions
    let delivery: DeliveryOptions
    /// A warning about a certificate that clients will soon refuse, or refuse already.
    let certificateWarning: String?

    /// Reads the files that the options name.
    init(_ options: PyroOptions) throws {
        var wire = WireOptions()
        wire.hmacKey = try options.hmacKeyFile.map(Self.key) ?? options.hmacKey
        wire.compresses = options.compresses
        wire.pickleProtocol = options.pickleProtocol
        wire.maximumLength = options.maximumMessageSize
        wire.ssl = try options.ssl.map { files in try SSLContext(files) }
        certificateWarning = Self.warning(options.ssl?.certificate ?? "", daysLeft: wire.ssl?.daysLeft)
        self.wire = wire

        var server = ServerOptions()
        server.wire = wire
        server.serializers = options.serializers
        server.maximumConnections = options.maximumConnections
        server.handshakeLimit = options.handshakeLimit
        server.publicPlace = options.publicPlace
        server.access = options.access
        self.server = server

        var delivery = DeliveryOptions()
        delivery.method = options.delivery
        delivery.queueLength = options.queueLength
        delivery.frames = options.frames
        delivery.client.wire = wire
        let isAutomatic = options.congestionControl == PyroOptions.automaticCongestionControl
        delivery.client.localCongestionControl = isAutomatic ? "reno" : nil
        delivery.client.congestionControl = isAutomatic ? nil : options.congestionControl
        delivery.clientMemory = options.clientMemory
        // Frames wait for the handshake, and no longer than for a client that does not read.
        let patience = options.sendLimit ?? DeliveryOptions.longestHandshake
        delivery.client.handshakeLimit = min(max(patience, .seconds(2)), DeliveryOptions.longestHandshake)
        delivery.client.callLimit = options.sendLimit
        self.delivery = delivery
    }

    private static func key(inFile path: String) throws(ServerError) -> [UInt8] {
        do { return Array(try SecretFile.firstLine(of: path).utf8) } catch {
            throw ServerError("hmac_key_file: '\(path)' \(error.text)")
        }
    }

    private static func warning(_ path: String, daysLeft: Int?) -> String? {
        guard let daysLeft, daysLeft < 14 else { return nil }
        return daysLeft < 0
            ? "the certificate '\(path)' has expired; clients will refuse it"
            : "the certificate '\(path)' expires in \(daysLeft) days"
    }
}
