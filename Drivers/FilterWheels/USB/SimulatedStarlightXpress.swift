internal import Transports

extension SimulatedWheel {
    /// A simulated Starlight Xpress wheel.
    public static func starlightXpress(_ options: SimulatedWheelOptions) -> SimulatedWheel {
        let description = USBDescription(
            USBKind(0x1278, 0x0920),
            manufacturer: "Starlight Xpress",
            product: "SXV filter wheel",
            // No source names the endpoints. Without an output endpoint, requests go to the control endpoint.
            interface: USBInterface(0, function: 3, endpoints: [USBEndpoint(0x81, .interrupt, packetSize: 8)]),
            reports: [
                0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x02,
                0x09, 0x02, 0x81, 0x02, 0x09, 0x03, 0x91, 0x02, 0xc0,
            ]
        )
        return SimulatedWheel(description, StarlightXpressLanguage(mechanics: WheelMechanics(options, at: .now)))
    }
}

/// The two-byte requests of a simulated Starlight Xpress wheel.
private struct StarlightXpressLanguage: SimulatedWheelLanguage {
    var mechanics: WheelMechanics

    mutating func control(_ request: ControlRequest, _ bytes: [UInt8], at now: ContinuousClock.Instant) -> [UInt8]? {
        // The INDI driver (indi-sx 1.16) gives the first byte to hidapi as the number of a report: a request to move has
        // that number, and the question for the position, 0, loses its second byte. Wheels are known to obey it.
        guard request.type == 0x21, request.request == 0x09, request.value >> 8 == 2, 1...2 ~= bytes.count else {
            return nil
        }
        let count = UInt8(clamping: mechanics.rotor.count)
        switch (bytes[0] & 0x7f, bytes.count == 2 ? bytes[1] : 0) {
        // While the wheel counts its filters, it reports 0 of them.
        case (0, 1): mechanics.answer([filter(at: now), 0])
        case (0, _): mechanics.answer([filter(at: now), count])
        case (let wanted, _):
            // A number that is too large selects the last filter.
            mechanics.rotor.go(to: Int(min(wanted, count)) - 1, at: now)
            mechanics.answer([filter(at: now), count])
        }
        return []
    }

    private func filter(at now: ContinuousClock.Instant) -> UInt8 {
        guard case .standing(let position) = mechanics.rotor.place(at: now) else { return 0 }
        return UInt8(clamping: position + 1)
    }
}
