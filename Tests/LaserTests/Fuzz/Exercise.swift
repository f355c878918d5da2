import Devices
import Testing

@testable import Lasers
@testable import Transports

/// Everything that the commands of a light can do, over a stream that answers as it likes.
///
/// Each ends with a value that makes sense, or with an error of the line.
struct Exercise {
    let lines: LineProtocol

    func identify(_ body: (LineProtocol) throws -> String) { attempt { _ = try body(lines) } }

    func all<Commands: LightCommands>(of commands: Commands) {
        identify(commands.identify)
        attempt {
            let range = try commands.powerRange(lines)
            isFinite(range.lowerBound)
            isFinite(range.upperBound)
            for fraction in [0, 0.37, 1] { attempt { try commands.setPower(fraction * range.upperBound, lines) } }
        }
        attempt { isFinite(try commands.setPoint(lines) ?? 0) }
        attempt { isFinite(try commands.measuredPower(lines)) }
        attempt { _ = try commands.isOn(lines) }
        attempt { try commands.switchOn(lines) }
        attempt { _ = try commands.obstacle(lines) }
        attempt { try commands.ensureOff(lines) }
        attempt { _ = try commands.triggerType(lines) }
        for type in commands.triggerTypes { attempt { try commands.setTriggerType(type, lines) } }
        for row in commands.status { attempt { _ = try row.read(lines) } }
    }

    private func isFinite(_ number: Double) { #expect(number.isFinite) }

    func attempt(_ body: () throws -> Void) {
        do { try body() } catch is SerialError {} catch is DeviceError {} catch { Issue.record(error) }
    }
}

extension SerialLine {
    /// Reads all settings that it finds, if it finds any.
    func readAll(_ settings: (SerialLine) throws -> [Setting]) {
        do { _ = SettingList(try settings(self)).all() } catch is DeviceError {} catch { Issue.record(error) }
        close()
    }
}
