internal import Devices
internal import Platform
internal import SDKCameras

/// Setting a camera up: what is written, and in which order.
extension Andor2Camera {
    /// Sets the camera up with another plan; if it refuses, it keeps the old one.
    func replan(_ change: (inout Plan) -> Void) throws(DeviceError) {
        let old = plan.withLock { $0 }
        plan.update { change(&$0) }
        do throws(DeviceError) { try setUp() } catch {
            plan.withLock { $0 = old }
            if !error.isLoss { try? setUp() }
            throw error
        }
    }

    /// Writes the whole plan, in the order that the library wants, and reads the true times.
    func setUp() throws(DeviceError) {
        let plan = plan.withLock { $0 }
        try setReadout(plan)
        if capabilities.hasEMGain { try setEMGain(plan) }
        try setExposing(plan)
        try setArea(plan)
        try setShutter(plan, isAcquiring: false)
        try setExtras(plan)
        let timings = try read("GetAcquisitionTimings") { handle throws(Andor2Status) in try library.timings(handle) }
        // Some cameras do not answer this.
        let readout = (try? library.readoutTime(handle)) ?? max(0, timings.period - timings.exposure)
        self.timings.withLock {
            $0 = Timings(exposure: timings.exposure, period: timings.period, readout: readout)
        }
    }

    private func setReadout(_ plan: Plan) throws(DeviceError) {
        guard readouts.modes.indices.contains(plan.readout) else { return }
        let mode = readouts.modes[plan.readout]
        let (channel, amplifier, speed) = (Int32(mode.channel), Int32(mode.amplifier), Int32(mode.speed))
        try call("SetReadMode(\(plan.readMode.rawValue))") { $0.setReadMode(Int32(plan.readMode.rawValue)) }
        try call("SetADChannel(\(channel))") { $0.setADChannel(channel) }
        if Set(readouts.modes.map(\.amplifier)).count > 1 {
            try call("SetOutputAmplifier(\(amplifier))") { $0.setAmplifier(amplifier) }
        }
        try call("SetHSSpeed(\(amplifier), \(speed))") { $0.setHSSpeed(amplifier, speed) }
        if mode.gains.count > 0 {
            let gain = Int32(mode.gains.contains(plan.gain) ? plan.gain : mode.gains[0])
            try call("SetPreAmpGain(\(gain))") { $0.setGain(gain) }
        }
        if let speed = plan.vsSpeed.map({ Int32($0) }) {
            try call("SetVSSpeed(\(speed))") { $0.setVSSpeed(speed) }
        }
        if let amplitude = plan.vsAmplitude.map({ Int32($0) }) {
            try call("SetVSAmplitude(\(amplitude))") { functions in functions.setVSAmplitude?(amplitude) }
        }
        // Images keep their orientation whatever amplifier is used.
        try call("SetImageFlip") { $0.setFlip(mode.isFlipped ? 1 : 0, 0) }
    }

    /// The mode comes first, because it decides on the limits; the gain last.
    private func setEMGain(_ plan: Plan) throws(DeviceError) {
        if let mode = plan.emMode.map({ Int32($0) }) {
            try call("SetEMGainMode(\(mode))") { functions in functions.setEMMode?(mode) }
        }
        if capabilities.hasEMAdvanced {
            let state: Int32 = plan.isEMAdvanced ? 1 : 0
            try callIfThere("SetEMAdvanced(\(state))") { functions in functions.setEMAdvanced?(state) }
        }
        var gain = Int32(clamping: plan.emGain)
        if gain > 0 {
            let limits = try emGainLimits
            gain = Int32(clamping: min(max(plan.emGain, limits.lowerBound), limits.upperBound))
            self.plan.update { $0.emGain = Int(gain) }
        }
        try call("SetEMCCDGain(\(gain))") { functions in functions.setEMGain?(gain) }
    }

    /// The limits of the EM gain with the present mode; the sensor's temperature and its state change them.
    var emGainLimits: ClosedRange<Int> {
        get throws(DeviceError) {
            let (lowest, highest) = try read("GetEMGainRange") { handle throws(Andor2Status) in
                unsafe try library.ints(handle) { unsafe $0.emRange }
            }
            return lowest...max(lowest, highest)
        }
    }

