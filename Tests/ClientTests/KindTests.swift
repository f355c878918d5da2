import Devices
import MicroscopeClient
import Pickle
import Testing

/// Each kind of device, at both servers.
@Suite(.timeLimit(.minutes(3))) struct KindTests {
    @Test(arguments: ServerKind.allCases)
    func everyKindHasItsMembers(server: ServerKind) async throws {
        let bench = try await Bench(server)
        try await camera(try await bench.connect("Camera"))
        try await laser(try await bench.connect("Laser"))
        try await wheel(try await bench.connect("Wheel"))
        try await stage(try await bench.connect("Stage"))
        try await mirror(try await bench.connect("Mirror"))
        try await lines(try await bench.connect("Lines"))
        try await thermometer(try await bench.connect("Thermometer"))
        try await controller(try await bench.connect("Controller"))
        try await wrongKind(bench)
    }

    private func camera(_ camera: RemoteCamera) async throws {
        #expect(try await camera.sensorShape == SensorShape(width: 64, height: 48))
        try await camera.setExposureTime(0.25)
        #expect(try await camera.exposureTime == 0.25)
        #expect(try await camera.cycleTime >= 0.25)
        try await camera.setBinning(Binning(h: 2, v: 4))
        #expect(try await camera.binning == Binning(h: 2, v: 4))
        try await camera.setBinning(.none)
        #expect(try await camera.setROI(ROI(left: 8, top: 4, width: 16, height: 12)))
        #expect(try await camera.roi == ROI(left: 8, top: 4, width: 16, height: 12))
        let transform = Transform(flipsLeftRight: true)
        try await camera.setTransform(transform)
        #expect(try await camera.transform == transform)
        try await camera.setTrigger(.software, .once)
        #expect(try await camera.triggerType == .software)
        #expect(try await camera.triggerMode == .once)
        #expect(try await !camera.isEnabled)
        try await camera.enable()
        #expect(try await camera.isEnabled)
        try await camera.disable()
        try await settings(of: camera)
    }

    private func settings(of camera: RemoteCamera) async throws {
        let gain = try #require(try await camera.settings.first { $0.name == "gain" })
        #expect(gain.type == .int)
        #expect(gain.domain == .integers(0...8192))
        #expect(!gain.isReadOnly)
        try await camera.setSetting("gain", to: 7)
        #expect(try await camera.setting("gain", as: Int.self) == 7)
        let pattern = try await camera.describeSetting("image pattern")
        #expect(pattern.type == .enumeration)
        let gradient = try #require(pattern.key(of: "gradient"))
        #expect(pattern.label(of: gradient) == "gradient")
        try await camera.setSetting("image pattern", toChoice: "gradient")
        #expect(try await camera.setting("image pattern") == gradient)
        let updated = try await camera.updateSettings(["gain": 9, "a_setting that is not there": 1])
        #expect(updated == ["gain": 9])
        #expect(try await camera.settingValues["gain"] == 9)
        let unknown = await #expect(throws: CallFailure.self) { try await camera.setting("colour") }
        #expect(unknown?.description == "\(camera.uri): get_setting('colour'): KeyError: colour")
        #expect(unknown?.traceback.isEmpty == false)
        let choice = await #expect(throws: CallFailure.self) {
            try await camera.setSetting("image pattern", toChoice: "plaid")
        }
        #expect("\(try #require(choice))".contains("no such choice; choices: 'noise', 'gradient'"))
    }

    private func laser(_ laser: RemoteLightSource) async throws {
        #expect(try await !laser.isOn)
        try await laser.setPower(0.5)
        #expect(try await laser.setPoint == 0.5)
        #expect(try await laser.power == 0)
        try await laser.enable()
        #expect(try await laser.isOn)
        #expect(try await laser.power == 0.5)
        #expect(try await !laser.status.isEmpty)
        try await laser.disable()
        #expect(try await !laser.isOn)
    }

    private func wheel(_ wheel: RemoteFilterWheel) async throws {
        #expect(try await wheel.positionCount == 6)
        try await wheel.move(to: 4)
        #expect(try await wheel.position == 4)
        let failure = await #expect(throws: CallFailure.self) { try await wheel.move(to: 6) }
        #expect("\(try #require(failure))".contains("position = 6: ValueError: can't move to position 6"))
    }

    private func stage(_ stage: RemoteStage) async throws {
        try await stage.enable()
        #expect(try await stage.limits.pairs.map(\.name) == ["x", "y"])
        #expect(try await stage.limits.pairs.map(\.value.upper) == [100, 10])
        try await stage.move(to: NamedValues([("x", 20), ("y", 1)]))
        try await stage.move(by: NamedValues([("y", -2)]))
        #expect(try await stage.position.pairs.map(\.value) == [20, -1])
        let x = try await stage.axis("x")
        try await x.move(to: 30)
        try await x.move(by: 1)
        #expect(try await x.position == 31)
        #expect(try await x.limits == AxisLimits(lower: 0, upper: 100))
        #expect(try await stage.axes.map(\.name) == ["x", "y"])
        _ = try await stage.mayMoveOnEnable
        let failure = await #expect(throws: CallFailure.self) { try await stage.axis("z") }
        #expect("\(try #require(failure))".hasSuffix("axes['z']: no such part; parts: 'x', 'y'"))
    }

    private func mirror(_ mirror: RemoteDeformableMirror) async throws {
        #expect(try await mirror.actuatorCount == 9)
        let flat = Array(repeating: 0.5, count: 9)
        try await mirror.apply(flat)
        try await mirror.queue([flat, flat.map { $0 / 2 }])
        try await mirror.applyNext()
        try await mirror.applyNext()
        await #expect(throws: CallFailure.self) { try await mirror.apply([1]) }
        await #expect(throws: CallFailure.self) { try await mirror.queue([[1], [1, 2]]) }
    }

    private func lines(_ lines: RemoteDigitalIO) async throws {
        #expect(try await lines.lineCount == 4)
        try await lines.setOutputs([true, true, false, false])
        #expect(try await lines.outputs == [true, true, false, false])
        try await lines.setOutput(1, false)
        #expect(try await !lines.isOutput(1))
        try await lines.setLevel(of: 0, true)
        #expect(try await lines.level(of: 0))
        #expect(try await lines.levels.count == 4)
    }

    private func thermometer(_ logger: RemoteValueLogger) async throws {
        #expect(try await logger.sensorCount == 2)
        let readings = try await logger.readings()
        try await logger.enable()
        let reading = try #require(try await readings.first(within: .seconds(20)))
        #expect(reading.value.count == 2)
        #expect(abs(reading.timestamp - Timestamp.now) < 60)
        try await logger.disable()
        await readings.stop()
    }

    private func controller(_ controller: RemoteController) async throws {
        #expect(try await controller.deviceNames == ["laser", "wheel"])
        let wheel = try await controller.device("wheel", as: RemoteFilterWheel.self)
        try await wheel.move(to: 2)
        #expect(try await wheel.position == 2)
        await #expect(throws: CallFailure.self) { try await controller.device("wheel", as: RemoteLightSource.self) }
    }

    private func wrongKind(_ bench: Bench) async throws {
        let failure = await #expect(throws: CallFailure.self) {
            try await RemoteCamera.connect(to: bench.uri("Wheel"))
        }
        #expect("\(try #require(failure))".hasSuffix("it is a filter wheel"))
        let unknown = await #expect(throws: CallFailure.self) {
            try await RemoteCamera.connect(to: bench.uri("Nobody"))
        }
        #expect("\(try #require(unknown))" == "\(bench.uri("Nobody")): connection rejected: unknown object")
    }
}
