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
