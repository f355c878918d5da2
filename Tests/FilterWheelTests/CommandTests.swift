import Testing
import Transports

@testable import FilterWheels

/// The frames that were captured from real wheels.
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
        #expect(ZWOGetInfo().read(info) == "3.0.9 EFW-S-0")
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
        #expect(FingerLakesCommand.step(0xffff).word == 0x9fff)
        #expect(FingerLakesCommand.go(toSlot: 2).word == 0xc002)
        #expect(FingerLakesBoard(hardware: 7) == nil)
    }

    private func bytes(_ text: String) throws -> [UInt8] { try #require(Hexadecimal.bytes(text)) }
}
