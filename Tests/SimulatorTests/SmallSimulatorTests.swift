import Contracts
import Devices
import Pickle
import Simulators
import Testing

struct SmallSimulatorTests {
    @Test func lightTellsEmissionPowerAndSetPoint() throws {
        let light = SimulatedLightSource()
        #expect(light.status == ["False", "0.0", "0.0"])
        try light.setPower(0.3)
        try light.enable()
        #expect(light.status == ["True", "0.3", "0.3"])
    }

    @Test(arguments: [(0.5, 0.5), (1.1, 1), (0, 0)])
    func lightGivesThePowerThatWasSet(asked: Double, got: Double) throws {
        let client = Client(SimulatedLightSource())
        try client.call("enable")
        try client.set("power", to: .float(asked))
        #expect(try client.get("power") == .float(got))
    }

    @Test func mirrorTellsTheLastPattern() throws {
        let client = Client(SimulatedDeformableMirror(.init(actuatorCount: 3)))
        #expect(try client.call("get_current_pattern") == .array(try #require(NDArray([0, 0, 0], shape: [3]))))
        let pattern = PythonValue.array(try #require(NDArray([-1000, 0.5, 3], shape: [3])))
        try client.call("apply_pattern", pattern)
        #expect(try client.call("get_current_pattern") == pattern)
    }

    @Test func digitalIOTogglesItsFourthLineAndTellsSo() throws {
        let device = SimulatedDigitalIO(.init(lineCount: 6, togglePeriod: 0.001))
        #expect((0..<6).allSatisfy { device.isOutput($0) && !device.level(of: $0) })
        try device.enable()
        #expect(try device.dataSource.value() == .tuple([3, true]))
        #expect(device.level(of: 3))
        #expect(try device.dataSource.value() == .tuple([3, false]))
    }

    @Test func digitalIOOfFewLinesTogglesItsLast() throws {
        let device = SimulatedDigitalIO(.init(lineCount: 2, togglePeriod: 0.001))
        try device.enable()
        #expect(try device.dataSource.value() == .tuple([1, true]))
    }

    @Test func sensorsAreOneDegreeApart() {
        let values = SimulatedValueLogger(.init(sensorCount: 3)).values
        for (index, value) in values.enumerated() {
            // A swing of five degrees and a noise of one about 19.5.
            #expect((14.5 + Double(index)...25.5 + Double(index)).contains(value))
        }
    }

    @Test func modulatorRunsWhileEnabledAndKeepsItsSequence() throws {
        let client = Client(DummySLM())
        try client.call("run")
        #expect(try client.call("get_is_enabled") == true)
        try client.call("stop")
        #expect(try client.call("get_is_enabled") == false)
        try client.call("set_sim_diffraction_angle", 12)
        #expect(try client.call("get_sim_diffraction_angle") == 12.0)
        let sequence = PythonValue.list([.list([488, 0, 1]), .list([561, 1, 2])])
        try client.call("set_sim_sequence", sequence)
        #expect(try client.call("get_sim_sequence") == sequence)
        #expect(try client.call("get_sequence_index") == 0)
    }
}
