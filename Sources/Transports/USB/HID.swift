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

/// How long a HID's reports are, by its report descriptor (HID 1.11, section 6.2.2).
public struct HIDReportSizes: Sendable, Equatable {
    /// The numbers are those of a request's value.
    public enum Kind: UInt8, Sendable { case input = 1, output, feature }

    private struct Report: Hashable {
        let kind: Kind
        let id: UInt8
    }

    private var bits: [Report: Int] = [:]

    /// Whether reports begin with a number that tells them apart.
    public private(set) var areNumbered = false

    /// How many bytes a report has on the wire, its number among them; nil if there is no such report.
    public func length(_ kind: Kind, id: UInt8 = 0) -> Int? {
        bits[Report(kind: kind, id: id)].map { ($0 + 7) / 8 + (areNumbered ? 1 : 0) }
    }

    /// Reads a descriptor as far as it makes sense.
    public init(_ descriptor: [UInt8]) {
        var state = Globals()
        var stack: [Globals] = []
        var bytes = descriptor[...]
        while let prefix = bytes.popFirst() {
            // A long item, of which none is in use.
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
        // No report is longer than what one request can carry.
        guard !overflows, product <= 8 * UInt32(UInt16.max) else { return }
        let report = Report(kind: kind, id: state.id)
        bits[report] = min(bits[report, default: 0] + Int(product), 8 * Int(UInt16.max))
    }

    /// What counts for all items that follow.
    private struct Globals {
        var size: UInt32 = 0
        var count: UInt32 = 0
        var id: UInt8 = 0
    }

    /// The items that count here, by their tag and type.
    private enum Item: UInt8 {
        case input = 0x80, output = 0x90, feature = 0xb0
        case reportSize = 0x74, reportID = 0x84, reportCount = 0x94, push = 0xa4, pop = 0xb4
    }
}
