public import Devices
internal import Pickle
internal import Platform
internal import SDKCameras

/// Settings: those of python-microscope's class under its names, and what the library has beyond them.
extension AndorSDK2Camera {
    public var settings: [Setting] {
        [roiSetting, bufferSetting] + readoutSettings + emSettings + coolingSettings + acquisitionSettings
            + extraSettings
            + counters([
                "missed_frames": \.missed,
                "frame_timeouts": \.timeouts,
                "acquisition_restarts": \.restarts,
                "camera_losses": \.losses,
                "copied_frames": \.copies,
            ])
    }

    /// A setting that is a part of the plan.
    private func planned<Value: SettingValue>(
        _ name: String,
        in domain: @escaping @autoclosure () throws -> Value.Domain,
        get: @escaping (Plan) -> Value,
        set: @escaping (inout Plan, Value) -> Void
    ) -> Setting {
        Setting(
            name,
            in: try domain(),
            get: { get(self.plan) },
            set: { value in try self.replan { set(&$0, value) } }
        )
    }

    // MARK: Reading the sensor

    private var readoutSettings: [Setting] {
        let readouts = camera.readouts
        var settings = [
            planned(
                "readout mode",
                in: ListedChoices(readouts.modes.map(\.label)),
                get: { ListedChoice($0.readout) },
                set: { plan, choice in
                    plan.readout = choice.key
                    // Not every gain is there at every speed.
                    let gains = readouts.modes[choice.key].gains
                    if !gains.contains(plan.gain), let first = gains.first { plan.gain = first }
                }
            )
        ]
        if readouts.gains.count > 1 {
            settings.append(
                planned(
                    "pre-amp gain",
                    in: ListedChoices(
                        readouts.modes[self.plan.readout].gains.map { ($0, "\(Readouts.short(readouts.gains[$0]))x") }
                    ),
                    get: { ListedChoice($0.gain) },
                    set: { $0.gain = $1.key }
                )
            )
        }
        if readouts.vsSpeeds.count > 1 {
            settings.append(
                planned(
                    "vertical shift speed",
                    in: ListedChoices(readouts.vsSpeeds.map { "\(Readouts.short($0)) us" }),
                    get: { ListedChoice($0.vsSpeed ?? 0) },
                    set: { $0.vsSpeed = $1.key }
                )
            )
        }
        if readouts.vsAmplitudeCount > 1 {
            settings.append(
                planned(
                    "vertical clock voltage",
                    in: ListedChoices((0..<readouts.vsAmplitudeCount).map { $0 == 0 ? "normal" : "+\($0)" }),
                    get: { ListedChoice($0.vsAmplitude ?? 0) },
                    set: { $0.vsAmplitude = $1.key }
                )
            )
        }
        settings.append(
            planned("read mode", in: Cases(), get: \.readMode, set: { plan, mode in self.set(mode, in: &plan) })
        )
        return settings
    }

    /// Full vertical binning reads all columns.
    private func set(_ mode: ReadMode, in plan: inout Plan) {
        plan.readMode = mode
        let sensor = camera.sensor
        plan.binning = Binning(h: 1, v: 1)
        plan.roi = ROI(left: 0, top: 0, width: sensor.width, height: sensor.height)
    }

    // MARK: EM gain

    private var emSettings: [Setting] {
        guard camera.capabilities.hasEMGain else { return [] }
        let modes = camera.capabilities.emGainModes
        let labels = ["DAC, 8 bits", "DAC, 12 bits", "linear", "real"]
        var settings = [
            // The limits depend on the mode and the temperature, so they are read each time.
            planned(
                "gain",
                in: 0...(try self.call { try $0.emGainLimits.upperBound }),
                get: \.emGain,
                set: { $0.emGain = $1 }
            ),
            planned(
                "em gain mode",
                in: ListedChoices(modes.map { ($0, labels[$0]) }),
                get: { ListedChoice($0.emMode ?? 0) },
                set: { plan, choice in
                    // A gain on one scale means something else on another.
                    if plan.emMode != choice.key { plan.emGain = 0 }
                    plan.emMode = choice.key
                }
            ),
        ]
        if camera.capabilities.hasEMAdvanced {
            // High gain ages the sensor, so nobody gets it without asking for it anew.
            settings.append(
                planned("EMAdvanced", in: Anything(), get: \.isEMAdvanced, set: { $0.isEMAdvanced = $1 }).notRestored()
            )
        }
        return settings
    }

    // MARK: Cooling

