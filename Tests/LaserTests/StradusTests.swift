import Devices
import Pickle
import Testing
import Transports

@testable import Lasers

struct StradusTests {
    /// The dialogue of Vortran's manual (sections 9.3 to 9.5), with echo and prompt off.
    @Test(arguments: [
        ("?LI\r", "\r\n?LI= VL1008025, 10010, 405nm, 100mW, C\r\n"), ("LE=1\r", "\r\nLE=1\r\n"),
        ("?LE\r", "\r\n?LE=0\r\n"), ("?DELAY\r", "\r\n?DELAY=1\r\n"), ("?BPT\r", "\r\n?BPT=28\r\n"),
        ("?IL\r", "\r\n?IL=1\r\n"), ("LE=1\r?FC\r", "\r\nLE=1\r\n\r\n?FC=0\r\n"), ("?FC\r", "\r\n?FC=1\r\n"),
        // Powers are written only while emission is active and in constant power mode.
        ("LP=50.0\r?LPS\r", "\r\nLP=0.0\r\n\r\n?LPS=10\r\n"),
        ("LE=1\rLP=50.4\r?LPS\r", "\r\nLE=1\r\n\r\nLP=50.4\r\n\r\n?LPS=50\r\n"),
        ("LE=1\rC=1\rLP=50\r?LPS\r", "\r\nLE=1\r\n\r\nC=1\r\n\r\nLP=10.0\r\n\r\n?LPS=10\r\n"),
        ("LE=1\rPP=20\r?PP\r", "\r\nLE=1\r\n\r\nPP=20.0\r\n\r\n?PP=20\r\n"),
        ("LP=900\r?FC\r?FC\r", "\r\nLP=0.0\r\n\r\n?FC=5\r\n\r\n?FC=1\r\n"),
    ])
    func simulationAnswersAsTheLaserDoes(command: String, answer: String) throws {
        var laser = SimulatedStradus(delay: .zero)
        (laser.echoes, laser.prompts) = (false, false)
        #expect(try LaserKind.stradus(laser).answer(command, answer.unicodeScalars.count) == answer)
    }

    @Test func simulationNamesAnOpenInterlock() {
        var laser = SimulatedStradus()
        (laser.echoes, laser.prompts, laser.isInterlockOpen) = (false, false, true)
        #expect(laser.answer("?FD", at: .now) == [SimulatedOutput("\r\n?FD=INTERLOCK OPEN\r\n")])
    }

    @Test(arguments: [true, false], [true, false])
    func opensWithEchoAndPromptOrWithout(echoes: Bool, prompts: Bool) throws {
        var laser = SimulatedStradus()
        (laser.echoes, laser.prompts) = (echoes, prompts)
        laser.startByItself()
        let setup = try LaserKind.stradus(laser)
        let light = try setup.open()
        #expect(!setup.isSwitchedOn)
        #expect(try light.setting("serial number").get() == "VL1008025")
        #expect(try light.setting("part number").get() == "10010")
        #expect(try light.setting("wavelength").get() == "405nm")
    }

    @Test func saysNoMoreThanItMust() throws {
        let setup = try LaserKind.stradus()
        let light = try setup.open()
        setup.forgetTranscript()
        try light.setPower(0.25)
        try light.enable()
        try light.disable()
        let said = [
            "?PUL", "?LE", "?PUL", "?LE", "LE=1", "?PUL", "?C", "?LE", "LP=25.0", "?LPS", "?LE", "LE=0", "?LE",
        ]
        #expect(setup.transcript == said.map { $0 + "\r" }.joined())
    }

