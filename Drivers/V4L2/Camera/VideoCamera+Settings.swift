internal import Devices
internal import Platform
internal import SDKCameras

/// A setting: a control of the camera, a property of its images, or what the driver does itself.
enum VideoSettingID: Hashable, Sendable {
    case control(UInt32)
    case pixelFormat, frameSize, frameWidth, frameHeight, frameInterval, channel
}

/// The value of a setting.
enum VideoValue: Sendable, Equatable, CustomStringConvertible {
    case int(Int)
    case text(String)

    var description: String {
        switch self {
        case .int(let number): "\(number)"
        case .text(let text): "'\(text)'"
        }
    }
}

extension VideoCamera: SDKSettings {
    func canWrite(_ id: VideoSettingID) throws(DeviceError) -> Bool {
        guard case .control(let number) = id else { return true }
        return try info(number).isWritableNow
    }

    private func read(_ id: VideoSettingID) throws(DeviceError) -> VideoValue {
        switch id {
        case .control(let number):
            let control = try info(number)
            return control.isReadable ? try value(control) : .int(0)
        case .pixelFormat: return .int(Int(try mode.format.code))
        case .frameSize:
            let mode = try mode
            return .int(VideoSize(width: mode.width, height: mode.height).key)
        case .frameWidth: return .int(try mode.width)
        case .frameHeight: return .int(try mode.height)
        case .frameInterval: return .int(try listedInterval?.ticks ?? 0)
        case .channel:
            let hasColours = VideoFormat.named(try mode.format)?.hasColours ?? false
            return .int(hasColours ? wishes.withLock(\.channel.rawValue) : VideoChannel.luma.rawValue)
        }
    }

    /// The interval as the camera lists it, since the same time can be written as several fractions.
    private var listedInterval: VideoInterval? {
        get throws(DeviceError) {
            guard let interval = try interval else { return nil }
            guard case .values(let values) = try intervals(of: mode) else { return interval }
            return values.first { abs($0.ticks - interval.ticks) <= interval.ticks / 1000 + 1 } ?? interval
        }
    }

    func write(_ value: VideoValue, to id: VideoSettingID) throws(DeviceError) {
        if case .control(let number) = id { return try set(number, to: value) }
        guard case .int(let number) = value else { return }
        var mode = try mode
        switch id {
        case .control: return
        case .pixelFormat: mode.format = FourCC(UInt32(truncatingIfNeeded: number))
        case .frameSize:
            let size = VideoSize(key: number)
            (mode.width, mode.height) = (size.width, size.height)
        case .frameWidth: mode.width = number
        case .frameHeight: mode.height = number
        case .frameInterval: return try set(VideoInterval(ticks: number))
        case .channel: return wishes.withLock { $0.channel = VideoChannel(rawValue: number) ?? .luma }
        }
        // Another size may have another interval.
        let interval = try self.interval
        try set(mode)
        if let interval, try self.interval != interval { try? set(interval) }
    }

    func int(_ id: VideoSettingID) throws(DeviceError) -> Int {
        guard case .int(let number) = try read(id) else { return 0 }
        return number
    }

    func setInt(_ id: VideoSettingID, to value: Int) throws(DeviceError) { try write(.int(value), to: id) }

    func intLimits(_ id: VideoSettingID) throws(DeviceError) -> ClosedRange<Int> {
        if case .control(let number) = id {
            let control = try info(number)
            // A mask of bits has only a largest value.
            if control.kind == .bits { return 0...Int(UInt32(truncatingIfNeeded: control.most)) }
            return control.least...max(control.least, control.most)
        }
        guard case .range(let sizes) = try sizes(of: mode.format) else { return 0...0 }
        return id == .frameWidth
            ? sizes.lowerBound.width...max(sizes.lowerBound.width, sizes.upperBound.width)
            : sizes.lowerBound.height...max(sizes.lowerBound.height, sizes.upperBound.height)
    }

    /// Only the interval is a number with a fraction, in seconds.
    func float(_ id: VideoSettingID) throws(DeviceError) -> Double { try interval?.seconds ?? 0 }
    func setFloat(_ id: VideoSettingID, to value: Double) throws(DeviceError) { try set(VideoInterval(seconds: value)) }
    func floatLimits(_ id: VideoSettingID) throws(DeviceError) -> ClosedRange<Double> {
        switch try intervals(of: mode) {
        case .range(let range): return range.lowerBound.seconds...range.upperBound.seconds
        case .values(let values): return (values.first?.seconds ?? 0)...(values.last?.seconds ?? 0)
        }
    }

