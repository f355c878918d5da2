/// A connection to a HID that sends and fetches its reports as its descriptors say.
///
/// Reports have the form that they have on the wire: one without a number begins with its first byte, where programs
/// that use hidraw or hidapi put a zero in front.
public final class HIDConnection {
    public let connection: any USBConnection
    public let sizes: HIDReportSizes
    private let input: USBEndpoint?
    private let output: USBEndpoint?
    /// Whether input reports may be waiting that do not answer the next command: reports for an earlier program, or one
    /// that came too late.
    private var mayHaveOldReports = true

    /// The time limit of a transfer that the device does not delay.
    private static let limit = Duration.milliseconds(1000)

    /// Takes the connection to a HID and reads its report descriptor.
    public init(_ connection: any USBConnection) throws(USBError) {
        self.connection = connection
        let interface = connection.interface
        input = interface.endpoint(.interrupt, isIn: true)
        output = interface.endpoint(.interrupt, isIn: false)
        let request = ControlRequest(type: 0x81, request: 6, value: 0x2200, index: UInt16(interface.number))
        sizes = HIDReportSizes(try connection.read(request, length: 1024, within: Self.limit))
    }

    /// Sends an output report without a number, filled up with zeros.
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

    /// Discards the input reports that nobody has fetched.
    private func drain() throws(USBError) {
        // Bounded, since a device might never stop sending.
        for _ in 0..<64 {
            do throws(USBError) { _ = try read(within: .milliseconds(5)) } catch  where error.kind == .timeout {
                return
            }
        }
    }

    /// Sends a report over the control endpoint; a numbered one begins with its number.
    public func set(_ kind: HIDReportSizes.Kind, id: UInt8, _ report: [UInt8]) throws(USBError) {
        let request = request(type: 0x21, 0x09, kind, id)
        try connection.write(
            Self.padded(report, to: sizes.length(kind, id: id) ?? report.count),
            request,
            within: Self.limit
        )
    }

    /// Fetches a report over the control endpoint; a numbered one begins with its number.
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

/// The lengths of a HID's reports, from its report descriptor (HID 1.11, section 6.2.2).
public struct HIDReportSizes: Sendable, Equatable {
    /// The kinds of report, with their numbers in the value of a request.
    public enum Kind: UInt8, Sendable { case input = 1, output, feature }

    private struct Report: Hashable {
        let kind: Kind
        let id: UInt8
    }

    private var bits: [Report: Int] = [:]

    /// Whether reports begin with a number that identifies them.
    public private(set) var areNumbered = false

    /// The number of bytes of a report on the wire, including its number; nil if the device does not have the report.
    public func length(_ kind: Kind, id: UInt8 = 0) -> Int? {
        bits[Report(kind: kind, id: id)].map { ($0 + 7) / 8 + (areNumbered ? 1 : 0) }
    }

    /// Reads a descriptor up to the first part that makes no sense.
    public init(_ descriptor: [UInt8]) {
        var state = Globals()
        var stack: [Globals] = []
        var bytes = descriptor[...]
        while let prefix = bytes.popFirst() {
            // A long item; none is defined.
            guard prefix != 0xfe else {
                let length = Int(bytes.first ?? 0)
                bytes = bytes.dropFirst(2 + length)
                continue
            }
            let length = prefix & 3 == 3 ? 4 : Int(prefix & 3)
            guard bytes.count >= length else { return }
            let value = bytes.prefix(length).reversed().reduce(0) { $0 << 8 | UInt32($1) }
            bytes = bytes.dropFirst(length)
            switch Item(rawValue: prefix & 0xfc) {
            case .reportSize: state.size = value
            case .reportCount: state.count = value
            case .reportID: (state.id, areNumbered) = (UInt8(truncatingIfNeeded: value), true)
            case .push where stack.count < 16: stack.append(state)
            case .pop: state = stack.popLast() ?? state
            case .input: add(state, to: .input)
            case .output: add(state, to: .output)
            case .feature: add(state, to: .feature)
            case .push, nil: break
            }
        }
    }

    private mutating func add(_ state: Globals, to kind: Kind) {
        let (product, overflows) = state.size.multipliedReportingOverflow(by: state.count)
        // No report is longer than one request can carry.
        guard !overflows, product <= 8 * UInt32(UInt16.max) else { return }
        let report = Report(kind: kind, id: state.id)
        bits[report] = min(bits[report, default: 0] + Int(product), 8 * Int(UInt16.max))
    }

    /// The values that apply to all items that follow.
    private struct Globals {
        var size: UInt32 = 0
        var count: UInt32 = 0
        var id: UInt8 = 0
    }

    /// The items needed here, by their tag and type.
    private enum Item: UInt8 {
        case input = 0x80, output = 0x90, feature = 0xb0
        case reportSize = 0x74, reportID = 0x84, reportCount = 0x94, push = 0xa4, pop = 0xb4
    }
}
