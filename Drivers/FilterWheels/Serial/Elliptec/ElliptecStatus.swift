/// What an Elliptec says of itself (Thorlabs' note on the protocol of ELLx modules).
public struct ElliptecStatus: Sendable, Equatable {
    public let code: Int

    public init(_ code: Int) { self.code = code }

    static let ok = ElliptecStatus(0)
    static let busy = ElliptecStatus(9)

    private static let texts = [
        "in order", "communication time-out", "mechanical time-out", "command not supported", "value out of range",
        "isolated", "in isolation", "initialising", "temperature", "busy", "sensor error", "motor error",
        "out of range", "over-current",
    ]

    public var text: String {
        Self.texts.indices.contains(code) ? Self.texts[code] : "error number \(code)"
    }
}
