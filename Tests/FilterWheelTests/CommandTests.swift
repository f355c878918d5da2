import Testing
import Transports

@testable import FilterWheels

/// Reports that were captured from real wheels.
struct CommandTests {
    @Test func readsAnEFWsStatus() throws {
        let query = ZWOGetStatus()
        #expect(query.report == [0x03, 0x7e, 0x5a, 0x02, 0x01])
        let idle = try #require(query.read(bytes("01 7e 5a 01 01 00 01 01 01 07 00 00 00 00 2b 01")))
        #expect(idle.isIdle && idle.target == 1 && idle.current == 1 && idle.reported == 1 && idle.count == 7)
        let failed = try #require(query.read(bytes("01 7e 5a 01 06 0c 07 06 07 07 00 00 00 00 2b 01")))
        #expect(failed.isInError && failed.error == 0x0c && failed.current == 6)
    }

    @Test func readsAnEFWsSerialNumberAsTheVendorsSDKDoes() throws {
        let frame = try bytes("01 7e 5a 0c 01 0f 02 01 02 00 07 03 dc ef 2b 01")
        #expect(ZWOGetSerial().read(frame) == "1f2120703dcef2b1")
        let info = try bytes("01 7e 5a 04 03 00 09 00 45 46 57 2d 53 2d 30 00")
        #expect(ZWOGetInfo().read(info) == ZWOGetInfo.Reply(firmware: "3.0.9", model: "EFW-S-0"))
    }

    @Test func theSimulatedEFWSendsWhatRealOnesDid() throws {
        let wheel = SimulatedWheel.zwo(.init(positions: 7, homingTime: .zero))
        wheel.powerUp()
        let ask = ControlRequest(type: 0x21, request: 9, value: 0x0303, index: 0)
        let fetch = ControlRequest(type: 0xa1, request: 1, value: 0x0301, index: 0)
        for (report, answer) in [
            ("03 7e 5a 02 01", "01 7e 5a 01 01 00 01 01 01 07 00 00 00 00 2b 01"),
            ("03 7e 5a 02 04", "01 7e 5a 04 03 00 09 00 45 46 57 2d 53 2d 30 00"),
            ("03 7e 5a 02 0c", "01 7e 5a 0c 01 0f 02 01 02 00 07 03 dc ef 2b 01"),
        ] {
            let report = try bytes(report)
            #expect(wheel.control(ask, report + [UInt8](repeating: 0, count: 16 - report.count)) == [])
            #expect(wheel.control(fetch, []) == (try bytes(answer)))
        }
    }

    @Test func wordsOfFingerLakesStayInTheirBits() {
        #expect(FingerLakesCommand.step(0xffff).word == 0xafff)
        #expect(FingerLakesCommand.go(toSlot: 2).word == 0xc002)
    }

    /// libfli's table: slots, the steps of a turn, and those from home to the first slot.
    @Test(
        arguments: [
            (0x00, 5, 240, 0), (0x01, 3, 240, 48), (0x02, 7, 241, 14), (0x03, 8, 240, 18), (0x04, 15, 720, 0),
            (0x05, 12, 240, 6), (0x06, 10, 240, 0), (0x08, 7, 364, 14), (0x09, 20, 580, 494),
            (0x0a, 12, 576, 35),
        ] as [(hardware: UInt8, slots: Int, turn: UInt16, offset: UInt16)]
    )
    func oldBoardsCountSteps(_ row: (hardware: UInt8, slots: Int, turn: UInt16, offset: UInt16)) throws {
        guard case .stepping(let steps, let offset)? = FingerLakesBoard(hardware: row.hardware) else {
            Issue.record("hardware \(row.hardware) is not an old board")
            return
        }
        #expect(steps.count == row.slots)
        #expect(steps.reduce(0, +) == row.turn)
        #expect(offset == row.offset)
    }

    @Test func otherBoardsAreNewOrNoWheels() {
        for hardware in [0xfe, 0xff] as [UInt8] { #expect(FingerLakesBoard(hardware: hardware) == .newer) }
        // 7 is a focuser.
        for hardware in [0x07, 0x0b, 0x42] as [UInt8] { #expect(FingerLakesBoard(hardware: hardware) == nil) }
    }

    private func bytes(_ text: String) throws -> [UInt8] { try #require(Hexadecimal.bytes(text)) }
}
