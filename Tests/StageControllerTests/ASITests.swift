import Devices
import Pickle
import Platform
import SerialInstruments
import Testing
import Transports

@testable import StageControllers

struct ASITests {
    /// The dialogue of an MS2000, as in python-microscope and Micro-Manager.
    @Test(arguments: [
        ("WHERE X\r", ":A 0\r\n"), ("W X\r", ":A 0\r\n"), ("MOVE X=5000\r", ":A \r\n"), ("STATUS\r", "N"),
        ("MOVE X=500000\rSTATUS\r", ":A \r\nB"), ("MOVE Q=1\r", ":N-2\r\n"), ("SPEED X?\r", ":A X=7.500\r\n"),
        ("S X=5.745\rS X?\r", ":A \r\n:A X=5.745\r\n"), ("LED X=50\rLED X?\r", ":A \r\nX=50 :A\r\n"),
        ("HALT\r", ":A \r\n"), ("M X=500000\r\\\r", ":A \r\n:N-21\r\n"), ("NONSENSE\r", ":N-1\r\n"),
        ("SL X?\r", ":A X=-55.000\r\n"), ("LED X=200\r", ":N-4\r\n"), ("RS X\r", ":A 2\r\n"),
        ("2M X=5\r", ":A \r\n"), ("2 M X=5\r", ":A \r\n"), ("RS X? Y\r", ":A N 2\r\n"), ("RB X\r", ":\u{2}\r\n"),
        ("AC X=50\rAC X?\r", ":A \r\n:A X=50.000\r\n"), ("MC X-\rRS X\r", ":A \r\n:A 0\r\n"),
        ("UM X?\r", ":A X=10000.000\r\n"),
        ("SU X=12.5\rSU X?\r", ":A \r\n:A X=12.500\r\n"), ("M\r", ":N-3\r\n"), ("M X=far\r", ":N-4\r\n"),
        ("! X\r", ":A \r\n"),
        ("B X?\r", ":A X=0.040\r\n"), ("Z\r", ":A \r\n"), ("W X Y Z\r", ":A 0 0 0\r\n"),
        ("CD\r", ":A Dec 19 2018:15:05:10\r\n"),
        ("VB X?\r", ":A X=0\r\n"), ("VB X=8\rW X\r", ":A \r:A 0\r"), ("VB Z=2\rW X\r", ":A \r\n:A 0.00\r\n"),
        ("VB X=16\rM X=5\r", ":A \r\n:A 5\r\n"), ("VB X=99\r", ":N-4\r\n"),
        ("VB X=1\rM X=5\r", ":A \r\n:A \r\nN"), ("VB X=32\rM X=5\r", ":A \r\n:A \r\n:A 5\r\n"),
    ])
    func simulationAnswersAsTheControllerDoes(command: String, answer: String) throws {
        let setup = try asi { $0.axes.motors["X"]?.speed = 10_000 }
        #expect(try setup.answer(command, answer.utf8.count).replacing(":A  ", with: ":A ") == answer)
    }

    @Test func nothingMovesWhenItIsOpenedEnabledAndClosed() throws {
        let setup = try asi()
        let controller = try setup.open()
        let stage = try controller.stage()
        #expect(try !stage.mayMoveOnEnable)
        try stage.enable()
        try controller.shutdown()
        for word in ["MOVE", "SPIN", "\rHERE", "ZERO", "="] {
            #expect(!setup.port.transcript.contains(word), "\(word)")
        }
    }

    @Test func limitsAreTheControllers() throws {
        let stage = try asi().open().stage()
        #expect(stage.axes.map(\.name) == ["X", "Y", "Z"])
        #expect(try stage.axis("X").limits == AxisLimits(lower: -550_000, upper: 550_000))
        #expect(try stage.axis("Z").limits == AxisLimits(lower: -50_000, upper: 50_000))
    }

    @Test func axesThatAreNotThereAreLeftOut() throws {
        let stage = try asi { $0.axes.motors["Z"] = nil }.open().stage()
        #expect(stage.axes.map(\.name) == ["X", "Y"])
    }

