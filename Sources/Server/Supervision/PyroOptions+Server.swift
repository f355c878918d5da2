internal import Pyro

extension PyroOptions {
    /// What a server takes, as the configuration says.
    var server: ServerOptions {
        get throws {
            var options = ServerOptions()
            options.wire = try wire
            options.serializers = serializers
            options.maximumConnections = maximumConnections
            options.handshakeLimit = handshakeLimit
            options.publicPlace = publicPlace
            return options
        }
    }

    /// How data reach clients, as the configuration says.
    var deliveryOptions: DeliveryOptions {
        get throws {
            var options = DeliveryOptions()
            options.method = delivery
            options.queueLength = queueLength
            options.client.wire = try wire
            options.client.congestionControl = congestionControl
            options.client.callLimit = sendLimit
            return options
        }
    }

    /// How messages are sent, the same to clients and to a name server.
    var wire: WireOptions {
        get throws {
            var wire = WireOptions()
            wire.hmacKey = try hmacKeyFile.map(Self.key) ?? hmacKey
            wire.compresses = compresses
            wire.pickleProtocol = pickleProtocol
            wire.maximumLength = maximumMessageSize
            wire.ssl = try ssl.map { files in try SSLContext(files) }
            return wire
        }
    }

    private static func key(inFile path: String) throws(ControlError) -> [UInt8] {
        do { return Array(try SecretFile.firstLine(of: path).utf8) } catch {
            throw ControlError("hmac_key_file: '\(path)' \(error.text)")
        }
    }

    /// What is to be said of a certificate that clients will soon refuse, or refuse already.
    var certificateWarning: String? {
        get throws {
            guard let files = ssl, let days = try SSLContext(files).daysLeft, days < 14 else { return nil }
            let path = files.certificate ?? ""
            return days < 0
                ? "the certificate '\(path)' is no longer valid, so that clients will refuse it"
                : "the certificate '\(path)' is valid for \(days) more days only"
        }
    }
}
