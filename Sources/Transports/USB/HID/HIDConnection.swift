/// A HID by its reports, which are sent and fetched as its descriptors say.
///
/// Reports are as they are on the wire: what has no number begins with its first byte, where programs that use hidraw
/// or hidapi put a zero in front.
public final class HIDConnection {
    public let connection: any USBConnection
    public let sizes: HIDReportSizes
    private let input: USBEndpoint?
    private let output: USBEndpoint?
    /// Whether input reports may wait that are no answers to what is sent next: those for a program before this one, or
    /// one that came too late.
    private var mayHaveOldReports = true

    /// How long one transfer may take that the device does not put off.
    private static let limit = Duration.milliseconds(1000)

    /// Takes the connection of a HID, and reads its report descriptor.
    public init(_ connection: any USBConnection) throws(USBError) {
        self.connection = connection
        let interface = connection.interface
        input = interface.endpoint(.interrupt, isIn: true)
        output = interface.endpoint(.interrupt, isIn: false)
        let request = ControlRequest(type: 0x81, request: 6, value: 0x2200, index: UInt16(interface.number))
        sizes = HIDReportSizes(try connection.read(request, length: 1024, within: Self.limit))
    }

    /// Sends an output report without a number, with zeros at its end for what is missing.
    public func write(_ report: [UInt8]) throws(USBError) {
        if mayHaveOldReports { try drain() }
        mayHaveOldReports = true
        let length = sizes.length(.output) ?? output?.packetSize ?? report.count
        let report = Self.padded(report, to: length)
        guard let output else { return try set(.output, id: 0, report) }
        try connection.write(report, to: output, within: Self.limit)
    }

    /// Waits for the next input report.
    public func read(within limit: Duration) throws(USBError) -> [UInt8] {
        guard let input else { throw USBError(.notFound, "\(connection.device) has no endpoint for input reports") }
        do throws(USBError) {
            let report = try connection.read(input, length: max(input.packetSize, 1), within: limit)
            mayHaveOldReports = false
            return report
        } catch  where error.kind == .stalled {
            try connection.clearHalt(input)
            throw error
        }
    }

    /// Throws away the input reports that nobody has fetched.
    private func drain() throws(USBError) {
        // A device that never stops is not waited for.
        for _ in 0..<64 {
            do throws(USBError) { _ = try read(within: .milliseconds(5)) } catch  where error.kind == .timeout {
                return
            }
        }
    }

    /// Sends a report by the control endpoint; a numbered one begins with its number.
    public func set(_ kind: HIDReportSizes.Kind, id: UInt8, _ report: [UInt8]) throws(USBError) {
        let request = request(type: 0x21, 0x09, kind, id)
        try connection.write(
            Self.padded(report, to: sizes.length(kind, id: id) ?? report.count),
            request,
            within: Self.limit
        )
    }

    /// Fetches a report by the control endpoint; a numbered one begins with its number.
    public func get(_ kind: HIDReportSizes.Kind, id: UInt8, length: Int) throws(USBError) -> [UInt8] {
        try connection.read(request(type: 0xa1, 0x01, kind, id), length: length, within: Self.limit)
    }

    private func request(type: UInt8, _ request: UInt8, _ kind: HIDReportSizes.Kind, _ id: UInt8) -> ControlRequest {
        let value = UInt16(kind.rawValue) << 8 | UInt16(id)
        return ControlRequest(type: type, request: request, value: value, index: UInt16(connection.interface.number))
    }

    private static func padded(_ report: [UInt8], to length: Int) -> [UInt8] {
        report + [UInt8](repeating: 0, count: max(0, length - report.count))
    }
}
