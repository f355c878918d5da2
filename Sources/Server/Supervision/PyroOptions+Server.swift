internal import Pyro

extension PyroOptions {
    /// What a server takes, as the configuration says.
    var server: ServerOptions {
        var options = ServerOptions()
        options.wire = wire
        options.serializers = serializers
        options.maximumConnections = maximumConnections
        options.handshakeLimit = handshakeLimit
        return options
    }

    /// How data reach clients, as the configuration says.
    var deliveryOptions: DeliveryOptions {
        var options = DeliveryOptions()
        options.method = delivery
        options.queueLength = queueLength
        options.client.wire = wire
        options.client.congestionControl = congestionControl
        options.client.callLimit = sendLimit
        return options
    }

    /// How messages are sent, the same to clients and to a name server.
    var wire: WireOptions {
        var wire = WireOptions()
        wire.hmacKey = hmacKey
        wire.compresses = compresses
        wire.pickleProtocol = pickleProtocol
        wire.maximumLength = maximumMessageSize
        return wire
    }
}
