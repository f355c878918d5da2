import Testing

@testable import Simulators

struct DSPTableTests {
    private let before = DSPLines()

    private func table(repetitions: Int) throws -> DSPTable {
        try DSPTable(
            [
                DSPAction(time: .milliseconds(10), digital: 1, analog: [1]),
                DSPAction(time: .milliseconds(20), digital: 2, analog: [2, 4]),
                DSPAction(time: .milliseconds(30), digital: 3, analog: [3]),
            ],
            repetitions: repetitions
        )
    }

    @Test(arguments: [(0, 0), (9, 0), (10, 1), (29, 2), (30, 3), (39, 3), (40, 1), (59, 2), (60, 3), (1000, 3)])
    func linesFollowFromTheTime(milliseconds: Int, digital: Int) throws {
        let table = try table(repetitions: 2)
        #expect(table.duration == .milliseconds(60))
        #expect(table.lines(after: .milliseconds(milliseconds), from: before).digital == digital)
    }

    @Test func analogLinesThatAnActionDoesNotNameStay() throws {
        let lines = try table(repetitions: 1).lines(after: .milliseconds(30), from: before)
        #expect(lines.analog == [3, 4, 0, 0])
    }

    @Test func withoutRepetitionsNothingHappens() throws {
        let table = try table(repetitions: 0)
        #expect(table.duration == .zero)
        #expect(table.lines(after: .seconds(1), from: before) == before)
    }
}
