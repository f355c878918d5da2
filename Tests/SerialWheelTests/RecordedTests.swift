import Pickle
import SerialInstruments
import Testing
import Transports

/// Recorded sessions, from opening to shutdown, replayed to check that drivers still send the same.
struct RecordedTests {
    static let sessions = [
        Session("thorlabs-filter-wheel", on: { try fw102c() }),
        Session("thorlabs-ell-slider", on: { try elliptec() }),
    ]

    @Test(arguments: sessions) func isTalkedToAsBefore(session: Session) throws {
        for difference in try session.differences() { Issue.record("\(difference)") }
    }

    @Test(arguments: sessions) func anotherCommandIsNoticed(session: Session) throws {
        #expect(try session.isFirmAboutCommands())
    }

    @Test func otherStepsAreNoticed() throws {
        func differences(_ steps: @escaping @Sendable (SessionClient) -> Void) throws -> [String] {
            try Session("thorlabs-filter-wheel", on: { try fw102c() }) { wheel, _ in steps(wheel) }.differences()
        }
        #expect(try differences { _ in } == ["less was sent than the recording has"])
        let other = try differences { $0.set("position", to: 3) }
        #expect(other.first?.hasPrefix("the recording has 73 70 65 65 64 3f 0d 'speed?·' in its exchange ") == true)
        let more = try differences { wheel in
            wheel.tour()
            wheel.get("position")
        }
        #expect(more == ["the recording has ended, not 70 6f 73 3f 0d 'pos?·'"])
    }

    @Test func otherResultsAreNoticed() throws {
        let session = try #require(Self.sessions.first)
        let recording = try session.recording()
        let lines =
            recording.facts.map { "# \($0)".replacing("result position: 5", with: "result position: 4") }
            + recording.exchanges.map(\.line)
        let differences = try session.differences(from: try Recording(lines.joined(separator: "\n")))
        #expect(differences == ["came then: position: 4", "comes now: position: 5"])
    }
}