    @Test func countsFromItsEndIfThatIsWanted() throws {
        let setup = try asi(home: true)
        let stage = try setup.open().stage()
        #expect(try stage.mayMoveOnEnable)
        try stage.enable()
        #expect(try stage.axis("X").limits == AxisLimits(lower: 0, upper: 1_100_000))
        #expect(try stage.axis("X").position == 550_000)
    }

    @Test func withoutLimitsItLooksForItsEnds() throws {
        let setup = try asi { $0.isOld = true }
        let stage = try setup.open().stage()
        #expect(try stage.mayMoveOnEnable)
        try stage.enable()
        #expect(try stage.axis("Y").limits == AxisLimits(lower: 0, upper: 800_000))
    }

    @Test func aMoveThatIsCutShortSaysWhyAndWhere() throws {
        let setup = try asi()
        let stage = try setup.open().stage()
        let completion = try stage.move(to: NamedValues([("X", 500_000), ("Y", 1000)]))
        setup.port.update { $0.axes.halt(.now) }
        let error = try #require(throws: DeviceError.self) { try completion.wait() }
        #expect("\(error)".contains("axis X of device at its port stopped at "), "\(error)")
        #expect("\(error)".contains("on its way to 500000.0: the controller gives no reason"), "\(error)")
    }

    @Test func settingsAreEachAxisOwn() throws {
        let setup = try asi()
        let stage = try setup.open().stage()
        try stage.setting("speed Y").set(2.5)
        #expect(setup.port.instrument.axes.speeds == ["Y": 2.5])
        #expect(try stage.setting("upper limit X").get() == 55.0)
        let settings = SettingList(stage.settings) { Issue.record("\($0)") }
        let all = settings.all()
        #expect(all.pairs.count == 9)
        _ = try settings.update(all, isComplete: false)
    }

    // MARK: Lamps

    @Test func lampsAreOffOnceTheDriverIsThere() throws {
        let setup = try asi(lights: ["lamp", "LED"]) { $0.lamps = ["X": 70, "Y": 20] }
        let lamp = try setup.open().device("LED", as: ASILight.self)
        #expect(setup.port.instrument.lamps == ["X": 0, "Y": 0])
        #expect(try !lamp.isOn)
    }

    @Test func lampsStayOnIfTheyAreToBeLeft() throws {
        let setup = try asi(lights: ["lamp", "LED"], leaveAsIs: true) { $0.lamps = ["X": 70, "Y": 0] }
        let controller = try setup.open()
        let (lamp, other) = try (
            controller.device("lamp", as: ASILight.self), controller.device("LED", as: ASILight.self)
        )
        #expect(setup.port.instrument.lamps == ["X": 70, "Y": 0])
        #expect(try lamp.isOn && lamp.isEnabled && lamp.setPoint == 0.7)
        #expect(try !other.isOn && !other.isEnabled)
        setup.port.unplug()
        try setup.port.plugIn()
        #expect(setup.port.wait(within: patience) { $0.lamps["X"] == 0 }, "a loss is another matter")
    }

    @Test func aLampThatNobodyNamedIsLeftAlone() throws {
        let setup = try asi(lights: ["lamp"]) { $0.lamps = ["X": 70, "Y": 20] }
        let controller = try setup.open()
        #expect(setup.port.instrument.lamps == ["X": 0, "Y": 20])
        #expect(controller.devices.map(\.name) == ["stage", "lamp"])
    }

    @Test func aLampLightsWhileItIsEnabled() throws {
        let setup = try asi(lights: ["lamp"])
        let controller = try setup.open()
        let lamp = try controller.device("lamp", as: ASILight.self)
        try lamp.setPower(0.5)
        #expect(setup.port.instrument.lamps["X"] == 0, "power is light, so it waits")
        try lamp.enable()
        #expect(setup.port.instrument.lamps["X"] == 50)
        try lamp.setPower(0.25)
        #expect(try lamp.power == 0.25)
        try controller.shutdown()
        #expect(setup.port.instrument.lamps["X"] == 0)
    }

