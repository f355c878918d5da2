import Testing

@testable import Server

struct OccupationTests {
    @Test func aCallIsOverdueOnceItHasTakenTooLong() throws {
        let occupation = Occupation()
        let now = ContinuousClock.now
        #expect(occupation.overdue(at: now + .seconds(60)) == nil)
        occupation.begin("get_setting", on: "gain", of: 3)
        #expect(occupation.overdue(at: now + .seconds(1)) == nil)
        let (act, isNew) = try #require(occupation.overdue(at: now + .seconds(60)))
        #expect(act.object == 3 && act.text == #"get_setting("gain")"# && isNew)
        #expect(try #require(occupation.overdue(at: now + .seconds(62))).isNew == false)
    }

    @Test func onlyTheEndOfOneThatWasOverdueIsWorthAWord() {
        let occupation = Occupation()
        occupation.begin("enable", of: 0)
        #expect(occupation.end() == nil)
        occupation.begin("enable", of: 0)
        #expect(occupation.overdue(at: .now + .seconds(60)) != nil)
        #expect(occupation.end() != nil)
        #expect(occupation.overdue(at: .now + .seconds(60)) == nil)
    }
}
