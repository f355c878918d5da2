import Lasers
import SerialInstruments
import Testing

/// Recordings of whole sessions, from opening to shutdown, that the drivers must still reproduce.
struct RecordedTests {
    static let sessions =
        LaserKind.all.map { kind in
            Session(kind.testDescription, on: { try kind.makeSetup() }) { laser, setup in
                laser.tour()
                if !kind.lacks.contains(.interlock) { tryInVain(laser, setup) { $0.isInterlockOpen = true } }
                if !kind.lacks.contains(.key) { tryInVain(laser, setup) { $0.isKeyOn = false } }
            }
        } + [
            Session("arduino-trigger", on: { try ArduinoTests.setup() }),
            Session("teensy-pulses", on: { try TeensyTests.setup() }),
        ]

    /// Enables a laser after a change to it.
    private static func tryInVain(
        _ laser: SessionClient,
        _ setup: any RecordableInstrument,
        _ change: (inout any SimulatedLaser) -> Void
    ) {
        (setup as? any AnySetup)?.change(change)
        let light = laser.parts.last ?? laser
        light.call("enable")
        light.call("get_status")
    }

    @Test(arguments: sessions) func isTalkedToAsBefore(session: Session) throws {
        for difference in try session.differences() { Issue.record("\(difference)") }
    }

    @Test(arguments: sessions) func anotherCommandIsNoticed(session: Session) throws {
        #expect(try session.isFirmAboutCommands())
    }
}
