internal import Devices
internal import Transports

/// What the drivers that this program was built with know.
struct DriverKnowledge: Sendable {
    private let rows: [(kind: String, driver: any ConfigurableDriver)]

    init(_ catalog: DriverCatalog) {
        rows = catalog.drivers.flatMap { driver -> [(String, any ConfigurableDriver)] in
            guard case .usb(let kinds, _, _)? = driver.attachment else { return [] }
            return kinds.map { ($0, driver) }
        }
    }

    func drivers(of kind: USBKind) -> [String] { rows.filter { Self.covers($0.kind, kind) }.map(\.driver.name) }

    /// Whether its drivers tell devices apart only once they are open.
    func isFloating(_ kind: USBKind) -> Bool {
        rows.contains { Self.covers($0.kind, kind) && $0.driver.isFloating }
    }

    /// Whether a kind is meant by `03c3:1f01`, or by `03c3`.
    static func covers(_ text: String, _ kind: USBKind) -> Bool {
        "\(kind)" == text || "\(kind)".hasPrefix("\(text):")
    }
}
