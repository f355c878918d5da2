import Testing

@testable import Server

struct OccupationTests {
    @Test func aCallIsOverdueOnceItHasTakenTooLong() throws {
        let occupation = Occupation()
        #expect(occupation.overdue(in: .seconds(60)) == nil)
        occupation.begin("get_setting", on: "gain", of: 3)
        #expect(occupation.overdue(in: .seconds(1)) == nil)
        let (act, duration, isNew) = try #require(occupation.overdue(in: .seconds(60)))
        #expect(act.object == 3 && act.text == #"get_setting("gain")"# && isNew)
        #expect(duration >= .seconds(60))
        #expect(try #require(occupation.overdue(in: .seconds(62))).isNew == false)
    }

    @Test func onlyTheEndOfOneThatWasOverdueIsWorthAWord() {
        let occupation = Occupation()
        occupation.begin("enable", of: 0)
        #expect(occupation.end() == nil)
        occupation.begin("enable", of: 0)
        #expect(occupation.overdue(in: .seconds(60)) != nil)
        #expect(occupation.end() != nil)
        #expect(occupation.overdue(in: .seconds(60)) == nil)
    }
}
