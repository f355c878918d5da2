import Contracts
import Devices
import Pickle
import Simulators
import Testing

/// That a trial leaves a device as it was found.
struct TraceTests {
    private func tryAll(on device: any Device) {
        for contract in Contract.all(for: device) where !contract.isLast {
            let findings = contract.findings(on: device)
            // Its power and its positions are not those of a device that has just been opened.
            if !contract.name.hasSuffix("when it has been opened") { #expect(findings.violations == [], "\(contract)") }
            #expect(!device.isEnabled, "\(contract)")
        }
    }

    @Test func wheelStandsWhereItStood() throws {
        let wheel = SimulatedFilterWheel(.init(positions: 6, travelTime: 0.001)) { .now }
        wheel.startMove(to: 4)
        while wheel.isMoving {}
        tryAll(on: wheel)
        #expect(wheel.position == 4)
    }

    @Test func stageStandsWhereItStood() throws {
        let limits: NamedOptions<AxisLimits> = [
            "x": AxisLimits(lower: 0, upper: 100), "y": AxisLimits(lower: -50, upper: 20),
        ]
        let stage = SimulatedStage(.init(limits: limits, speed: 0)) { .now }
        _ = try stage.move(to: NamedValues([("x", 99.5), ("y", -50)]))
        tryAll(on: stage)
        #expect(abs(try stage.axes[0].axis.position - 99.5) <= 0.1)
        #expect(abs(try stage.axes[1].axis.position + 50) <= 0.07)
    }

    @Test func lightIsOffAndHasItsPower() throws {
        let light = SimulatedLightSource()
        try light.setPower(0.7)
        tryAll(on: light)
        #expect(!light.isOn)
        #expect(light.setPoint == 0.7)
        #expect(light.measuredPower == 0.7)
    }

    @Test func cameraIsSetAsItWas() throws {
        let camera = TestCamera(.init(sensorShape: SensorShape(width: 60, height: 40), hasRealisticTiming: false))
        let client = Client(camera)
        try camera.expose(for: 0.03)
        camera.transforms.client = Transform(flipsUpDown: true, rotates: true)
        _ = try camera.setBinning(Binning(h: 2, v: 3))
        _ = try camera.setROI(ROI(left: 4, top: 6, width: 20, height: 30))
        try client.change("image pattern", to: 3)
        try client.change("dictEnum", to: 13)
        let before = try client.call("get_all_settings")
        tryAll(on: camera)
        #expect(camera.exposureTime == 0.03)
        #expect(camera.transforms.client == Transform(flipsUpDown: true, rotates: true))
        #expect(try camera.binning == Binning(h: 2, v: 3))
        #expect(try camera.roi == ROI(left: 4, top: 6, width: 20, height: 30))
        #expect(try client.call("get_all_settings") == before)
    }

    @Test func triggersAreWhatTheyWere() throws {
        let camera = PrebuiltCamera(.init(sensorShape: SensorShape(width: 60, height: 40)))
        try camera.setTrigger(.software, .bulb)
        tryAll(on: camera)
        #expect(camera.triggerMode == .bulb)
    }

    @Test func linesHaveTheirDirectionsAndLevels() throws {
        let lines = OddLines()
        let client = Client(lines)
        let before = (try client.call("get_all_IO_state"), try client.call("read_all_lines"))
        tryAll(on: lines)
        #expect(try client.call("get_all_IO_state") == before.0)
        #expect(try client.call("read_all_lines") == before.1)
    }

    @Test func whatIsOnAControllersWireIsLeftAloneAsWell() throws {
        let light = SimulatedLightSource()
        let controller = SimulatedController([("light", light)])
        try light.setPower(0.3)
        for (_, part) in controller.parts { tryAll(on: part) }
        #expect(light.setPoint == 0.3)
        #expect(!light.isOn)
    }
}
