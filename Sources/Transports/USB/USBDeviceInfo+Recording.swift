extension USBConnection {
    /// The lines at the top of a recording, from which a replay knows what it stands in for.
    var facts: [String] {
        let endpoints = interface.endpoints.map { endpoint in
            "\(endpoint.recorded):\(endpoint.kind.rawValue):\(endpoint.packetSize)"
        }
        return [
            "kind \(device.kind)", "port \(device.port)", "serial \(device.serial ?? "")",
            "manufacturer \(device.manufacturer ?? "")", "product \(device.product ?? "")",
            "interface \(([interface.number, interface.function].map { "\($0)" } + endpoints).joined(separator: " "))",
        ]
    }
}

extension USBKind {
    /// Reads what ``description`` gives.
    public init?(_ text: String) {
        let numbers = text.split(separator: ":").compactMap { UInt16($0, radix: 16) }
        guard numbers.count == 2 else { return nil }
        self.init(numbers[0], numbers[1])
    }
}

extension USBDeviceInfo {
    init?(_ recording: Recording) {
        guard let kind = recording.fact("kind").flatMap({ USBKind($0) }),
            let port = recording.fact("port").flatMap({ USBPort($0) })
        else { return nil }
        let text: (String) -> String? = { word in recording.fact(word).flatMap { $0.isEmpty ? nil : $0 } }
        self.init(
            kind,
            at: port,
            address: 1,
            serial: text("serial"),
            manufacturer: text("manufacturer"),
            product: text("product")
        )
    }
}

extension USBInterface {
    init?(_ recording: Recording) {
        let words = recording.fact("interface")?.split(separator: " ") ?? []
        guard words.count >= 2, let number = UInt8(words[0]), let function = UInt8(words[1]) else { return nil }
        self.init(number, function: function, endpoints: words.dropFirst(2).compactMap(USBEndpoint.init(recorded:)))
    }
}

extension USBEndpoint {
    fileprivate init?(recorded text: Substring) {
        let parts = text.split(separator: ":")
        guard parts.count == 3, let address = UInt8(parts[0], radix: 16),
            let kind = UInt8(parts[1]).flatMap(Kind.init), let size = Int(parts[2])
        else { return nil }
        self.init(address, kind, packetSize: size)
    }
}
