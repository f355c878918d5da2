internal import Devices
internal import Pickle

/// What every value logger must do.
enum ValueLoggerContracts {
    static let all = [
        Contract.members(
            of: (any ValueLogger).self,
            "a value logger",
            methods: ["getValues", "get_num_sensors"]
        ),
        Contract("a value logger gives a number for each sensor", givesANumberForEachSensor),
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
            return trial.violate("\(what) is no list of numbers, but \(value.shown)")
        }
        trial.expect("number of values in \(what)", values.count, is: logger.sensorCount)
        if !values.allSatisfy(\.isFinite) { trial.violate("\(what): got \(values)") }
    }
}
