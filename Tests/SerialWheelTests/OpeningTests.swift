import Devices
import Testing
import Transports

@testable import SerialWheels

struct OpeningTests {
    /// Rather than served without them, and nothing said.
    @Test func aWheelThatDoesNotSayWhatItsSettingsAreIsNotOpened() throws {
        let talk: [(Exchange.Direction, String)] = [
            (.out, "\r"), (.in, "\rCommand error CMD_NOT_DEFINED\n> "), (.out, "*idn?\r"),
            (.in, "*idn?\rTHORLABS FW102C/FW212C\r> "), (.out, "pcount?\r"), (.in, "pcount?\r6\r> "),
            (.out, "*idn?\r"), (.in, "*idn?\rCommand error CMD_NOT_DEFINED\n> "),
        ]
        let lines = talk.enumerated().map { index, step in
            Exchange(time: Double(index), step.0, "", step.1.unicodeScalars.map { UInt8($0.value) }).line
        }
        let stream = ReplayedByteStream(try Recording(lines.joined(separator: "\n")))
        var format = FW102CCommands.format
        (format.pause, format.silence) = (.zero, .milliseconds(1))
        let error = #expect(throws: DeviceError.self) {
            try SerialWheel(FW102CCommands(), SerialConnector("wheel") { stream }, format)
        }
        #expect("\(try #require(error))".contains("CMD_NOT_DEFINED"))
    }
}