    private var coolingSettings: [Setting] {
        var settings: [Setting] = []
        if camera.capabilities.hasTemperature {
            settings = [
                Setting(
                    "TemperatureSetPoint",
                    in: try self.call { try $0.temperatureRange },
                    get: { try self.setPoint() },
                    set: { value in try self.cool { $0.setPoint = value } }
                ),
                Setting("Temperature", in: -273.15...100, get: { try self.call { try $0.temperature().celsius } }),
                Setting(
                    "temperature status",
                    in: MaximumLength(64),
                    get: { try self.call { Self.name(try $0.temperature().state) } }
                ),
                Setting(
                    "Cooler Enabled",
                    in: Anything(),
                    get: { try self.call { try $0.isCoolerOn } },
                    set: { isOn in try self.cool { $0.isOn = isOn } }
                ),
                Setting(
                    "cooler stays on",
                    in: Anything(),
                    get: { self.camera.cooling.withLock { $0.isKept } },
                    set: { isKept in try self.cool { $0.isKept = isKept } }
                ),
            ]
        }
        if camera.capabilities.hasFan {
            settings.append(
                Setting(
                    "Fan mode",
                    in: Cases(),
                    get: { self.camera.cooling.withLock { $0.fan } ?? Fan.full },
                    set: { fan in try self.cool { $0.fan = fan } }
                )
            )
        }
        return settings
    }

    /// The set point; the library cannot be asked for it, so one that nobody has set is the warmest.
    private func setPoint() throws -> Int {
        if let setPoint = camera.cooling.withLock({ $0.setPoint }) { return setPoint }
        return try call { try $0.temperatureRange.upperBound }
    }

    private func cool(_ change: (inout Cooling) -> Void) throws {
        try acquisition.change(pausing: false) { camera in try camera.setCooling(change) }
    }

    private static func name(_ state: Andor2Status) -> String {
        let words = [
            20034: "off", 20035: "not stabilised", 20036: "stabilised", 20037: "not reached", 20038: "out of range",
            20039: "not supported", 20040: "drifting",
        ]
        return words[Int(state.code)] ?? "\(state)"
    }

    // MARK: Acquiring

    private var acquisitionSettings: [Setting] {
        let modes = Exposing.modes.filter { camera.triggerModes.contains($0.key) }
        var settings = [
            planned(
                "TriggerMode",
                in: ListedChoices(modes.map { ($0.key, $0.value) }),
                get: { ListedChoice($0.exposing.mode) },
                set: { $0.exposing = Exposing($1.key) }
            ),
            planned(
                "kinetic cycle time",
                in: 0...Self.longestExposure,
                get: \.kineticCycle,
                set: { $0.kineticCycle = $1 }
            ),
            planned("fast external trigger", in: Anything(), get: \.isFastTrigger, set: { $0.isFastTrigger = $1 }),
            planned("shutter", in: Cases(), get: \.shutter, set: { $0.shutter = $1 }),
        ]
        if camera.capabilities.hasFrameTransfer {
            settings.append(
                planned("frame transfer", in: Anything(), get: \.isFrameTransfer, set: { $0.isFrameTransfer = $1 })
            )
        }
        if camera.capabilities.hasCrop {
            settings.append(planned("isolated crop", in: Anything(), get: \.isCropped, set: { $0.isCropped = $1 }))
        }
        return settings
    }

    private var extraSettings: [Setting] {
        var settings: [Setting] = []
        if camera.capabilities.hasBaselineClamp {
            settings.append(
                planned(
                    "BaselineClamp",
                    in: Anything(),
                    get: { $0.baselineClamp ?? false },
                    set: { $0.baselineClamp = $1 }
                )
            )
        }
        if camera.capabilities.hasBaselineOffset {
            settings.append(
                planned(
                    "BaselineOffset",
                    in: -1000...1000,
                    get: { $0.baselineOffset ?? 0 },
                    set: { $0.baselineOffset = $1 }
                )
            )
        }
        if camera.capabilities.hasHighCapacity {
            settings.append(
                planned(
                    "HighCapacity",
                    in: Anything(),
                    get: { $0.isHighCapacity ?? false },
                    set: { $0.isHighCapacity = $1 }
                )
            )
        }
        return settings
    }
}

extension Andor2Camera {
    var isCoolerOn: Bool {
        get throws(DeviceError) {
            try read("IsCoolerOn") { handle throws(Andor2Status) in
                unsafe try library.int(handle) { unsafe $0.isCoolerOn } != 0
            }
        }
    }
}
