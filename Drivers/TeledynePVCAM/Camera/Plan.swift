internal import Devices
internal import Pickle
internal import Platform
internal import SDKCameras

/// The arguments with which an acquisition is set up; the library has no parameters for them.
struct Plan: Sendable, Equatable {
    let sensor: SensorShape
    var roi: ROI
    var binning = Binning(h: 1, v: 1)
    /// Seconds.
    var exposure = 0.01
    var exposing = Exposing(.timed, isSingle: true)
    /// The mode of the output line, added to the exposure mode of cameras with a CMOS sensor.
    var exposeOut = 0
    /// The result of the last setup; nil once a setting has changed since.
    var setup: Setup?

    init(sensor: SensorShape) {
        self.sensor = sensor
        roi = ROI(left: 0, top: 0, width: sensor.width, height: sensor.height)
    }

    /// The result of setting a plan up.
    struct Setup: Sendable, Equatable {
        let layout: ImageLayout
        /// The bytes of a frame with what is in front of its pixels and behind them.
        let frameBytes: Int
        let hasMetadata: Bool
        /// Seconds.
        let exposure: Double
    }
}

/// The units of exposure times, by the library's numbers.
enum ExposureUnit: Int, Sendable {
    case millisecond, microsecond, second

    var seconds: Double {
        switch self {
        case .millisecond: 1e-3
        case .microsecond: 1e-6
        case .second: 1
        }
    }
}

extension PVCAMCamera {
    /// Sets the camera up with the present plan, unless that has been done.
    @discardableResult
    func setUp() throws(DeviceError) -> Plan.Setup {
        let plan = plan.withLock { $0 }
        if let setup = plan.setup { return setup }
        let setup = try setUp(plan)
        self.plan.withLock { ($0.setup, $0.exposure) = (setup, setup.exposure) }
        return setup
    }

    /// Changes the plan and sets the camera up with it; both remain as they were if the camera refuses.
    func replan(_ change: (inout Plan) -> Void) throws(DeviceError) {
        let old = plan.withLock { $0 }
        var new = old
        change(&new)
        new.setup = nil
        do throws(DeviceError) {
            let setup = try setUp(new)
            (new.setup, new.exposure) = (setup, setup.exposure)
            plan.withLock { $0 = new }
        } catch {
            plan.withLock { $0.setup = nil }
            if !error.isLoss { _ = try? setUp() }
            throw error
        }
    }

    private func setUp(_ plan: Plan) throws(DeviceError) -> Plan.Setup {
        let (unit, count) = try exposure(plan.exposure)
        let (roi, binning) = (plan.roi, plan.binning)
        guard
            let region = Region(
                left: roi.left,
                top: roi.top,
                width: roi.width,
                height: roi.height,
                h: binning.h,
                v: binning.v
            )
        else { throw DeviceError(.unsupported, "the area or the binning is not possible on \(serialNumber)") }
        let mode = plan.exposing.mode
        let number = mode.isLegacy ? mode.number : mode.number | plan.exposeOut & 0xFF
        awaitSettling()
        let text = "area \(roi.left), \(roi.top), \(roi.width) x \(roi.height), binning \(binning.h)x\(binning.v)"
        let bytes = try call("\(text), mode \(number), exposure \(count)") { handle throws(PVCAMStatus) in
            try library.setUp(
                region,
                mode: Int16(truncatingIfNeeded: number),
                exposure: count,
                isSequence: plan.exposing.isSingle,
                handle
            )
        }
        return try setup(plan, bytes, unit)
    }

    /// What the library has made of the arguments.
    private func setup(_ plan: Plan, _ bytes: Int, _ unit: ExposureUnit) throws(DeviceError) -> Plan.Setup {
        let (width, height) = (plan.roi.width / plan.binning.h, plan.roi.height / plan.binning.v)
        let hasMetadata = try value(ifThere: .metadata) == .int(1)
        let head = hasMetadata ? FrameMetadata.leastBytes : 0
        let format = try pixelFormat(bytes - head, pixels: width * height)
        let stride = format.rowBytes(width)
        let layout = try ImageLayout(
            width: width,
            height: height,
            format,
            stride: stride,
            byteCount: stride * height,
            of: serialNumber
        )
        guard bytes - head >= layout.byteCount, bytes <= 1 << 31 else {
            throw DeviceError(.failed, "\(serialNumber) sends \(bytes) bytes for \(width) x \(height) pixels")
        }
        var exposure = plan.exposure
        if let reported = try value(ifThere: .exposureTime)?.double {
            let seconds = reported * unit.seconds
            // Some cameras report one unit less than they expose for.
            let asked = (plan.exposure / unit.seconds).rounded() * unit.seconds
            exposure = abs(seconds - asked) < 1.5 * unit.seconds && seconds != 0 ? asked : seconds
        }
        return Plan.Setup(layout: layout, frameBytes: bytes, hasMetadata: hasMetadata, exposure: exposure)
    }

    private func pixelFormat(_ bytes: Int, pixels: Int) throws(DeviceError) -> PixelFormat {
        var format = try value(ifThere: .hostImageFormat)
        if format == nil { format = try value(ifThere: .imageFormat) }
        switch format?.int {
        case 0, 1: return PixelFormat(.uint16)
        case 2, 3: return PixelFormat(.uint8)
        // Older cameras do not state it.
        case nil: return PixelFormat(bytes >= 2 * pixels ? .uint16 : .uint8)
        case let other?: throw DeviceError(.unsupported, "cannot read images of format \(other) on \(serialNumber)")
        }
    }

    /// An exposure time in the finest unit that can state it, which is chosen.
    private func exposure(_ seconds: Double) throws(DeviceError) -> (ExposureUnit, UInt32) {
        let units = try exposureUnits()
        for (position, unit) in units.enumerated() {
            if try value(ifThere: .exposureResolution)?.int != unit.unit.rawValue {
                try write(.exposureResolutionIndex, .int(unit.index))
            }
            let limits = try exposureLimits()
            let count = (seconds / unit.unit.seconds).rounded()
            let isLast = position == units.count - 1
            guard count <= Double(limits.upperBound) || isLast else { continue }
            let bounded = min(max(count, Double(limits.lowerBound)), Double(limits.upperBound))
            return (unit.unit, UInt32(bounded))
        }
        throw DeviceError(.failed, "\(serialNumber) has no unit of exposure times")
    }

    /// The units that the camera has, the finest first, with the library's indices.
    private func exposureUnits() throws(DeviceError) -> [(unit: ExposureUnit, index: Int)] {
        guard try has(.exposureResolution) else { return [(.millisecond, 0)] }
        return try choices(.exposureResolution).enumerated()
            .compactMap { index, choice in ExposureUnit(rawValue: choice.key).map { ($0, index) } }
            .sorted { $0.unit.seconds < $1.unit.seconds }
    }

    private func exposureLimits() throws(DeviceError) -> ClosedRange<UInt32> {
        guard try has(.exposureTime) else { return 0...UInt32.max }
        let limits = try intLimits(.exposureTime)
        let lowest = UInt32(clamping: limits.lowerBound)
        // Some cameras report no upper limit, or that of 32 bits.
        let highest = UInt32(clamping: limits.upperBound)
        return lowest...max(lowest, highest == 0 ? .max : highest)
    }
}
