import Testing

/// A device to put to the test: what it is called, and how to open a new one.
struct Maker<Device>: Sendable, CustomTestStringConvertible {
    let name: String
    let open: @Sendable () throws -> Device

    init(_ name: String, open: @escaping @Sendable () throws -> Device) {
        self.name = name
        self.open = open
    }

    var testDescription: String { name }
}
