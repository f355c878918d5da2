internal import CVideo4Linux
internal import Devices
internal import SDKCameras

/// Controls: brightness, gain, exposure and whatever else the camera has.
extension VideoCamera {
    /// All controls that clients can use.
    func controls() throws(DeviceError) -> [VideoControl] {
        var (controls, last) = ([VideoControl](), UInt32(0))
        // More than any camera has.
        while controls.count < 1024 {
            let record = try requestIfThere(.controlInfo) { $0[control_info_id] = last | VideoControl.next }
            guard let record else { break }
            let control = VideoControl(record)
            guard control.id > last else { break }
            last = control.id
            guard let kind = control.kind, kind != .group, !control.flags.contains(.disabled) else { continue }
            controls.append(control)
        }
        return controls
    }

    /// What the camera says of a control now.
    func info(_ id: UInt32) throws(DeviceError) -> VideoControl {
        VideoControl(try request(.controlInfo, "VIDIOC_QUERY_EXT_CTRL \(name(id))") { $0[control_info_id] = id })
    }

    /// The control; nil if the camera does not have it.
    func infoIfThere(_ id: UInt32) throws(DeviceError) -> VideoControl? {
        let record = try requestIfThere(.controlInfo) { $0[control_info_id] = id }
        return record.map { VideoControl($0) }.flatMap { $0.flags.contains(.disabled) ? nil : $0 }
    }

    /// The name of a control, as errors have it.
    func name(_ id: UInt32) -> String {
        let record = try? requestIfThere(.controlInfo) { $0[control_info_id] = id }
        return record.map { VideoControl($0).settingName } ?? "control 0x\(String(id, radix: 16))"
    }

    func value(_ control: VideoControl) throws(DeviceError) -> VideoValue {
        let act = "value of \(control.settingName)"
        switch control.kind {
        case .long, .text:
            let isText = control.kind == .text
            // The size of the longest text, and the zero behind it.
            let initial = isText ? LongValue.text([UInt8](repeating: 0, count: textLength(control) + 1)) : .number(0)
            let value = try call(act) { file throws(VideoStatus) in
                var value = initial
                try system.request(.longControl, control: control.id, &value, on: file)
                return value
            }
            switch value {
            case .number(let number): return .int(Int(number))
            case .text(let text): return .text(String(decoding: text.prefix { $0 != 0 }, as: UTF8.self))
            }
        default:
            let record = try request(.control, act) { $0[control_id] = control.id }
            let number = record[control_value]
            // A mask uses all bits.
            return .int(control.kind == .bits ? Int(number) : Int(Int32(bitPattern: number)))
        }
    }

    func set(_ id: UInt32, to value: VideoValue) throws(DeviceError) {
        let control = try info(id)
        let act = "\(control.settingName) = \(value)"
        switch value {
        case .int(let number) where control.kind != .long:
            let bits = UInt32(truncatingIfNeeded: number)
            _ = try request(.setControl, act) { record in
                record[control_id] = id
                record[control_value] = bits
            }
        case .int(let number): try setLong(id, .number(Int64(number)), act)
        case .text(let text):
            let bytes = Array(text.utf8.prefix(textLength(control)))
            let room = textLength(control) + 1 - bytes.count
            try setLong(id, .text(bytes + [UInt8](repeating: 0, count: room)), act)
        }
        if control.kind != .button { written.note(value, for: .control(id)) }
    }

    private func setLong(_ id: UInt32, _ value: LongValue, _ act: String) throws(DeviceError) {
        try call(act) { file throws(VideoStatus) in
            var value = value
            try system.request(.setLongControl, control: id, &value, on: file)
        }
    }

    private func textLength(_ control: VideoControl) -> Int { min(max(control.most, 0), 4096) }

    /// The entries of a menu; some of its numbers may be missing.
    func menu(_ control: VideoControl) throws(DeviceError) -> [(key: Int, label: String)] {
        var entries: [(Int, String)] = []
        guard control.least >= 0, control.most >= control.least else { return entries }
        for index in control.least...min(control.most, control.least + 255) {
            let record = try requestIfThere(.menu) { record in
                record[menu_id] = control.id
                record[menu_index] = UInt32(clamping: index)
            }
            guard let record else { continue }
            let isNumber = control.kind == .numberMenu
            entries.append((index, isNumber ? "\(record[long: menu_text])" : record.text(at: menu_text, 32)))
        }
        return entries
    }

    // MARK: Exposure

    /// Seconds of light; nil if the camera does not say.
    var exposureTime: Double? {
        get throws(DeviceError) {
            guard let control = try infoIfThere(VideoControl.exposureTime) else { return nil }
            guard case .int(let ticks) = try value(control) else { return nil }
            return Double(ticks) * Self.exposureUnit
        }
    }

    private static let exposureUnit = 1e-4

    /// Sets the exposure time, after the camera's own choice of it has been switched off.
    func setExposureTime(_ seconds: Double) throws(DeviceError) {
        guard let control = try infoIfThere(VideoControl.exposureTime) else { return }
        if let mode = try infoIfThere(VideoControl.exposureMode) {
            let fixed = [ExposureMode.manual, ExposureMode.fixedTime]
            if case .int(let present) = try value(mode), !fixed.contains(present) {
                let entries = try menu(mode)
                if let manual = fixed.first(where: { wanted in entries.contains { $0.key == wanted } }) {
                    try set(mode.id, to: .int(manual))
                }
            }
        }
        // Only for automatic exposure, says the standard; some cameras follow it in any case.
        if let free = try infoIfThere(VideoControl.exposureChangesRate), free.isWritableNow,
            try value(free) != .int(0)
        {
            try set(free.id, to: .int(0))
        }
        let ticks = (min(max(seconds, 0), 1e6) / Self.exposureUnit).rounded()
        let wanted = min(max(Int(ticks), control.least), max(control.least, control.most))
        try set(control.id, to: .int(wanted))
    }
}
