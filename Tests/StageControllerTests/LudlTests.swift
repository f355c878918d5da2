import Devices
import Pickle
import Platform
import SerialInstruments
import Testing
import Transports

@testable import StageControllers

struct LudlTests {
    /// The dialogue of a MAC2000, as in python-microscope and Micro-Manager.
    @Test(arguments: [
        ("MOVE X=1000\r", ":A \n"), ("MOVE X=200000\rSTATUS\r", ":A \nB"), ("STATUS\r", "N"),
        ("WHERE X\r", ":A 100000\n"),
        ("MOVE Q=1\r", ":N -2\n"), ("NONSENSE\r", ":N -1\n"), ("HERE X=0\rWHERE X\r", ":A \n:A 0\n"),
        ("STATUS S\r", "N"), ("ROTAT S1 M 4\r", ":A \n"), ("ROTAT S9 M 4\r", ":N -2\n"), ("ROTAT S1 M 99\r", ":N -4\n"),
        ("OPEN S1 1\rRDSTAT S1\r", ":A \n:A 4 \n"), ("RDSTAT X\r", ":A 2\n"), ("MOVE X=abc\r", ":N -4\n"),
        ("SPEED X\r", ":A 276480\n"), ("SPEED X=5000\rSPEED X\r", ":A \n:A 5000\n"), ("ACCEL X\r", ":A 100\n"),
        ("STSPEED Y=10\rSTSPEED Y\r", ":A \n:A 10\n"), ("JOYSTICK X- Y-\r", ":A \n"), ("HALT\r", ":A \n"),
        ("WHERE X Y\r", ":A 100000 150000\n"), ("MOVE\r", ":N -3\n"), ("home x y\r", ":A \n"),
        ("CENTER Q\r", ":N -2\n"),
        ("CLOSE S1 9\r", ":N -4\n"),
    ])
    func simulationAnswersAsTheControllerDoes(command: String, answer: String) throws {
        let setup = try ludl { $0.axes.motors["X"]?.speed = 10_000 }
        #expect(try setup.answer(command, answer.utf8.count) == answer)
    }

    @Test func knowsWhatTheLineNeeds() {
        #expect(Ludl.port.stopBits == .two)
        #expect(Ludl.port.baudRate == 9600)
        #expect(Ludl.format.bytePause == .milliseconds(10))
    }

    @Test func nothingMovesWhenItIsOpenedAndClosed() throws {
        let setup = try ludl()
        let controller = try setup.open()
        try controller.enable()
        try controller.wheel("filter 1").enable()
        _ = try controller.stage().limits
        try controller.shutdown()
        for word in ["MOVE", "SPIN", "\rHERE", "HOME", "ROTAT", "REMRES"] {
            #expect(!setup.port.transcript.contains(word), "\(word)")
        }
    }

    @Test func findsItsEndsWhenEnabled() throws {
        let setup = try ludl()
        let stage = try setup.open().stage()
        #expect(try stage.mayMoveOnEnable)
        try stage.enable()
        #expect(try !stage.mayMoveOnEnable)
        #expect(try stage.axis("1").limits == AxisLimits(lower: 0, upper: 1_000_000))
        #expect(try stage.axis("2").limits == AxisLimits(lower: 0, upper: 700_000))
        #expect(try stage.axis("1").position == 500_000)
        setup.port.forgetTranscript()
        try stage.enable()
        #expect(!setup.port.transcript.contains("SPIN"), "once is enough")
    }

    @Test func staysUntilItKnowsItsEnds() throws {
        let setup = try ludl()
        let axis = try setup.open().stage().axis("1")
        let error = try #require(throws: DeviceError.self) { try axis.start(to: 10) }
        #expect("\(error)".contains("unknown until the stage has been enabled"))
        #expect(!setup.port.transcript.contains("MOVE"))
    }

    @Test func doesNotMoveWhenEnabledIfItsLimitsAreGiven() throws {
        let setup = try ludl(limits: ["1": AxisLimits(lower: 0, upper: 100), "2": AxisLimits(lower: 0, upper: 100)])
        let stage = try setup.open().stage()
        #expect(try !stage.mayMoveOnEnable)
        try stage.enable()
        #expect(!setup.port.transcript.contains("SPIN"))
        try stage.axis("1").start(to: 1000)
        #expect(setup.port.hears("MOVE X=100\r", within: patience))
    }

    @Test func looksForItsEndsAgainAfterThePortWasLost() throws {
        let setup = try ludl()
        let stage = try setup.open().stage()
        try stage.enable()
        setup.port.unplug()
        try setup.port.plugIn()
        #expect(setup.logs("is back"))
        #expect(try stage.mayMoveOnEnable)
        #expect(!stage.isEnabled)
        #expect(throws: DeviceError.self) { try stage.axis("1").start(to: 10) }
    }

