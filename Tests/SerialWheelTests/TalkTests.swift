import Devices
import FilterWheels
import SerialInstruments
import Testing
import Transports

/// Recorded exchanges, replayed by the drivers without a port.
struct TalkTests {
    /// A recording, made of what was sent (`>`) and what came (`<`) as text.
    private func recording(_ talk: [(direction: Exchange.Direction, text: String)]) throws -> Recording {
        let exchanges = talk.enumerated().map { index, step in
            Exchange(time: Double(index), step.direction, "", step.text.unicodeScalars.map { UInt8($0.value) }).line
        }
        return try Recording(exchanges.joined(separator: "\n"))
    }

    @Test func aWheelIsAskedNothingElse() throws {
        let talk = try recording([
            (.out, "\r"), (.in, "\rCommand error CMD_NOT_DEFINED\n> "), (.out, "*idn?\r"),
            (.in, "*idn?\rTHORLABS FW102C/FW212C "), (.in, "Filter Wheel version 1.04\r> "), (.out, "*idn?\r"),
            (.in, "*idn?\rTHORLABS FW102C/FW212C\r> "), (.out, "pcount?\r"), (.in, "pcount?\r6\r> "),
            (.out, "pos?\r"), (.in, "pos?\r2\r"), (.in, "> "), (.out, "pos=5\r"),
            (.in, "pos=5\r"), (.in, "> "), (.out, "pos?\r"), (.in, "pos?\r5\r> "),
        ])
        let stream = ReplayedSerialStream(talk)
        let wheel = try fw102c().open(at: { stream })
        #expect(wheel.positionCount == 6)
        try wheel.go(to: 4)
        #expect(stream.isOver)
    }

    /// Rather than served without them, and nothing said.
    @Test func aWheelThatDoesNotSayWhatItsSettingsAreIsNotOpened() throws {
        let talk = try recording([
            (.out, "\r"), (.in, "\rCommand error CMD_NOT_DEFINED\n> "), (.out, "*idn?\r"),
            (.in, "*idn?\rTHORLABS FW102C/FW212C\r> "), (.out, "*idn?\r"),
            (.in, "*idn?\rCommand error CMD_NOT_DEFINED\n> "),
        ])
        let stream = ReplayedSerialStream(talk)
        let error = #expect(throws: DeviceError.self) { try fw102c().open(at: { stream }) }
        #expect("\(try #require(error))".contains("CMD_NOT_DEFINED"))
    }

    @Test func aSliderIsAskedNothingElse() throws {
        let talk = try recording([
            (.out, "0gs"), (.in, "0GS0A\r\n"), (.out, "0in"), (.in, "0IN091090010620200801005D00000000\r\n"),
            (.out, "0in"), (.in, "0IN091090010620200801005D00000000\r\n"), (.out, "0gp"),
            (.in, "0PO0000005D\r\n"), (.out, "0ho0"), (.in, "0GS09\r\n"), (.in, "0PO00000000\r\n"),
            (.out, "0ma0000003E"), (.in, "0PO0000003E\r\n"), (.out, "0gp"), (.in, "0PO0000003D\r\n"),
        ])
        let stream = ReplayedSerialStream(talk)
        let slider = try elliptec().open(at: { stream })
        #expect(slider.positionCount == 4)
        try slider.go(to: 2)
        #expect(stream.isOver)
    }
}