    func bool(_ id: VideoSettingID) throws(DeviceError) -> Bool { try int(id) != 0 }
    func setBool(_ id: VideoSettingID, to value: Bool) throws(DeviceError) { try setInt(id, to: value ? 1 : 0) }

    func choice(_ id: VideoSettingID) throws(DeviceError) -> Int { try int(id) }
    func setChoice(_ id: VideoSettingID, to key: Int) throws(DeviceError) { try setInt(id, to: key) }

    func listedChoices(_ id: VideoSettingID) throws(DeviceError) -> ListedChoices {
        switch id {
        case .control(let number): return ListedChoices(try menu(info(number)))
        case .pixelFormat: return ListedChoices(try formats().map { (Int($0.format.code.code), $0.title) })
        case .frameSize:
            guard case .values(let sizes) = try sizes(of: mode.format) else { return try present(id) }
            return ListedChoices(sizes.map { ($0.key, $0.description) })
        case .frameInterval:
            guard case .values(let values) = try intervals(of: mode), !values.isEmpty else { return try present(id) }
            return ListedChoices(values.map { ($0.ticks, $0.description) })
        case .channel:
            let hasColours = VideoFormat.named(try mode.format)?.hasColours ?? false
            let channels = hasColours ? VideoChannel.allCases : [.luma]
            return ListedChoices(channels.map { ($0.rawValue, $0.label) })
        case .frameWidth, .frameHeight: return ListedChoices([String]())
        }
    }

    /// The present value as the only choice, where the camera lists none.
    private func present(_ id: VideoSettingID) throws(DeviceError) -> ListedChoices {
        let key = try int(id)
        return ListedChoices([(key, "\(key)")])
    }

    func string(_ id: VideoSettingID) throws(DeviceError) -> String {
        if case .text(let text) = try read(id) { text } else { "" }
    }

    func setString(_ id: VideoSettingID, to value: String) throws(DeviceError) { try write(.text(value), to: id) }
    func stringLimit(_ id: VideoSettingID) throws(DeviceError) -> Int { try intLimits(id).upperBound }
}

/// The settings that clients see: those of images, and each control under the name that `v4l2-ctl` has for it.
struct VideoSettings: Sendable {
    struct Row: Sendable {
        let row: SettingRow<VideoSettingID>
        let isReadOnly: Bool
    }

    let rows: [Row]
    let controls: [(name: String, id: UInt32)]

    init(_ camera: VideoCamera) throws(DeviceError) {
        let mode = try camera.mode
        var rows = [SettingRow<VideoSettingID>.paused("pixel_format", .choice, .pixelFormat)]
        switch try camera.sizes(of: mode.format) {
        case .values: rows.append(.paused("frame_size", .choice, .frameSize))
        case .range:
            rows.append(.paused("frame_width", .int, .frameWidth))
            rows.append(.paused("frame_height", .int, .frameHeight))
        }
        if try camera.interval != nil {
            switch try camera.intervals(of: mode) {
            case .values: rows.append(.paused("frame_interval", .choice, .frameInterval))
            case .range: rows.append(.paused("frame_interval", .float, .frameInterval))
            }
        }
        rows.append(.paused("channel", .choice, .channel))
        var (all, controls) = (rows.map { Row(row: $0, isReadOnly: false) }, [(name: String, id: UInt32)]())
        var names = Set(rows.map(\.name))
        for control in try camera.controls() {
            guard let kind = control.settingKind else { continue }
            let number = String(control.id, radix: 16)
            let isTaken = !names.insert(control.settingName).inserted
            let name = isTaken ? "\(control.settingName)_\(number)" : control.settingName
            names.insert(name)
            let isReadOnly = control.flags.contains(.readOnly)
            let row = SettingRow(
                name,
                kind,
                VideoSettingID.control(control.id),
                needsPause: control.flags.contains(.changesLayout),
                // A button is not pressed again.
                isRestored: !isReadOnly && control.kind != .button
            )
            all.append(Row(row: row, isReadOnly: isReadOnly))
            controls.append((name, control.id))
        }
        (self.rows, self.controls) = (all, controls)
    }
}

extension VideoControl {
    /// The kind of its setting; nil for kinds that clients cannot use.
    fileprivate var settingKind: SettingRow<VideoSettingID>.Kind? {
        switch kind {
        case .int, .long, .bits: .int
        // A button is pressed by any value.
        case .bool, .button: .bool
        case .menu, .numberMenu: .choice
        case .text: .string
        case .group, nil: nil
        }
    }
}
