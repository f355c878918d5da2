internal import Devices
internal import Pickle
internal import Platform

/// The contracts of every device that sends data.
enum DataDeviceContracts {
    static let all = [
        Contract.members(of: (any DataDevice).self, "a device that sends data", methods: ["abort"]),
        Contract("a device's data come from one source while it is open", enables: true, hasOneSource),
        Contract("a device sends nothing while it is disabled", enables: true, sendsNothingWhileDisabled),
        Contract("a device sends nothing after abort", enables: true, sendsNothingAfterAbort),
        Contract("a wait for data that do not come lasts until its limit", enables: true, waitLasts),
        Contract("an interruption ends a wait for data at once", interruptionEndsAWait),
        Contract("an interruption loses no data", enables: true, effects: [.images], interruptionLosesNothing),
        Contract(
            "data have the time at which they were taken",
            enables: true,
            effects: [.images],
            timestampIsTheTimeOfDay
        ),
    ]

    private static func hasOneSource(device: any DataDevice, trial: Trial) throws {
        let source = device.dataSource
        try device.enable()
        trial.expect("the source is the same after enable", device.dataSource === source, is: true)
        try device.disable()
        trial.expect("the source is the same after disable", device.dataSource === source, is: true)
    }

    private static func sendsNothingWhileDisabled(device: any DataDevice, trial: Trial) throws {
        try prepare(device)
        try expectNothing("before enable", of: device, trial)
        try device.enable()
        try device.disable()
        try expectNothing("after disable", of: device, trial)
    }

    private static func sendsNothingAfterAbort(device: any DataDevice, trial: Trial) throws {
        try prepare(device)
        try device.enable()
        try trial.client.call("abort")
        try expectNothing("after abort", of: device, trial)
    }

    /// Sets a short exposure, so that silence is recognised soon.
    private static func prepare(_ device: any DataDevice) throws {
        if let camera = device as? any Camera { try camera.expose(for: 0.001) }
    }

    private static func expectNothing(_ when: String, of device: any DataDevice, _ trial: Trial) throws {
        if try device.dataSource.next(within: device.silence) != nil { trial.violate("it sent data \(when)") }
    }

    private static func waitLasts(device: any DataDevice, trial: Trial) throws {
        try expectWholeWait("while it is disabled", device, trial)
        guard let camera = device as? any Camera, try Imaging(of: camera, trial).isTriggered else { return }
        try camera.enable()
        try expectWholeWait("while it has no trigger", device, trial)
    }

    private static func expectWholeWait(_ when: String, _ device: any DataDevice, _ trial: Trial) throws {
        let (begin, limit) = (ContinuousClock.now, Duration.milliseconds(5))
        if try device.dataSource.next(within: limit) != nil { trial.violate("it sent data \(when)") }
        let waited = ContinuousClock.now - begin
        if waited < limit { trial.violate("a wait of \(limit) \(when) lasted \(waited)") }
    }

    private static func interruptionEndsAWait(device: any DataDevice, trial: Trial) throws {
        let (source, patience) = (device.dataSource, trial.patience(with: device))
        let reader = try BlockingThread.start("reader") { _ = try? source.next(within: patience) }
        source.interrupt()
        if !reader.join(within: patience / 2) { trial.violate("the wait went on after an interruption") }
        // Only one thread may read the source.
        reader.join()
    }

    private static func interruptionLosesNothing(device: any DataDevice, trial: Trial) throws {
        try begin(device, trial)
        device.dataSource.interrupt()
        if try device.dataSource.next(within: trial.patience(with: device)) != nil {
            trial.violate("a wait that was interrupted beforehand did not end with nothing")
        }
        _ = try first(of: device, trial)
    }

    private static func timestampIsTheTimeOfDay(device: any DataDevice, trial: Trial) throws {
        let before = Timestamp.now
        try begin(device, trial)
        let datum = try first(of: device, trial)
        let duration = Timestamp.now - before
        // The two clocks are read one after the other, on a machine that may be busy.
        trial.expect("timestamp", datum.timestamp, near: before + duration / 2, within: abs(duration) / 2 + 0.5)
    }

    /// Enables a device, and triggers a datum if it does not send by itself.
    private static func begin(_ device: any DataDevice, _ trial: Trial) throws {
        let imaging = try (device as? any Camera).map { try Imaging(of: $0, trial) }
        try device.enable()
        if let imaging, imaging.isTriggered { try imaging.camera.trigger() }
    }

    private static func first(of device: any DataDevice, _ trial: Trial) throws -> Datum {
        if device is any Camera || device is any ValueLogger { return try trial.datum(of: device) }
        guard let datum = try device.dataSource.next(within: .milliseconds(300)) else {
            throw NotTried("it sent nothing by itself")
        }
        return datum
    }
}

/// The contracts of every value logger.
enum ValueLoggerContracts {
    static let all = [
        Contract.members(
            of: (any ValueLogger).self,
            "a value logger",
            methods: ["getValues", "get_num_sensors"]
        ),
        Contract("a value logger returns a number for each sensor", givesANumberForEachSensor),
        Contract("a value logger sends lists of a number for each sensor", enables: true, sendsListsOfNumbers),
    ]

    private static func givesANumberForEachSensor(logger: any ValueLogger, trial: Trial) throws {
        let client = trial.client
        trial.expect("get_num_sensors()", try client.call("get_num_sensors"), is: .int(logger.sensorCount))
        expectValues("getValues()", try client.call("getValues"), of: logger, trial)
    }

    private static func sendsListsOfNumbers(logger: any ValueLogger, trial: Trial) throws {
        try logger.enable()
        for _ in 0..<2 {
            guard case .value(let values) = try trial.datum(of: logger).content else {
                return trial.violate("an image came")
            }
            expectValues("what came", values, of: logger, trial)
        }
    }

    private static func expectValues(_ what: String, _ value: PythonValue, of logger: any ValueLogger, _ trial: Trial) {
        guard case .list = value, let values = [Double](python: value) else {
            return trial.violate("\(what) is not a list of numbers, but \(value.shown)")
        }
        trial.expect("number of values in \(what)", values.count, is: logger.sensorCount)
        if !values.allSatisfy(\.isFinite) { trial.violate("\(what): got \(values)") }
    }
}
