import Devices
import Pickle
import Testing

/// What every value logger must do.
struct ValueLoggerContract {
    @Test(arguments: Makers.valueLoggers) func givesANumberForEachSensor(maker: Maker<any ValueLogger>) throws {
        let logger = try maker.open()
        let client = Client(logger)
        #expect(try client.call("get_num_sensors") == .int(logger.sensorCount))
        let values = try #require([Double](python: try client.call("getValues")))
        #expect(values.count == logger.sensorCount)
        #expect(values.allSatisfy { $0.isFinite })
    }

    @Test(arguments: Makers.valueLoggers) func sendsListsOfNumbers(maker: Maker<any ValueLogger>) throws {
        let logger = try maker.open()
        try logger.enable()
        for _ in 0..<2 {
            guard case .list(let values) = try logger.dataSource.value() else { throw DeviceError(.failed, "no list") }
            #expect(values.count == logger.sensorCount)
        }
    }
}
