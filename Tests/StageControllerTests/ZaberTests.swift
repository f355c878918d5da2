import Devices
import Pickle
import Platform
import SerialInstruments
import Testing
import Transports

@testable import StageControllers

struct ZaberTests {
    /// The dialogue in Zaber's ASCII Protocol Manual.
    @Test(arguments: [
        ("/\n", "@02 0 OK IDLE -- 0\r\n@03 0 OK IDLE -- 0\r\n@14 0 OK IDLE -- 0\r\n"),
        ("/02 0 get system.axiscount\n", "@02 0 OK IDLE -- 2\r\n"),
        ("/02 1 move abs 10000\n", "@02 1 OK BUSY -- 0\r\n"),
        ("/02 1 move abs 99999999\n", "@02 1 RJ IDLE -- BADDATA\r\n"),
        ("/02 7 home\n", "@02 7 RJ IDLE -- BADAXIS\r\n"), ("/02 0 dance\n", "@02 0 RJ IDLE -- BADCOMMAND\r\n"),
        ("/02 0 get limit.home.triggered\n", "@02 0 OK IDLE -- 1 1\r\n"),
        ("/14 1 get limit.cycle.dist\n", "@14 1 OK IDLE -- 60000\r\n"),
        ("/14 1 get motion.index.num\n", "@14 1 OK IDLE -- 1\r\n"),
        ("/03 0 get lamp.status\n", "@03 0 OK IDLE -- 1 1\r\n"),
        ("/03 2 lamp on\n/03 2 get lamp.status\n", "@03 2 OK IDLE -- 0\r\n@03 2 OK IDLE -- 2\r\n"),
        // Message IDs and checksums, as zaber-motion sends them; a wrong checksum is not answered.
        ("/2 0 07 get device.id:0C\n", "@02 0 07 OK IDLE -- 50105\r\n"),
        ("/2 0 07 get device.id:0B\n/2 0 8\n", "@02 0 08 OK IDLE -- 0\r\n"),
        ("/2 0 -- get deviceid\r\n", "@02 0 -- OK IDLE -- 50105\r\n"),
        ("/2 0 warnings\n", "@02 0 OK IDLE -- 00\r\n"), ("/2 1 move max\n", "@02 1 OK BUSY -- 0\r\n"),
        ("/2 1 move min\n", "@02 1 OK BUSY -- 0\r\n"), ("/2 1 move vel -100\n", "@02 1 OK BUSY -- 0\r\n"),
        ("/2 1 move vel\n", "@02 1 RJ IDLE -- BADDATA\r\n"), ("/2 1 move away\n", "@02 1 RJ IDLE -- BADCOMMAND\r\n"),
        ("/2 0 tools echo hello you\n", "@02 0 OK IDLE -- hello you\r\n"),
        ("/2 0 set comm.checksum 1\n/2\n", "@02 0 OK IDLE -- 0:8C\r\n@02 0 OK IDLE -- 0:8C\r\n"),
        ("/2 1 set accel 100\n/2 1 get accel\n", "@02 1 OK IDLE -- 0\r\n@02 1 OK IDLE -- 100\r\n"),
        ("/2 1 set maxspeed 0\n", "@02 1 RJ IDLE -- BADDATA\r\n"),
        ("/2 0 get nonsense\n", "@02 0 RJ IDLE -- BADCOMMAND\r\n"),
        ("/2 0 driver disable\n/2 1 home\n", "@02 0 OK IDLE FD 0\r\n@02 1 RJ IDLE FD DRIVERDISABLED\r\n"),
        ("/2 0 tools parking park\n/2 1 home\n", "@02 0 OK IDLE -- 0\r\n@02 1 RJ IDLE -- PARKED\r\n"),
        (
            "/2 0 lockstep 1 setup enable 1 2\n/2 1 home\n/2 0 lockstep 1 info\n",
            "@02 0 OK IDLE -- 0\r\n@02 1 RJ IDLE -- LOCKSTEP\r\n@02 0 OK IDLE -- 1 2 0 0\r\n"
        ),
        ("/2 0 lockstep 1 setup enable 1 7\n", "@02 0 RJ IDLE -- BADDATA\r\n"),
        ("/2 0 system reset\n/2 0 warnings clear\n", "@02 0 OK IDLE WR 0\r\n@02 0 OK IDLE WR 01 WR\r\n"),
        ("/2 get version\n/2 l\n", "@02 0 OK IDLE -- 7.13\r\n@02 0 OK IDLE -- 7.13\r\n"),
    ])
    func simulationAnswersAsTheDevicesDo(command: String, answer: String) throws {
        #expect(try zaber().answer(command, answer.utf8.count) == answer)
    }

