internal import Devices

extension Trial {
    /// As long as whoever interrupts a trial has to wait for its end.
    private static let slice = Duration.milliseconds(200)

    /// Longer than it takes until a datum is there that has been asked for.
    func patience(with device: any DataDevice) -> Duration { patience + device.cycle * 3 }

    /// The next datum, which has been asked for or comes by itself.
    func datum(of device: any DataDevice) throws -> Datum {
        let patience = patience(with: device)
        let limit = ContinuousClock.now + patience
        repeat {
            try Interruption.check()
            let wait = min(Self.slice, ContinuousClock.now.duration(to: limit))
            if let datum = try device.dataSource.next(within: wait) { return datum }
        } while ContinuousClock.now < limit
        throw DeviceError(.failed, "nothing came within \(patience)")
    }
}

extension DataDevice {
    /// As long as has to be waited to know that nothing comes.
    var silence: Duration { .milliseconds(10) + cycle }

    /// The time that an image takes, and nothing for what is no camera.
    fileprivate var cycle: Duration {
        guard let seconds = try? (self as? any Camera)?.cycleTime, (0...3600).contains(seconds) else { return .zero }
        return .seconds(seconds)
    }
}
