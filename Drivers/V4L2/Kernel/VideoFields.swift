internal import CVideo4Linux

/// The contents of records, in our types.
enum VideoFields {
    static func driver(_ record: VideoRecord) -> String { record.text(at: capability_driver, 16) }
    static func card(_ record: VideoRecord) -> String { record.text(at: capability_card, 32) }

    /// What the node can do, rather than the whole device.
    static func capabilities(_ record: VideoRecord) -> VideoCapabilities {
        let all = VideoCapabilities(rawValue: record[capability_all])
        return all.contains(.hasOwn) ? VideoCapabilities(rawValue: record[capability_own]) : all
    }
}

/// The format of images: pixels, size, and the distance between rows in bytes.
struct VideoMode: Sendable, Equatable {
    var format: FourCC
    var width, height: Int
    var row = 0, byteCount = 0

    init(_ format: FourCC, width: Int, height: Int) { (self.format, self.width, self.height) = (format, width, height) }

    init(_ record: VideoRecord) {
        format = FourCC(record[format_format])
        (width, height) = (Int(record[format_width]), Int(record[format_height]))
        (row, byteCount) = (Int(record[format_row]), Int(record[format_image]))
    }

    func fill(_ record: inout VideoRecord) {
        record[format_type] = VideoConstant.capture
        record[format_format] = format.code
        record[format_width] = UInt32(clamping: width)
        record[format_height] = UInt32(clamping: height)
        record[format_field] = VideoConstant.anyField
    }
}

/// A number or a range of them in steps, as the kernel lists sizes and intervals.
enum VideoRange<Value: Comparable & Sendable & Hashable>: Sendable, Equatable {
    case values([Value])
    case range(ClosedRange<Value>)
}

/// The size of an image.
struct VideoSize: Sendable, Hashable, Comparable {
    let width, height: Int

    /// The key of the size as a choice of a setting.
    var key: Int { width << 16 | height }

    init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
    init(key: Int) { (width, height) = (key >> 16 & 0xffff, key & 0xffff) }

    static func < (one: VideoSize, other: VideoSize) -> Bool {
        (one.width, one.height) < (other.width, other.height)
    }

    var description: String { "\(width)x\(height)" }
}

/// The time from one image to the next, in the unit of USB video: 100 ns.
struct VideoInterval: Sendable, Hashable, Comparable {
    let ticks: Int

    static let ticksPerSecond = 10_000_000

    init(ticks: Int) { self.ticks = ticks }

    /// - Parameter seconds: the longest is an hour.
    init(seconds: Double) {
        ticks = Int((min(max(seconds.isFinite ? seconds : 0, 0), 3600) * Double(Self.ticksPerSecond)).rounded())
    }

    /// Nil for a fraction that is not a time.
    init?(_ numerator: UInt32, _ denominator: UInt32) {
        guard denominator > 0, numerator > 0 else { return nil }
        self.init(seconds: Double(numerator) / Double(denominator))
    }

    var seconds: Double { Double(ticks) / Double(Self.ticksPerSecond) }
    var rate: Double { ticks > 0 ? 1 / seconds : 0 }

    static func < (one: VideoInterval, other: VideoInterval) -> Bool { one.ticks < other.ticks }

    /// As a rate: `30 images/s`.
    var description: String {
        let tenths = (rate * 10).rounded()
        return "\(tenths.truncatingRemainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10))" : "\(tenths / 10)") images/s"
    }
}

/// A control as the camera describes it now.
struct VideoControl: Sendable, Equatable {
    enum Kind: UInt32, Sendable {
        case int = 1, bool, menu, button, long, group, text, bits, numberMenu
    }

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt32

        static let disabled = Flags(rawValue: 1)
        /// Locked while images are taken, or by another program.
        static let grabbed = Flags(rawValue: 2)
        static let readOnly = Flags(rawValue: 4)
        /// Without effect at present, as the exposure time while the camera chooses it.
        static let inactive = Flags(rawValue: 0x10)
        static let writeOnly = Flags(rawValue: 0x40)
        /// Changes by itself.
        static let volatile = Flags(rawValue: 0x80)
        /// Changes the size of images.
        static let changesLayout = Flags(rawValue: 0x400)
    }

    let id: UInt32
    /// Nil for kinds that clients cannot use, such as matrices.
    let kind: Kind?
    let name: String
    let least, most, step, initial: Int
    let flags: Flags

    init(_ record: VideoRecord) {
        id = record[control_info_id]
        kind = Kind(rawValue: record[control_info_type])
        name = record.text(at: control_info_name, 32)
        (least, most) = (Int(record[long: control_info_least]), Int(record[long: control_info_most]))
        (step, initial) = (Int(record[long: control_info_step]), Int(record[long: control_info_default]))
        flags = Flags(rawValue: record[control_info_flags])
    }

    var isReadable: Bool { !flags.contains(.writeOnly) && kind != .button }
    var isWritableNow: Bool { flags.isDisjoint(with: [.readOnly, .grabbed, .inactive, .disabled]) }

    /// Its name as `v4l2-ctl` writes it: `white_balance_automatic`.
    var settingName: String {
        var name = ""
        for character in self.name.lowercased() {
            if character.isASCII, character.isLetter || character.isNumber {
                name.append(character)
            } else if !name.isEmpty, name.last != "_" {
                name.append("_")
            }
        }
        while name.last == "_" { name.removeLast() }
        return name.isEmpty ? "control_\(String(id, radix: 16))" : name
    }

    /// Asks for the control after one, of any kind that is not compound.
    static let next: UInt32 = 0x8000_0000

    static let brightness: UInt32 = 0x98_0900
    static let exposureMode: UInt32 = 0x9a_0901
    static let exposureTime: UInt32 = 0x9a_0902
    static let exposureChangesRate: UInt32 = 0x9a_0903

    /// The unit of a control that has one (`Documentation/userspace-api/media/v4l/control.rst` and those it leads to).
    var unit: String? {
        switch id {
        case Self.exposureTime: "100 µs"
        case 0x98_091a: "K"
        case 0x9a_0908, 0x9a_0909: "1/3600°"
        case 0x9a_0913: "1/1000 EV"
        case 0x9e_0901: "rows"
        case 0x9e_0902: "pixels"
        case 0x9f_0901: "Hz"
        case 0x9f_0902: "pixels/s"
        default: nil
        }
    }
}

/// The modes of exposure: who chooses its time and the iris.
enum ExposureMode {
    static let automatic = 0, manual = 1, fixedTime = 2, automaticTime = 3
}

/// A buffer of the kernel with an image.
struct VideoBuffer: Sendable {
    let index: Int
    let byteCount: Int
    let flags: VideoBufferFlags
    /// In seconds of the monotonic clock, if the flags say so.
    let time: Double
    let sequence: UInt32

    init(_ record: VideoRecord) {
        index = Int(record[buffer_index])
        byteCount = Int(record[buffer_used])
        flags = VideoBufferFlags(rawValue: record[buffer_flags])
        // Both are as long as `long`, here 64 bits.
        time = Double(record[long: buffer_seconds]) + Double(record[long: buffer_microseconds]) / 1e6
        sequence = record[buffer_sequence]
    }

    static func fill(_ record: inout VideoRecord, _ index: Int) {
        record[buffer_index] = UInt32(clamping: index)
        record[buffer_type] = VideoConstant.capture
        record[buffer_memory] = VideoConstant.mapped
    }
}
