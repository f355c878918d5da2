import Devices
import Pickle
import Testing
import Threads

/// What every device that sends data must do.
struct DataDeviceContract {
    @Test(arguments: Makers.dataDevices) func sourceIsTheSameForAsLongAsItIsOpen(maker: Maker<any DataDevice>) throws {
        let device = try maker.open()
        let source = device.dataSource
        try device.enable()
        #expect(device.dataSource === source)
    }

    @Test(arguments: Makers.dataDevices) func sendsNothingWhileDisabled(maker: Maker<any DataDevice>) throws {
        let device = try maker.open()
        #expect(try device.dataSource.next(within: .milliseconds(3)) == nil)
        try device.enable()
        try device.disable()
        #expect(try device.dataSource.next(within: .milliseconds(3)) == nil)
    }

    @Test(arguments: Makers.dataDevices) func waitForNothingLastsAsLongAsItMay(maker: Maker<any DataDevice>) throws {
        let device = try maker.open()
        let begin = ContinuousClock.now
        #expect(try device.dataSource.next(within: .milliseconds(5)) == nil)
        #expect(ContinuousClock.now - begin >= .milliseconds(5))
    }

    @Test(arguments: Makers.dataDevices) func sendsNothingAfterAbort(maker: Maker<any DataDevice>) throws {
        let device = try maker.open()
        try device.enable()
        try Client(device).call("abort")
        #expect(try device.dataSource.next(within: .milliseconds(3)) == nil)
    }

    @Test(arguments: Makers.dataDevices) func interruptionEndsAWaitAtOnce(maker: Maker<any DataDevice>) throws {
        let source = try maker.open().dataSource
        let ended = Monitor(false)
        let reader = BlockingThread("reader") {
            _ = try? source.next(within: patience)
            ended.update { $0 = true }
        }
        source.interrupt()
        #expect(ended.wait(within: patience / 2) { $0 ? true : nil } == true)
        #expect(reader.join(within: patience))
    }

    @Test(arguments: Makers.dataDevices) func interruptionLosesNothing(maker: Maker<any DataDevice>) throws {
        let device = try maker.open()
        try device.enable()
        if let camera = device as? any Camera { try camera.trigger() }
        device.dataSource.interrupt()
        #expect(try device.dataSource.next(within: patience) == nil)
        #expect(try device.dataSource.next(within: patience) != nil)
    }

    @Test(arguments: Makers.dataDevices) func timestampIsTheTimeOfDay(maker: Maker<any DataDevice>) throws {
        let device = try maker.open()
        let before = Timestamp.now
        try device.enable()
        if let camera = device as? any Camera { try camera.trigger() }
        let datum = try #require(try device.dataSource.next(within: patience))
        // The clocks for waiting and for the time of day are read one after the other, on a machine that may be busy.
        #expect((before - 0.5...Timestamp.now + 0.5).contains(datum.timestamp))
    }
}