    @Test func aMoveThatIsCutShortSaysWhereItStopped() throws {
        let setup = try ludl()
        let stage = try setup.open().stage()
        try stage.enable()
        setup.port.update { $0.axes.motors["X"]?.obstacle = 150_000 }
        let completion = try stage.axis("1").move(to: 900_000)
        let error = try #require(throws: DeviceError.self) { try completion.wait() }
        #expect("\(error)".contains("axis 1 of device at its port stopped at 550000.0 on its way to 900000.0"))
        #expect(try !stage.axis("1").isMoving)
    }

    @Test func aWheelIsWhereItWasSent() throws {
        let setup = try ludl()
        let wheel = try setup.open().wheel("filter 1")
        #expect(try wheel.position == -1, "unknown until it has been moved")
        try wheel.move(to: 9).wait()
        #expect(try wheel.position == 9)
        #expect(setup.port.instrument.wheel == 10)
        #expect(setup.port.transcript.contains("ROTAT S1 M 0\r"), "the tenth is called 0")
        setup.port.unplug()
        try setup.port.plugIn()
        #expect(setup.logs("is back"))
        #expect(try wheel.position == -1)
    }

    @Test func aWheelIsWatchedByItsModule() throws {
        let setup = try ludl { $0.wheelTime = .milliseconds(200) }
        let wheel = try setup.open().wheel("filter 1")
        try wheel.move(to: 1).wait()
        let completion = try wheel.move(to: 4)
        #expect(try wheel.isMoving)
        #expect(try wheel.position == 1)
        try completion.wait()
        #expect(try wheel.position == 4)
    }

    @Test func shuttersThatWereOpenedAreClosedInTheEnd() throws {
        let setup = try ludl { $0.openShutters = [2] }
        let controller = try setup.open()
        #expect(try controller.setting("shutter 2 open").get() == true)
        #expect(try controller.setting("shutter 1 open").get() == false)
        try controller.setting("shutter 1 open").set(true)
        #expect(setup.port.instrument.openShutters == [1, 2])
        try controller.shutdown()
        #expect(setup.port.instrument.openShutters == [2], "what others opened is theirs")
    }

    /// States that another program may have left.
    @Test(arguments: ["low level", "joystick off", "moving", "half a command", "slow"])
    func opensInAnyState(_ state: String) throws {
        let limits: NamedOptions<AxisLimits> = [
            "1": AxisLimits(lower: -400_000, upper: 600_000), "2": AxisLimits(lower: -200_000, upper: 500_000),
        ]
        let setup = try ludl(limits: limits) { controller in
            switch state {
            case "low level": _ = controller.receive([0xFF, 0x42], at: .now)
            case "joystick off": controller.isJoystickOn = false
            case "moving": _ = controller.answer("MOVE X=400000", at: .now)
            case "half a command": controller.pendingInput = Array("MOVE X".utf8)
            default: controller.axes.speeds = ["X": 10]
            }
        }
        let controller = try setup.open()
        #expect(!setup.port.instrument.isLowLevel)
        for place in [1000.0, -90_000, 3] {
            try controller.stage().axis("1").move(to: place).wait()
            #expect(try controller.stage().axis("1").position == place)
        }
    }

    /// The messages of Micro-Manager's adapter LudlLow to the module for filters and shutters, at its address 17.
    @Test func theLowLevelIsAsMicroManagerUsesIt() {
        var controller = SimulatedLudl()
        var now = ContinuousClock.now
        func ask(_ bytes: UInt8...) -> [UInt8] { controller.receive(bytes, at: now).flatMap(\.bytes) }
        #expect(ask(0xFF, 0x42) == [] && controller.isLowLevel)
        #expect(ask(17, 0x3F, 0x3A) == [0x62])
        #expect(ask(17, 0x4A, 0, 0x3A, 17, 0x4F, 0, 0x3A, 17, 0x73, 1, 0x3A) == [4 | 16])
        #expect(ask(17, 0x4B, 0, 0x3A, 17, 0x73, 1, 0x3A) == [16])
        #expect(controller.openShutters == [3])
        #expect(ask(17, 0x35, 0, 0x3A, 17, 0x61, 1, 0x3A, 17, 0x3F, 0x3A) == [5, 0x42])
        now += controller.wheelTime
        #expect(ask(17, 0x3F, 0x3A) == [0x62])
        #expect(ask(17, 0x48, 0, 0x3A, 17, 0x61, 1, 0x3A) == [1])
        // A module that is not there is silent, and so is text.
        #expect(ask(18, 0x3F, 0x3A) == [] && ask(0x56, 0x45, 0x52, 0x0D) == [])
        #expect(ask(0xFF, 0x41) == [] && !controller.isLowLevel)
    }
}