    @Test func aLampGoesOffWhenThePortIsBack() throws {
        let setup = try asi(lights: ["lamp"])
        let lamp = try setup.open().device("lamp", as: ASILight.self)
        try lamp.setPower(1)
        try lamp.enable()
        setup.port.unplug()
        let error = try #require(throws: DeviceError.self) { try lamp.isOn }
        #expect("\(error)".contains("whether light comes out is unknown"))
        #expect(throws: DeviceError.self) { try lamp.disable() }
        try setup.port.plugIn()
        #expect(setup.port.wait(within: patience) { $0.lamps["X"] == 0 })
        #expect(setup.logs("must be enabled again"))
        #expect(!lamp.isEnabled)
    }

    @Test(arguments: [["a", "a"], ["stage"], ["a", "b", "c"]])
    func namesOfLampsHaveToMakeSense(names: [String]) { #expect(ASIOptions.Lights(names) == nil) }

    // MARK: States that another program has left

    @Test(arguments: ["joystick off", "moving", "half a command", "slow", "old", "backlash"])
    func opensInAnyState(_ state: String) throws {
        let setup = try asi { controller in
            switch state {
            case "joystick off": _ = controller.answer("J X- Y-", at: .now)
            case "moving": _ = controller.answer("M X=400000", at: .now)
            case "half a command": controller.pendingInput = Array("MOVE X".utf8)
            case "slow": controller.axes.speeds = ["X": 0.1]
            case "old": _ = controller.answer("NONSENSE", at: .now)
            default: _ = controller.answer("B X=0.5", at: .now)
            }
        }
        let stage = try setup.open().stage()
        try stage.enable()
        for place in [1000.0, -90_000, 3] {
            try stage.axis("X").move(to: place).wait()
            #expect(try stage.axis("X").position == place)
        }
    }

    /// The modes of `VB`, which a program can also have saved: line ends of CR alone, letters and positions unasked.
    @Test(arguments: [1, 8, 16, 32, 63]) func opensInAnyVerboseMode(_ modes: Int) throws {
        let setup = try asi { _ = $0.answer("VB X=\(modes) Z=1", at: .now) }
        let stage = try setup.open().stage()
        #expect(setup.port.instrument.verbosity.modes == 0)
        for place in [1000.0, -90_000] {
            try stage.axis("X").move(to: place).wait()
            #expect(try stage.axis("X").position == place)
        }
    }

    @Test func savedModesAreEndedAgainAfterAPowerLoss() throws {
        let setup = try asi {
            _ = $0.answer("VB X=17", at: .now)
            _ = $0.answer("SS Z", at: .now)
        }
        let stage = try setup.open().stage()
        setup.port.unplug()
        try setup.port.plugIn()
        #expect(setup.logs("is back"))
        #expect(setup.port.instrument.verbosity.modes == 0)
        try stage.axis("X").move(to: 1000).wait()
    }

    /// Positions in micrometers, because another program has changed the units: so are the limits.
    @Test func limitsHaveTheUnitsThatTheControllerHas() throws {
        let stage = try asi { _ = $0.answer("UM X=1000", at: .now) }.open().stage()
        #expect(try stage.axis("X").limits == AxisLimits(lower: -550_000, upper: 550_000))
    }

    @Test func anAxisThatAnotherProgramHasSwitchedOffSaysSo() throws {
        let stage = try asi { _ = $0.answer("MC X-", at: .now) }.open().stage()
        let error = try #require(throws: DeviceError.self) { try stage.axis("X").move(to: 5000).wait() }
        #expect("\(error)".contains("another program has switched its motor off"), "\(error)")
    }

    @Test func getsItsSpeedBackAfterAPowerLoss() throws {
        let setup = try asi()
        let stage = try setup.open().stage()
        try stage.setting("speed Y").set(2.5)
        setup.port.unplug()
        setup.port.update { $0.axes.speeds = [:] }
        try setup.port.plugIn()
        #expect(setup.logs("is back"))
        #expect(setup.port.instrument.axes.speeds == ["Y": 2.5])
    }
}
