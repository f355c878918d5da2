public import Devices
internal import Platform
internal import SDKCameras

/// Settings: those of python-microscope's class, those of the speed table, counters, and all parameters of the camera.
extension TeledyneCamera {
    public var settings: [Setting] {
        [roiSetting, bufferSetting] + exposureSettings + readoutSettings + aliases
            + counters([
                "missed_frames": \.missed,
                "frame_timeouts": \.timeouts,
                "acquisition_restarts": \.restarts,
                "camera_losses": \.losses,
            ]) + settingTable.rows.map { $0.row.setting(acquisition, isReadOnly: $0.isReadOnly) }
    }

    private var exposureSettings: [Setting] {
        var settings = [
            Setting(
                "exposure time",
                in: 0...Self.longestExposure,
                get: { self.exposureTime },
                set: { try self.setExposureTime($0) }
            ),
            // The camera's own list, with the modes that triggers of clients have no words for.
            Setting(
                "trigger mode",
                in: ListedChoices(try self.modeChoices()),
                get: { ListedChoice(self.shownMode) },
                set: { choice in try self.choose(mode: choice.key) }
            ),
            Setting(
                "circular buffer length",
                in: Self.bufferCounts,
                get: { self.acquisition.bufferCount },
                set: setBufferCount
            ),
        ]
        if settingTable.ids.contains(.exposeOutMode) {
            settings.append(
                Setting(
                    "expose out mode",
                    in: try self.call { try $0.listedChoices(.exposeOutMode) },
                    get: { ListedChoice(self.camera.plan.withLock(\.exposeOut)) },
                    set: { choice in try self.replan { $0.exposeOut = choice.key } }
                )
            )
        }
        return settings
    }

    private static let longestExposure = 86_400.0
    /// The key of a software trigger that the driver makes of sequences of one frame, beside the library's numbers.
    private static let single = -1

    private var shownMode: Int {
        let exposing = camera.plan.withLock(\.exposing)
        return exposing.isSingle ? Self.single : exposing.mode.number
    }

    private func modeChoices() throws -> [(key: Int, label: String)] {
        let modes = Set(camera.exposureModes.map(\.number))
        let listed = try call { try $0.choices(.exposureMode) }.filter { modes.contains($0.key) }
        let isMade = Exposing(.software, modes: camera.exposureModes)?.isSingle ?? false
        return (isMade ? [(Self.single, "software")] : []) + listed
    }

    private func choose(mode key: Int) throws {
        let wanted =
            key == Self.single ? Exposing(.software, modes: camera.exposureModes) : Exposing(ExposureMode(key))
        guard let wanted else { return }
        try replan { $0.exposing = wanted }
    }

    // MARK: The speed table

    private var readoutSettings: [Setting] {
        guard !speedTable.speeds.isEmpty else { return [] }
        return [
            // As in python-microscope: each speed of each port.
            Setting(
                "readout mode",
                in: ListedChoices(self.speedTable.speeds.map(\.label)),
                get: { ListedChoice(try self.readoutMode()) },
                set: { choice in try self.choose(readoutMode: choice.key) }
            ),
            Setting(
                "readout speed",
                in: ListedChoices(try self.speedsOfPort().map { ($0.index, $0.label) }),
                get: { ListedChoice(try self.call { try $0.int(.speedIndex) }) },
                set: { choice in try self.write { try $0.setInt(.speedIndex, to: choice.key) } }
            ),
            Setting(
                "readout gain",
                in: ListedChoices(try self.gainsOfSpeed().map { ($0.index, $0.label) }),
                get: { ListedChoice(try self.call { try $0.int(.gainIndex) }) },
                set: { choice in try self.write { try $0.setInt(.gainIndex, to: choice.key) } }
            ),
        ]
    }

    private func readoutMode() throws -> Int {
        try call { camera in
            let (port, speed) = (try camera.choice(.readoutPort), try camera.int(.speedIndex))
            guard let place = speedTable.place(port: port, speed: speed) else {
                throw DeviceError(.failed, "\(serialNumber) reports a speed that is not in its table")
            }
            return place
        }
    }

    private func choose(readoutMode place: Int) throws {
        guard speedTable.speeds.indices.contains(place) else { return }
        let speed = speedTable.speeds[place]
        try write { camera in
            try camera.setChoice(.readoutPort, to: speed.port)
            try camera.setInt(.speedIndex, to: speed.index)
        }
    }

    private func speedsOfPort() throws -> [SpeedTable.Speed] {
        speedTable.speeds(of: try call { try $0.choice(.readoutPort) })
    }

    private func gainsOfSpeed() throws -> [SpeedTable.Gain] {
        let speed = try call { try $0.int(.speedIndex) }
        return try speedsOfPort().first { $0.index == speed }?.gains ?? []
    }

    private func write(_ change: (PVCAMCamera) throws -> Void) throws {
        try acquisition.change(pausing: true, change)
    }

    // MARK: Other names, and units

    private var aliases: [Setting] {
        var settings: [Setting] = []
        // python-microscope's names for two parameters.
        if settingTable.ids.contains(.emGain) { settings.append(alias("gain", .int, .emGain)) }
        if settingTable.ids.contains(.frameTransfer) {
            settings.append(alias("frame transfer mode", .choice, .frameTransfer))
        }
        if settingTable.ids.contains(.temperature) {
            settings.append(
                Setting(
                    "temperature",
                    in: -273.15...100,
                    get: { try self.call { Double(try $0.int(.temperature)) / 100 } }
                )
            )
        }
        if settingTable.ids.contains(.temperatureSetpoint) { settings.append(setpoint) }
        return settings
    }

    private func alias(_ name: String, _ kind: SettingRow<ParameterID>.Kind, _ id: ParameterID) -> Setting {
        SettingRow.paused(name, kind, id).setting(acquisition, isReadOnly: false)
    }

    /// In degrees Celsius; the library has hundredths.
    private var setpoint: Setting {
        Setting(
            "temperature setpoint",
            in: try self.call { camera in
                let limits = try camera.intLimits(.temperatureSetpoint)
                return Double(limits.lowerBound) / 100...Double(limits.upperBound) / 100
            },
            get: { try self.call { Double(try $0.int(.temperatureSetpoint)) / 100 } },
            set: { celsius in
                // The limits are those of a number of 16 bits.
                try self.write { try $0.setInt(.temperatureSetpoint, to: Int((celsius * 100).rounded())) }
            }
        )
    }
}