    @Test(arguments: [(64, "over-current"), (128 | 4096, "diode temperature, fan")])
    func namesAFaultAndClearsIt(code: Int, name: String) throws {
        let setup = try LaserKind.stradus()
        let light = try setup.open()
        setup.port.update { $0.fault = code }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("fault: \(name)"), "\(error)")
        let table = RemoteInterface(of: "StradusLaser") { light.remoteMembers }
        guard case .value(let status) = try table.call("clearFault", CallArguments()) else { return }
        #expect(try #require([String](python: status)).contains("fault: none"))
    }

    @Test func saysThatItIsWarmingUp() throws {
        let setup = try LaserKind.stradus()
        let light = try setup.open()
        setup.port.update { $0.isWarmingUp = true }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("it is warming up"))
        #expect(try light.setting("state").get() == "warm-up")
        #expect(try light.setting("fault").get() == "none")
    }

    @Test func powerIsThatOfPulsesWhileItsInputGatesIt() throws {
        let setup = try LaserKind.stradus()
        let light = try setup.open()
        try light.enable()
        try light.setTrigger(.risingEdge, .bulb)
        try light.setPower(0.75)
        #expect(setup.port.instrument.pulsePower == 75)
        #expect(setup.port.instrument.power == 10)
        try light.setTrigger(.software, .bulb)
        try light.setPower(0.5)
        #expect(setup.port.instrument.power == 50)
    }

    /// Witness: Vortran's manual, 9.4; the other program sets the power before it switches on.
    @Test func powerThatIsSetWhileItIsOffComesWithTheLight() throws {
        let setup = try LaserKind.stradus()
        let light = try setup.open()
        try light.setPower(0.5)
        #expect(light.setPoint == 0.5)
        #expect(setup.port.instrument.power == 10, "the laser takes none while it is off")
        try light.enable()
        #expect(setup.port.instrument.power == 50)
        #expect(try light.power == 0.5)
        try light.disable()
        setup.forgetTranscript()
        try light.enable()
        #expect(!setup.transcript.contains("LP="), "once is enough")
    }

    /// With the CDRH delay the laser takes the power only once light comes.
    @Test func powerWaitsForTheDelay() throws {
        let setup = try LaserKind.stradus(SimulatedStradus(delay: .milliseconds(300)))
        let light = try setup.open()
        try light.setPower(0.5)
        try light.enable()
        #expect(setup.port.instrument.power == 50)
    }

    @Test func aLaserWithAnotherSetPointAfterALossCanBeEnabled() throws {
        let setup = try LaserKind.stradus()
        let light = try setup.open()
        try light.enable()
        try light.setPower(0.5)
        try light.disable()
        setup.unplug()
        setup.port.update { $0.power = 10 }
        try setup.plugIn()
        #expect(setup.logs("must be enabled again"))
        try light.enable()
        #expect(setup.port.instrument.power == 50)
    }

    /// Witness: Vortran's manual, 9.5: `?LPS` reports whole milliwatts.
    @Test(arguments: [0.26, 0.01, 0.99, 0.333]) func aWeakLaserTakesAllPowers(power: Double) throws {
        let setup = try LaserKind.stradus(SimulatedStradus(maximumPower: 40, delay: .zero))
        let light = try setup.open()
        try light.setPower(power)
        try light.enable()
        #expect(abs(try light.power - power) < 0.002)
        try light.setPower(power / 2)
        #expect(abs(try light.power - power / 2) < 0.002)
    }

    @Test func inConstantCurrentModeItTakesNoPower() throws {
        let setup = try LaserKind.stradus()
        let light = try setup.open()
        try light.setting("constant current").set(true)
        try light.enable()
        let error = try #require(throws: DeviceError.self) { try light.setPower(0.5) }
        #expect("\(error)".contains("set the setting 'constant current' to false"), "\(error)")
        #expect(setup.isSwitchedOn)
    }

    @Test func twoLasersKeepTheirOwnPowers() throws {
        let driver = Driver.stradus
        let lights = try [0.25, 0.75].map { power in
            let setup = try LaserKind.stradus()
            let context = DriverContext(log: DeviceLog())
            let device = try driver.open(LightOptions(port: .path(setup.path)), context)
            return (setup, try #require(device as? SerialLight<StradusCommands>), power)
        }
        for (_, light, power) in lights { try light.setPower(power) }
        for (_, light, power) in lights { #expect(light.setPoint == power) }
        for (setup, light, power) in lights {
            try light.enable()
            #expect(setup.port.instrument.power == power * 100)
            try light.shutdown()
        }
    }

    @Test func withTheDelayItIsOnBeforeLightComes() throws {
        let setup = try LaserKind.stradus(SimulatedStradus(delay: .seconds(60)))
        let light = try setup.open()
        try light.enable()
        #expect(try light.isOn)
        #expect(try light.power == 0)
        #expect(try light.setting("CDRH delay").get() == true)
    }
}
