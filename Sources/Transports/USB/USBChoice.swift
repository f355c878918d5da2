/// Which of the devices that are plugged in is meant, and what people call it.
public struct USBChoice: Sendable {
    /// What it is called in errors and in the log: `ZWO filter wheel`.
    public var name: String
    public var kinds: [USBKind]
    /// Its serial number, by its descriptors or by its own way to tell.
    public var serial: String?
    public var port: USBPort?
    /// What to do if this user may not use it.
    public var remedy: String

    public init(_ name: String, _ kinds: [USBKind], serial: String? = nil, port: USBPort? = nil, remedy: String) {
        self.name = name
        self.kinds = kinds
        self.serial = serial
        self.port = port
        self.remedy = remedy
    }

    /// What is looked for: `ZWO filter wheel with serial 1f21…`.
    var wanted: String {
        name + (serial.map { " with serial \($0)" } ?? "") + (port.map { " at USB port \($0)" } ?? "")
    }
}
