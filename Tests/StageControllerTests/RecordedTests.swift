import SerialInstruments
import Testing

/// Recorded sessions, from opening to shutdown, replayed to check that drivers still send the same.
struct RecordedTests {
    static let sessions = [
        Session("prior-proscan-iii", on: { try proScan(limits: proScanLimits) }),
        Session("ludl-mc2000", on: { try ludl() }),
        Session("asi-ms2000", on: { try asi(lights: ["red", "blue"]) }),
        Session("zaber-daisy-chain", on: { try zaber() }),
    ]

    @Test(arguments: sessions) func isTalkedToAsBefore(session: Session) throws {
        for difference in try session.differences() { Issue.record("\(difference)") }
    }

    @Test(arguments: sessions) func anotherCommandIsNoticed(session: Session) throws {
        #expect(try session.isFirmAboutCommands())
    }
}
