import Devices
import Pickle
import Testing

/// What every digital I/O must do.
struct DigitalIOContract {
    @Test(arguments: Makers.digitalIOs) func outputsKeepTheLevelThatWasWritten(maker: Maker<any DigitalIO>) throws {
        let device = try maker.open()
        let client = Client(device)
        for line in 0..<device.lineCount {
            try client.call("set_IO_state", .int(line), true)
            for level in [true, false] {
                try client.call("write_line", .int(line), .bool(level))
                #expect(try client.call("read_line", .int(line)) == .bool(level))
            }
        }
    }

    @Test(arguments: Makers.digitalIOs) func allLinesAreWrittenAndReadTogether(maker: Maker<any DigitalIO>) throws {
        let device = try maker.open()
        let client = Client(device)
        let all = { (value: Bool) in PythonValue.list(Array(repeating: .bool(value), count: device.lineCount)) }
        #expect(try client.call("get_num_lines") == .int(device.lineCount))
        try client.call("set_all_IO_state", all(true))
        #expect(try client.call("get_all_IO_state") == all(true))
        try client.call("write_all_lines", all(true))
        #expect(try client.call("read_all_lines") == all(true))
    }

    @Test(arguments: Makers.digitalIOs) func changesAreSentAsLineAndLevel(maker: Maker<any DigitalIO>) throws {
        let device = try maker.open()
        try device.enable()
        guard case .tuple(let pair) = try device.dataSource.value(), pair.count == 2 else {
            throw DeviceError(.failed, "no pair")
        }
        #expect((0..<device.lineCount).contains(try #require(Int(python: pair[0]))))
        #expect(pair[1] == true || pair[1] == false)
    }
}
