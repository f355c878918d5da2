internal import Devices
internal import Pickle
internal import Platform

/// The contracts of every light source.
enum LightSourceContracts {
    static let all = [
        Contract.members(
            of: (any LightSource).self,
            "a light source",
            methods: ["get_is_on", "get_set_power", "get_status"],
            attributes: ["power"]
        ),
        Contract("a light source is off when it has been opened", isOffWhenOpened),
        Contract("a light source reports its status in words", tellsItsStatusInWords),
        Contract("a light source remembers the power that was set while it is off, and stays off", remembersThePower),
        Contract("a light source refuses a power that is not a number, and keeps its own", refusesWhatIsNoPower),
        Contract(
            "a light source is on while it is enabled, and off at once after disable",
            enables: true,
            isOnWhileEnabled
        ),
        Contract("a light source gives the power that was set", enables: true, givesThePowerThatWasSet),
        Contract("a light source starts with the power that it is set to", enables: true, startsWithItsOwnPower),
        Contract("a light source is off after shutdown", enables: true, isLast: true, isOffAfterShutdown),
    ]

    /// The maximum power at which light is switched on.
    static let mostPercent = 40
    static let mostPower = Double(mostPercent) / 100
    /// Enough for every source to emit, and not more than is needed to measure it.
    private static let lowPower = 0.2

    private static func isOffWhenOpened(light: any LightSource, trial: Trial) throws {
        try expectOff("when opened", trial)
        let power = Double(python: try trial.client.call("get_set_power")) ?? .nan
        trial.expect("get_set_power() when opened", power, isIn: 0...1)
    }

    private static func expectOff(_ when: String, _ trial: Trial) throws {
        trial.expect("get_is_on() \(when)", try trial.client.call("get_is_on"), is: false)
        trial.expect("power \(when)", try trial.client.get("power"), is: 0.0)
    }

    private static func tellsItsStatusInWords(light: any LightSource, trial: Trial) throws {
        let words = [String](python: try trial.client.call("get_status")) ?? []
        if words.isEmpty { trial.violate("get_status() is not a list of words, or is empty") }
    }

    private static func remembersThePower(light: any LightSource, trial: Trial) throws {
        for (asked, got) in [(0.5, 0.5), (1.1, 1), (-1, 0), (lowPower, lowPower)] {
            try trial.client.set("power", to: .float(asked))
            try expectOff("after power = \(asked)", trial)
            trial.expect("get_set_power()", try trial.client.call("get_set_power"), is: .float(got))
        }
    }

    private static func refusesWhatIsNoPower(light: any LightSource, trial: Trial) throws {
        let before = light.setPoint
        for power in [Double.nan, .infinity] {
            trial.expect("power = \(power)", isRefusedBy: .value) { try trial.client.set("power", to: .float(power)) }
        }
        trial.expect("power = 'a'", isRefusedBy: .type) { try trial.client.set("power", to: "a") }
        trial.expect("get_set_power() after what was refused", light.setPoint, is: before)
        try expectOff("after what was refused", trial)
    }

    private static func isOnWhileEnabled(light: any LightSource, trial: Trial) throws {
        try light.setPower(lowPower)
        for _ in 0..<2 {
            try trial.client.call("enable")
            if try light.triggerType == .software {
                try expectSoon(trial, "it is on after enable") { try light.isOn }
            }
            try trial.client.call("disable")
            try expectOff("after disable", trial)
        }
        try trial.client.call("disable")
        try expectOff("after another disable", trial)
    }

    private static func givesThePowerThatWasSet(light: any LightSource, trial: Trial) throws {
        guard try light.triggerType == .software else {
            throw NotTried("its light is controlled by a hardware trigger")
        }
        try trial.client.call("enable")
        for power in [mostPower, lowPower, 0] {
            try trial.client.set("power", to: .float(power))
            trial.expect("get_set_power()", try trial.client.call("get_set_power"), is: .float(power))
            // The measured power is not exactly the set power.
            try expectSoon(trial, "power is within 0.1 of the \(power) that was set") {
                abs(try light.power - power) < 0.1
            }
        }
    }

    /// The power that is reported before a client has set it is the emitted one: 0, or the value in the device.
    private static func startsWithItsOwnPower(light: any LightSource, trial: Trial) throws {
        guard try light.triggerType == .software else {
            throw NotTried("its light is controlled by a hardware trigger")
        }
        let power = light.setPoint
        guard power <= lowPower else { throw NotTried("it is set to \(power), and only \(lowPower) is tried") }
        try trial.client.call("enable")
        try expectSoon(trial, "power is within 0.05 of the \(power) that it is set to") {
            abs(try light.power - power) < 0.05
        }
    }

    private static func isOffAfterShutdown(light: any LightSource, trial: Trial) throws {
        try light.setPower(lowPower)
        try light.enable()
        try light.shutdown()
        try expectOffAfterShutdown("get_is_on() after shutdown", light, trial)
    }

    /// A light source without a connection cannot be asked, and has to report that: anything else would be a guess.
    static func expectOffAfterShutdown(_ what: String, _ light: any LightSource, _ trial: Trial) throws {
        do { trial.expect(what, try light.isOn, is: false) } catch let error as DeviceError {
            guard error.kind == .disabled else { throw error }
        }
    }

    /// Waits for light to change, which devices do not report by themselves.
    static func expectSoon(_ trial: Trial, _ what: String, _ isSo: () throws -> Bool) throws {
        let limit = ContinuousClock.now + trial.patience
        while try !isSo() {
            guard ContinuousClock.now < limit else { return trial.violate("not so within \(trial.patience): \(what)") }
            try Interruption.check()
            Pause.wait(for: .milliseconds(20))
        }
    }
}