    @Test(arguments: [
        "", "@", "@01 1 OK", "!01 1 IDLE --", "#01 1 more", "@xx 1 OK IDLE -- 0", "@01 1 OK IDLE - 0",
        "@01 1 MAYBE IDLE -- 0",
        "@01 -1 OK IDLE -- 0", "@01 99999999999999999999 OK IDLE -- 0",
    ])
    func otherLinesAreNoReplies(line: String) { #expect(ZaberReply(line) == nil) }

    @Test func aReplyHasAllItsFields() throws {
        let reply = try #require(ZaberReply("@07 2 RJ BUSY FS BADDATA"))
        #expect((reply.address, reply.axis, reply.isAccepted, reply.isBusy) == (7, 2, false, true))
        #expect(reply.data == "BADDATA")
        #expect(reply.warningText == "stalled and stopped (FS)")
        #expect(reply.id == nil)
        #expect(ZaberReply("@01 0 OK IDLE -- ")?.data == "")
        #expect(ZaberReply("@01 0 07 OK IDLE -- 50105")?.id == 7)
        #expect(ZaberReply("@02 0 OK IDLE -- 0:8C")?.data == "0")
        #expect(ZaberReply("@02 0 OK IDLE -- 1:8C") == nil, "a wrong checksum")
    }

    @Test func devicesAreCalledByTheirAddresses() throws {
        let chain = try zaber().open()
        #expect(chain.devices.map(\.name) == ["2", "3", "14"])
        let lamps = try chain.device("3", as: SerialController.self)
        #expect(lamps.devices.map(\.name) == ["LED1", "LED2"])
        #expect(try chain.stage("2").axes.map(\.name) == ["1", "2"])
        #expect(try chain.wheel("14").positionCount == 6)
        #expect(try chain.stage("2").setting("serial number").get() == "50002")
    }

    @Test func nothingMovesWhenItIsOpenedAndClosed() throws {
        let setup = try zaber { $0.devices[2]?.areHomed = [false, true] }
        let chain = try setup.open()
        _ = try (chain.stage("2").mayMoveOnEnable, chain.stage("2").limits, chain.wheel("14").position)
        try chain.shutdown()
        for word in ["home", "move"] { #expect(!setup.port.transcript.contains(" \(word)"), "\(word)") }
    }

    @Test func aStageGoesHomeWhenEnabledIfItHasTo() throws {
        let setup = try zaber { $0.devices[2]?.areHomed = [true, false] }
        let stage = try setup.open().stage("2")
        #expect(try stage.mayMoveOnEnable)
        try stage.enable()
        #expect(try !stage.mayMoveOnEnable)
        #expect(try stage.axis("2").position == 0)
        setup.port.forgetTranscript()
        try stage.enable()
        #expect(!setup.port.transcript.contains(" home\n"))
    }

    @Test func whatIsNotHomeDoesNotMove() throws {
        let setup = try zaber { $0.devices[2]?.areHomed = [false, false] }
        let axis = try setup.open().stage("2").axis("1")
        let error = try #require(throws: DeviceError.self) { try axis.start(to: 1000) }
        #expect("\(error)".contains("BADDATA"), "\(error)")
    }

    @Test func aWheelGoesHomeWithItsFirstMove() throws {
        let setup = try zaber { $0.devices[14]?.areHomed = [false] }
        let wheel = try setup.open().wheel("14")
        try wheel.enable()
        #expect(!setup.port.transcript.contains(" home\n"))
        try wheel.move(to: 4).wait()
        #expect(try wheel.position == 4)
        #expect(setup.port.transcript.contains(" home\n"))
    }

    @Test func betweenItsPositionsAWheelIsAtNone() throws {
        let setup = try zaber { $0.devices[14]?.motors[0].count(from: 5_000, at: .now) }
        let wheel = try setup.open().wheel("14")
        #expect(try wheel.position == -1)
        try wheel.move(to: 2).wait()
        #expect(try wheel.position == 2)
    }

    @Test func aStageThatStallsSaysWhereAndWhy() throws {
        let setup = try zaber { $0.devices[2]?.motors[0].obstacle = 200_000 }
        let stage = try setup.open().stage("2")
        let error = try #require(throws: DeviceError.self) { try stage.axis("1").move(to: 300_000).wait() }
        #expect("\(error)".contains("stopped at 200000.0 on its way to 300000.0: stalled and stopped (FS)"), "\(error)")
        try stage.axis("2").move(to: 1000).wait()
    }

    @Test func alertsAndTheRepliesOfOthersArePassedOver() throws {
        let setup = try zaber()
        let stage = try setup.open().stage("2")
        let text =
            "!02 1 IDLE --\r\n@14 1 OK IDLE -- 7\r\n#02 0 more\r\n@02 1 99 OK IDLE -- 9\r\n@02 1 OK IDLE -- 8\r\n"
        setup.port.spoil { $0.noise = Array(text.utf8) }
        #expect(try stage.axis("1").position == 152_690.5.rounded(.toNearestOrAwayFromZero))
    }

    @Test func axesMoveTogether() throws {
        let setup = try zaber { $0.devices[2]?.motors[1].speed = 1_000_000 }
        let stage = try setup.open().stage("2")
        let completion = try stage.move(to: NamedValues([("1", 300_000), ("2", 10_000)]))
        #expect(try stage.axis("1").isMoving)
        #expect(try stage.axis("2").isMoving)
        try completion.wait()
        #expect(try stage.position.pairs.map(\.value) == [300_000, 10_000])
    }

    @Test func whatIsNoWheelIsNotTakenForOne() throws {
        let setup = try zaber { $0.devices[14] = SimulatedZaber(.stage, serialNumber: 7) }
        let error = try #require(throws: DeviceError.self) { try setup.open() }
        #expect("\(error)".contains("device 14 is not a filter wheel"), "\(error)")
    }

    @Test func aDeviceThatIsNotThereIsMissed() throws {
        let setup = try zaber { $0.devices[14] = nil }
        let error = try #require(throws: DeviceError.self) { try setup.open() }
        #expect("\(error)".contains("get system.serial'"), "\(error)")
    }

    // MARK: Lamps

    @Test func lampsAreOffOnceTheDriverIsThere() throws {
        let setup = try zaber { $0.devices[3]?.lamps = [2, 2] }
        let chain = try setup.open()
        #expect(setup.port.instrument.devices[3]?.lamps == [1, 1])
        let lamp = try chain.device("3", as: SerialController.self).device("LED2", as: SerialLight<ZaberLamp>.self)
        #expect(try !lamp.isOn)
    }

    @Test func lampsStayOnIfTheyAreToBeLeft() throws {
        let setup = try zaber(leaveAsIs: true) { $0.devices[3]?.lamps = [1, 2] }
        let lamps = try setup.open().device("3", as: SerialController.self)
        #expect(setup.port.instrument.devices[3]?.lamps == [1, 2])
        #expect(try lamps.device("LED2", as: SerialLight<ZaberLamp>.self).isEnabled)
        #expect(try !lamps.device("LED1", as: SerialLight<ZaberLamp>.self).isEnabled)
        setup.port.unplug()
        try setup.port.plugIn()
        #expect(setup.port.wait(within: patience) { $0.devices[3]?.lamps == [1, 1] }, "a loss is another matter")
    }

    /// The other lamps must go off all the same.
    @Test func aLampThatCannotBeSwitchedOffLeavesTheOthersOff() throws {
        let setup = try zaber {
            $0.devices[3]?.lamps = [2, 2]
            $0.devices[3]?.stuckLamps = [0]
        }
        let error = try #require(throws: DeviceError.self) { try setup.open() }
        #expect("\(error)".contains("it is still on"), "\(error)")
        #expect(setup.port.instrument.devices[3]?.lamps == [2, 1])
    }

    @Test func aLampGoesOffWhenThePortIsBack() throws {
        let setup = try zaber()
        let chain = try setup.open()
        let lamp = try chain.device("3", as: SerialController.self).device("LED1", as: SerialLight<ZaberLamp>.self)
        try lamp.setPower(0.5)
        try lamp.enable()
        #expect(setup.port.instrument.devices[3]?.fluxes == [1.25, 0])
        #expect(setup.port.instrument.devices[3]?.lamps == [2, 1])
        setup.port.unplug()
        let error = try #require(throws: DeviceError.self) { try lamp.isOn }
        #expect("\(error)".contains("whether light comes out is unknown"))
        try setup.port.plugIn()
        #expect(setup.port.wait(within: patience) { $0.devices[3]?.lamps == [1, 1] })
        #expect(setup.logs("must be enabled again"))
        #expect(!lamp.isEnabled)
    }

    @Test func aLampThatTellsNoStateIsUnknownAndNotOff() throws {
        let setup = try zaber()
        let chain = try setup.open()
        let lamp = try chain.device("3", as: SerialController.self).device("LED1", as: SerialLight<ZaberLamp>.self)
        setup.port.update { $0.devices[3]?.lamps = [7, 1] }
        let error = try #require(throws: DeviceError.self) { try lamp.isOn }
        #expect("\(error)".contains("whether light comes out is unknown"), "\(error)")
        try lamp.disable()
        #expect(try !lamp.isOn)
        try chain.shutdown()
        setup.port.update { $0.devices[3]?.lamps = [7, 1] }
        let refusal = try #require(throws: DeviceError.self) { try setup.open() }
        #expect("\(refusal)".contains("get lamp.status'"), "\(refusal)")
    }

    @Test func aLampWithAFaultSaysSo() throws {
        let setup = try zaber { $0.devices[3]?.lamps = [3, 1] }
        let chain = try setup.open()
        let lamp = try chain.device("3", as: SerialController.self).device("LED1", as: SerialLight<ZaberLamp>.self)
        let error = try #require(throws: DeviceError.self) { try lamp.enable() }
        #expect("\(error)".contains("the lamp has a fault"), "\(error)")
        #expect(try lamp.setting("wavelength peak").get() == 470.0)
    }

    // MARK: States that another program has left

    @Test(arguments: ["checksums", "alerts", "moving", "stalled before", "half a command", "slow"])
    func opensInAnyState(_ state: String) throws {
        let setup = try zaber { chain in
            switch state {
            case "checksums": for address in [2, 3, 14] { chain.devices[address]?.settings["comm.checksum"] = "1" }
            case "alerts": for address in [2, 3, 14] { chain.devices[address]?.settings["comm.alert"] = "1" }
            case "moving": chain.devices[2]?.motors[0].run(forward: true, at: .now)
            case "stalled before": chain.devices[2]?.warning = "FS"
            case "half a command": chain.pendingInput = Array("/2 1 move".utf8)
            default: chain.devices[2]?.motors[0].speed = 1_000_000
            }
        }
        let chain = try setup.open()
        let stage = try chain.stage("2")
        try stage.enable()
        for place in [1000.0, 200_000, 3] {
            try stage.axis("1").move(to: place).wait()
            #expect(try stage.axis("1").position == place)
        }
        try chain.wheel("14").move(to: 3).wait()
        #expect(try chain.wheel("14").position == 3)
    }

    @Test(arguments: [
        ("parked", "PARKED (another program has parked it)"), ("disabled", "DRIVERDISABLED (another program"),
        ("coupled", "LOCKSTEP (another program has coupled it"),
    ])
    func aDeviceThatAnotherProgramHasStoppedSaysSo(state: String, text: String) throws {
        let setup = try zaber {
            $0.devices[2]?.isParked = state == "parked"
            $0.devices[2]?.isDriverDisabled = state == "disabled"
            $0.devices[2]?.coupledAxes = state == "coupled" ? [1, 2] : []
        }
        let axis = try setup.open().stage("2").axis("1")
        let error = try #require(throws: DeviceError.self) { try axis.move(to: 1000).wait() }
        #expect("\(error)".contains(text), "\(error)")
    }
}