    private func setExposing(_ plan: Plan) throws(DeviceError) {
        let frameTransfer: Int32 = plan.isFrameTransfer ? 1 : 0
        try callIfThere("SetFrameTransferMode(\(frameTransfer))") { functions in
            functions.setFrameTransfer?(frameTransfer)
        }
        let mode = Int32(plan.exposing.mode)
        try call("SetTriggerMode(\(mode))") { $0.setTriggerMode(mode) }
        if plan.exposing.type != .software {
            let isInverted: Int32 = plan.exposing.isInverted ? 1 : 0
            try callIfThere("SetTriggerInvert(\(isInverted))") { functions in functions.setInvert?(isInverted) }
            let isFast: Int32 = plan.isFastTrigger ? 1 : 0
            try callIfThere("SetFastExtTrigger(\(isFast))") { functions in functions.setFastTrigger?(isFast) }
        }
        let (single, runTillAbort): (Int32, Int32) = (1, 5)
        let acquisition = plan.exposing.isSingle ? single : runTillAbort
        try call("SetAcquisitionMode(\(acquisition))") { $0.setAcquisitionMode(acquisition) }
        try call("SetKineticCycleTime(\(plan.kineticCycle))") { $0.setKineticCycle(Float(plan.kineticCycle)) }
        // After the mode, which resets it.
        try call("SetExposureTime(\(plan.exposure))") { $0.setExposure(Float(plan.exposure)) }
    }

    private func setArea(_ plan: Plan) throws(DeviceError) {
        guard plan.readMode == .image else { return }
        let (roi, binning) = (plan.roi, plan.binning)
        let (h, v) = (Int32(clamping: binning.h), Int32(clamping: binning.v))
        let (left, bottom) = (Int32(clamping: roi.left + 1), Int32(clamping: roi.top + 1))
        let (width, height) = (Int32(clamping: roi.width), Int32(clamping: roi.height))
        let (right, top) = (Int32(clamping: roi.left + roi.width), Int32(clamping: roi.top + roi.height))
        if capabilities.hasCrop {
            try callIfThere("SetIsolatedCropMode(0)") { functions in
                functions.setCrop?(0, height, width, v, h)
            }
        }
        try call("SetImage(\(h), \(v), \(left), \(right), \(bottom), \(top))") {
            $0.setImage(h, v, left, right, bottom, top)
        }
        guard plan.isCropped else { return }
        do throws(DeviceError) {
            try call("SetIsolatedCropModeEx(1, \(height), \(width), \(v), \(h), \(left), \(bottom))") { functions in
                functions.setCropEx?(1, height, width, v, h, left, bottom)
            }
        } catch {
            guard (error.cause as? Andor2Status)?.isAbsence == true else { throw error }
            // Older libraries crop at the corner only.
            guard left == 1, bottom == 1 else {
                throw DeviceError(.unsupported, "an isolated crop of \(serialNumber) must begin at pixel 0, 0")
            }
            try call("SetIsolatedCropMode(1, \(height), \(width), \(v), \(h))") { functions in
                functions.setCrop?(1, height, width, v, h)
            }
        }
    }

    /// - Parameter isAcquiring: whether images are about to be taken.
    func setShutter(_ plan: Plan, isAcquiring: Bool) throws(DeviceError) {
        let mode =
            switch plan.shutter {
            case .whileEnabled: isAcquiring ? Shutter.open : .closed
            case let other: other
            }
        // A camera without a shutter has an output for one, and no time to wait for it.
        let times = unsafe hasShutter ? (try? library.ints(handle) { unsafe $0.shutterTimes }) ?? (50, 50) : (0, 0)
        let (closing, opening) = (Int32(clamping: max(times.0, 0)), Int32(clamping: max(times.1, 0)))
        try callIfThere("SetShutter(1, \(mode.rawValue), \(closing), \(opening))") { functions in
            functions.setShutter(1, Int32(mode.rawValue), closing, opening)
        }
    }

    private func setExtras(_ plan: Plan) throws(DeviceError) {
        if let isOn = plan.baselineClamp {
            try call("SetBaselineClamp") { functions in functions.setBaselineClamp?(isOn ? 1 : 0) }
        }
        if let offset = plan.baselineOffset.map({ Int32(clamping: $0) }) {
            try call("SetBaselineOffset(\(offset))") { functions in functions.setBaselineOffset?(offset) }
        }
        if let isOn = plan.isHighCapacity {
            try call("SetHighCapacity") { functions in functions.setHighCapacity?(isOn ? 1 : 0) }
        }
        if capabilities.hasMetadata {
            try callIfThere("SetMetaData") { functions in functions.setMetadata?(plan.hasMetadata ? 1 : 0) }
        }
    }
}
