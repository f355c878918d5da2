import Testing

@testable import Server

struct CallWatchTests {
    @Test func aCallIsOverdueOnceItHasTakenTooLong() throws {
        let watch = CallWatch()
        #expect(watch.overdue(in: .seconds(60)) == nil)
        watch.begin("get_setting", on: "gain", of: 3)
        #expect(watch.overdue(in: .seconds(1)) == nil)
        let (call, duration, isNew) = try #require(watch.overdue(in: .seconds(60)))
        #expect(call.object == 3 && call.text == #"get_setting("gain")"# && isNew)
        #expect(duration >= .seconds(60))
        #expect(try #require(watch.overdue(in: .seconds(62))).isNew == false)
    }

    @Test func aCallHasTheTimeThatItsDriverDeclares() {
        let watch = CallWatch()
        watch.begin("enable", of: 0, within: .seconds(300))
        #expect(watch.overdue(in: .seconds(299)) == nil)
        #expect(watch.overdue(in: .seconds(301)) != nil)
    }

    @Test func onlyTheEndOfAnOverdueCallIsReported() {
        let watch = CallWatch()
        watch.begin("enable", of: 0)
        #expect(watch.end() == nil)
        watch.begin("enable", of: 0)
        #expect(watch.overdue(in: .seconds(60)) != nil)
        #expect(watch.end() != nil)
        #expect(watch.overdue(in: .seconds(60)) == nil)
    }
}
