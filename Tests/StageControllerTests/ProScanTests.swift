import Devices
import Pickle
import Platform
import SerialInstruments
import Testing
import Transports

@testable import StageControllers

struct ProScanTests {
    /// The dialogue of a ProScan III, as in its manual and python-microscope.
    @Test(arguments: [
        ("FPW 1\r", "10\r"), ("7,1,F\r", "1\r"), ("7 1 F\r", "1\r"), ("7,1,5\r", "R\r"), ("7,1,5\r7,1,F\r", "5\rR\r"),
        ("G,1000,500\r", "R\r"), ("7,3,F\r", "E,17\r"), ("8,3\r", "E,20\r"), ("8,1\r", "1\r"), ("NONSENSE\r", "E,5\r"),
        ("$\r", "0\r"), ("GX,60000\r$\r", "1\rR\r"), ("7,2,9\r$\r", "32\rR\r"), ("SMS,50\rSMS\r", "0\r50\r"),
        ("FILTER 3\r", "FILTER_3 = NONE\rEND\r"), ("RES,S\r", "1\r"), ("PX\r", "57000\r"),
        ("GR 10,20\r", "R\r"), ("U 50\r", "R\r"), ("V -100\r", "R\r"),
        ("PS 0,0\rP\r", "0\r0,0,0\r"), ("LMT\r", "00\r"), ("$,S\r", "0\r"), ("COMP\r", "0\r"), ("J\r", "0\r"),
        ("7,1,N\r7,1,F\r", "2\rR\r"), ("7,1,P\r7,1,F\r", "10\rR\r"),
        ("ERROR,1\rNONSENSE\r", "0\rERROR: COMMAND NOT FOUND\r"),
        ("SHUTTER 2\r", "SHUTTER_2 = NONE\rEND\r"), ("G\r", "E,4\r"),
        ("DATE\r", "ProScan III Version 1.03 compiled Apr 11 2012\r"),
    ])
    func simulationAnswersAsTheControllerDoes(command: String, answer: String) throws {
        let setup = try proScan {
            $0.stepTime = .milliseconds(20)
            $0.motors["X"]?.speed = 50_000
        }
        #expect(try setup.answer(command, answer.utf8.count) == answer)
    }

    @Test func whatAnswersOtherwiseIsNoProScan() throws {
        let port = try DrivenController(SimulatedASI(), ProScan.port) { connector in
            try ProScan.open(connector, ProScanOptions(port: .path("/dev/null")), ProScan.format.fast)
        }
        #expect(throws: DeviceError.self) { try port.open() }
    }

    @Test func nothingMovesWhenItIsOpenedEnabledAndClosed() throws {
        let setup = try proScan(limits: proScanLimits)
        let controller = try setup.open()
        let stage = try controller.stage()
        #expect(try !stage.mayMoveOnEnable)
        try stage.enable()
        _ = try (stage.limits, stage.position, controller.wheel("filter 1").position)
        try controller.shutdown()
        let commands = setup.port.transcript.split(separator: "\r")
        for command in commands {
            #expect(!command.hasPrefix("G") && command != "SIS" && command != "7,1,1", "\(command)")
        }
    }

    @Test func hasWhatIsConnected() throws {
        let controller = try proScan(limits: proScanLimits).open()
        #expect(controller.devices.map(\.name) == ["stage", "filter 1", "filter 2"])
        #expect(try controller.stage().axes.map(\.name) == ["X", "Y", "Z"])
        #expect(try controller.wheel("filter 2").positionCount == 10)
        #expect(controller.settings.map(\.name) == ["serial number", "firmware", "shutter 1 open"])
        let other = try proScan { ($0.hasStage, $0.wheels) = (false, [2: 4]) }.open()
        #expect(other.devices.map(\.name) == ["filter 2"])
    }

    @Test func theFocusNeedsLimits() throws {
        #expect(try proScan().open().stage().axes.map(\.name) == ["X", "Y"])
    }

    @Test func limitsAreTheStagesSizeToBothSides() throws {
        let stage = try proScan().open().stage()
        #expect(try stage.axis("X").limits == AxisLimits(lower: -114_000, upper: 114_000))
        #expect(try stage.axis("Y").limits == AxisLimits(lower: -75_000, upper: 75_000))
    }

