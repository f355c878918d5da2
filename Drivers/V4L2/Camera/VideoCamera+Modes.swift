internal import CVideo4Linux
internal import Devices
internal import Platform
internal import SDKCameras

/// Formats, sizes and intervals.
extension VideoCamera {
    /// The pixel formats of the camera that the driver can read, with the kernel's description.
    func formats() throws(DeviceError) -> [(format: VideoFormat, title: String)] {
        var formats: [(VideoFormat, String)] = []
        // More than any camera has.
        for index in 0..<256 {
            let record = try requestIfThere(.formats) { record in
                record[fmtdesc_index] = UInt32(index)
                record[fmtdesc_type] = VideoConstant.capture
            }
            guard let record else { break }
            let code = FourCC(record[fmtdesc_format])
            guard let format = VideoFormat.named(code) else { continue }
            formats.append((format, "\(code): \(record.text(at: fmtdesc_text, 32))"))
        }
        return formats
    }

    func sizes(of format: FourCC) throws(DeviceError) -> VideoRange<VideoSize> {
        var sizes: [VideoSize] = []
        for index in 0..<256 {
            let record = try requestIfThere(.sizes) { record in
                record[frmsize_index] = UInt32(index)
                record[frmsize_format] = format.code
            }
            guard let record else { break }
            guard record[frmsize_type] == VideoConstant.discrete else {
                let least = VideoSize(
                    width: Int(record[frmsize_least_width]),
                    height: Int(record[frmsize_least_height])
                )
                let most = VideoSize(
                    width: Int(record[frmsize_most_width]),
                    height: Int(record[frmsize_most_height])
                )
                return .range(min(least, most)...max(least, most))
            }
            let size = VideoSize(width: Int(record[frmsize_width]), height: Int(record[frmsize_height]))
            if !sizes.contains(size) { sizes.append(size) }
        }
        return .values(sizes)
    }

    func intervals(of mode: VideoMode) throws(DeviceError) -> VideoRange<VideoInterval> {
        var intervals: [VideoInterval] = []
        for index in 0..<256 {
            let record = try requestIfThere(.intervals) { record in
                record[frmival_index] = UInt32(index)
                record[frmival_format] = mode.format.code
                record[frmival_width] = UInt32(clamping: mode.width)
                record[frmival_height] = UInt32(clamping: mode.height)
            }
            guard let record else { break }
            guard let first = VideoInterval(record[frmival_numerator], record[frmival_denominator]) else { continue }
            guard record[frmival_type] == VideoConstant.discrete else {
                let last = VideoInterval(record[frmival_most_numerator], record[frmival_most_denominator]) ?? first
                return .range(min(first, last)...max(first, last))
            }
            if !intervals.contains(first) { intervals.append(first) }
        }
        return .values(intervals.sorted())
    }

    var mode: VideoMode {
        get throws(DeviceError) {
            VideoMode(try request(.format) { $0[format_type] = VideoConstant.capture })
        }
    }

    /// Sets pixels and size; the kernel takes the nearest that the camera has.
    func set(_ mode: VideoMode) throws(DeviceError) {
        let act = "VIDIOC_S_FMT \(mode.format) \(mode.width)x\(mode.height)"
        let old = try self.mode
        let new = VideoMode(try request(.setFormat, act, mode.fill))
        guard new.format == mode.format else {
            throw DeviceError(.unsupported, "\(serialNumber) has no images of format \(mode.format)")
        }
        written.note(.int(Int(new.format.code)), for: .pixelFormat)
        let size = VideoSize(width: new.width, height: new.height)
        guard size != VideoSize(width: old.width, height: old.height) else { return }
        written.note(.int(size.key), for: .frameSize)
        wishes.withLock { $0.roi = nil }
    }

    /// The time between images; nil if the camera does not state it.
    var interval: VideoInterval? {
        get throws(DeviceError) {
            let record = try requestIfThere(.parameters) { $0[streamparm_type] = VideoConstant.capture }
            guard let record, record[streamparm_capability] & VideoConstant.hasIntervals != 0 else { return nil }
            return VideoInterval(record[streamparm_numerator], record[streamparm_denominator])
        }
    }

    func set(_ interval: VideoInterval) throws(DeviceError) {
        _ = try request(.setParameters, "VIDIOC_S_PARM \(interval.description)") { record in
            record[streamparm_type] = VideoConstant.capture
            record[streamparm_numerator] = UInt32(clamping: interval.ticks)
            record[streamparm_denominator] = UInt32(VideoInterval.ticksPerSecond)
        }
        written.note(.int(interval.ticks), for: .frameInterval)
    }

    /// The images that the camera would send now, and what clients get of them.
    var image: VideoImage {
        get throws(DeviceError) {
            let mode = try mode
            let wishes = wishes.withLock { $0 }
            guard let format = VideoFormat.named(mode.format) else {
                throw DeviceError(.unsupported, "cannot read images of format \(mode.format) of \(serialNumber)")
            }
            let image = VideoImage(
                format,
                width: mode.width,
                height: mode.height,
                row: format.layout == .jpeg ? 0 : mode.row,
                roi: wishes.roi,
                wishes.channel
            )
            guard let image else {
                throw DeviceError(
                    .failed,
                    "\(serialNumber) reports images of \(mode.width)x\(mode.height) pixels with rows of \(mode.row) bytes"
                )
            }
            return image
        }
    }
}
