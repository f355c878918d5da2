internal import Devices
internal import Pickle

extension ClarityCamera {
    @RemoteInterfaceBuilder var clarityMembers: [any RemoteMember] {
        cameraMembers
        RemoteMethod("calibrate") { try self.calibrate() }
        RemoteMethod("get_calibration") { self.source.read(\.calibration).map(Self.description) ?? PythonValue.none }
    }

    var claritySettings: [Setting] {
        [
            roiSetting,
            Setting("mode", in: Cases<ClarityMode>(), get: { self.view.mode }, set: setMode),
            weight("weight low", .low),
            weight("weight mid", .mid),
            weight("weight high", .high),
            number("background", \.background, in: 0...65_535),
            number("offset", \.offset, in: 0...65_535),
            Setting("calibrated", in: Anything<Bool>(), get: { self.source.read(\.calibration) != nil }),
        ]
    }

    /// How much of the reflected half is taken away where the disk stands there.
    private func weight(_ name: String, _ sectioning: ClarityUnit.Sectioning) -> Setting {
        Setting(
            name,
            in: 0...10,
            get: { Double(self.weights[sectioning.rawValue]) },
            set: { try self.setWeight(Float($0), sectioning) }
        )
    }

    private func setWeight(_ weight: Float, _ sectioning: ClarityUnit.Sectioning) throws {
        weights[sectioning.rawValue] = weight
        if isEnabled { source.set(\.weight, weights[try unit.sectioning.rawValue]) }
    }

    private func number(
        _ name: String,
        _ path: WritableKeyPath<SectionSource.State, Float>,
        in range: ClosedRange<Double>
    ) -> Setting {
        Setting(name, in: range, get: { Double(self.source.read(path)) }, set: { self.source.set(path, Float($0)) })
    }

    private static func description(_ calibration: ClarityCalibration) -> PythonValue {
        let (scale, degrees, shift) = calibration.mapping.summary
        return .dict([
            "scale": .float(scale), "rotation": .float(degrees), "shift": .tuple([.float(shift.x), .float(shift.y)]),
            "error": .float(calibration.error),
        ])
    }
}
