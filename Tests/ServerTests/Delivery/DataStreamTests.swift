import Platform
import Testing

@testable import Server

struct DataStreamTests {
    @Test func whatGivesWayBeforeItIsReadIsCountedAndTold() throws {
        let test = try TestLog()
        let sensor = FloodedSensor()
        let stream = DataStream(sensor, options: DeliveryOptions(), log: test.log.logger) { _ in }
        stream.follow(isSending: true)
        let asked: Int? = sensor.source.state.wait(within: .seconds(30)) { $0.asked > 3 ? $0.asked : nil }
        stream.follow(isSending: false)
        #expect(asked == 4)
        #expect(stream.tally.lost == 14)
        test.log.flush()
        #expect(test.messages.count == 1)
        #expect(test.messages.first?.contains("data come faster than they can be read: 12 lost") == true)
    }
}