    @Test(arguments: [false, true]) func aMoveEndsWhenItHasEnded(acknowledges: Bool) throws {
        let setup = try proScan {
            $0.acknowledges = acknowledges
            $0.motors["X"]?.speed = 100_000
        }
        let stage = try setup.open().stage()
        let completion = try stage.axis("X").move(to: 77_000)
        var places: [Double] = []
        try completion.wait { places.append(try stage.axis("X").position) }
        #expect(try stage.axis("X").position == 77_000)
        #expect(places.contains { $0 > 57_000 && $0 < 77_000 })
    }

    @Test(arguments: [false, true]) func aWheelIsThereWhenItIs(acknowledges: Bool) throws {
        let setup = try proScan {
            $0.acknowledges = acknowledges
            $0.stepTime = .milliseconds(40)
        }
        let wheel = try setup.open().wheel("filter 1")
        let completion = try wheel.move(to: 5)
        #expect(try wheel.position == 0)
        try completion.wait()
        #expect(try wheel.position == 5)
        #expect(setup.port.instrument.wheels == [1: 6, 2: 1])
    }

    @Test func aWheelThatIsStuckSaysWhereItIs() throws {
        let setup = try proScan { $0.isWheelStuck = true }
        let wheel = try setup.open().wheel("filter 1")
        let error = try #require(throws: DeviceError.self) { try wheel.move(to: 4).wait() }
        #expect("\(error)".contains("did not go to position 4: it stopped short; it is at position 2"), "\(error)")
    }

    @Test func aStageAtItsEndSaysWhereItIs() throws {
        let setup = try proScan()
        let stage = try setup.open().stage()
        let error = try #require(throws: DeviceError.self) { try stage.axis("Y").move(to: -100).wait() }
        #expect("\(error)".contains("axis Y of device at its port stopped at 0.0 on its way to -100.0"), "\(error)")
    }

    @Test func aRefusalIsNamed() throws {
        let setup = try proScan()
        let wheel = try setup.open().wheel("filter 2")
        setup.port.update { $0.wheels[2] = nil }
        let error = try #require(throws: DeviceError.self) { try wheel.startMove(to: 3) }
        #expect("\(error)".contains("no such filter wheel (E,17)"), "\(error)")
    }

    @Test func theEndOfAMoveIsNoAnswer() throws {
        let setup = try proScan()
        let stage = try setup.open().stage()
        setup.port.spoil { $0.noise = Array("R\r".utf8) }
        #expect(try stage.axis("X").position == 57_000)
    }

    @Test func shuttersThatWereOpenedAreClosedInTheEnd() throws {
        let setup = try proScan()
        let controller = try setup.open()
        try controller.setting("shutter 1 open").set(true)
        #expect(setup.port.instrument.isShutterOpen)
        try controller.disable()
        #expect(!setup.port.instrument.isShutterOpen)
    }

    @Test func theSpeedCanBeSet() throws {
        let stage = try proScan().open().stage()
        try stage.setting("speed").set(40)
        #expect(try stage.setting("speed").get() == 40)
        #expect(try stage.setting("acceleration").get() == 100)
        #expect(throws: SettingError.self) { try stage.setting("s-curve").set(0) }
    }

    /// States that another program may have left.
    @Test(arguments: ["errors in words", "compatible", "moving", "slow", "half a command", "shutter open"])
    func opensInAnyState(_ state: String) throws {
        let setup = try proScan(limits: proScanLimits) { controller in
            switch state {
            case "errors in words": controller.reportsErrorsInWords = true
            case "compatible": controller.properties["COMP"] = 1
            case "moving": _ = controller.answer("GX 100000", at: .now)
            case "slow": controller.motors["X"]?.speed = 200_000
            case "half a command": controller.pendingInput = Array("GR 5".utf8)
            default: controller.isShutterOpen = true
            }
        }
        let controller = try setup.open()
        #expect(controller.devices.map(\.name) == ["stage", "filter 1", "filter 2"])
        #expect(controller.settings.map(\.name) == ["serial number", "firmware", "shutter 1 open"])
        let axis = try controller.stage().axis("X")
        for place in [1000.0, 90_000, 3] {
            try axis.move(to: place).wait()
            #expect(try axis.position == place)
        }
        try controller.wheel("filter 2").move(to: 7).wait()
        #expect(try controller.wheel("filter 2").position == 7)
    }

    @Test func getsItsSpeedBackAfterAPowerLoss() throws {
        let setup = try proScan()
        let stage = try setup.open().stage()
        try stage.setting("speed").set(40)
        setup.port.unplug()
        setup.port.update { $0.properties["SMS"] = 100 }
        try setup.port.plugIn()
        #expect(setup.logs("is back"))
        #expect(setup.port.instrument.properties["SMS"] == 40)
    }
}
