internal import Devices
public import Pickle

/// The state of a light and of the rules for it, as `status` and the method `get_light_state` show it.
///
/// Times are in seconds since 1970.
public struct LightStatus: Sendable, Equatable {
    /// A light, or a digital line that was set.
    public struct Output: Sendable, Equatable {
        /// `light`, or `line 0`.
        public var name: String
        /// Whether it was switched on by a command, and not switched off since.
        public var isOn: Bool
        /// The addresses of the clients that own it.
        public var owners: [String] = []
        public var since: Double?
        /// Until when it is kept on without a client.
        public var keptUntil: Double?
        /// When it goes off by itself, and why.
        public var offTime: Double?
        public var offReason: String?
        /// Why a rule has switched it off the last time.
        public var lastOffReason: String?
        public var lastOffTime: Double?
        /// Why it could not be switched off.
        public var failure: String?
    }

    public var outputs: [Output] = []
    /// The rule for the loss of its client: `keep`, or `off after 10 s`.
    public var onClientLost: String
    /// The longest time without a new command, in seconds.
    public var limit: Double?
    /// The reason why it must not be on now.
    public var interlock: String?

    init(_ rules: LightRules) {
        onClientLost = rules.onClientLost.description
        limit = rules.limit.map { $0 / .seconds(1) }
    }

    /// The remarks for people.
    public func remarks(time: (Double) -> String) -> [String] {
        outputs.flatMap { output -> [String] in
            var remarks: [String] = []
            if let failure = output.failure { remarks.append("\(output.name): \(failure)") }
            if output.isOn {
                let owners = output.owners.isEmpty ? "nobody" : output.owners.joined(separator: ", ")
                var text = "\(output.name) is on, owned by \(owners)"
                if let since = output.since { text += " since \(time(since))" }
                if let kept = output.keptUntil { text += ", kept on until \(time(kept))" }
                if let end = output.offTime, let reason = output.offReason {
                    text += "; goes off at \(time(end)): \(reason)"
                }
                remarks.append(text)
            } else if let reason = output.lastOffReason, let end = output.lastOffTime {
                remarks.append("\(output.name) was switched off at \(time(end)): \(reason)")
            }
            return remarks
        } + (interlock.map { ["interlock: light must not be on: \($0)"] } ?? [])
    }
}

extension ClientLossRule: CustomStringConvertible {
    public var description: String {
        switch self {
        case .keep: "keep"
        case .off(let time): time == .zero ? "off" : "off after \(time.formatted)"
        }
    }
}

// MARK: Coding

extension LightStatus {
    public var value: PythonValue {
        .dict([
            "outputs": .list(outputs.map(\.value)), "on_client_lost": .str(onClientLost),
            "light_limit": limit.map(PythonValue.float) ?? .none, "interlock": interlock.map(PythonValue.str) ?? .none,
        ])
    }

    public init?(_ value: PythonValue) {
        guard case .dict(let fields) = value, let rule = fields["on_client_lost"]?.text else { return nil }
        onClientLost = rule
        (limit, interlock) = (fields["light_limit"].flatMap { Double(python: $0) }, fields["interlock"]?.text)
        if case .list(let items)? = fields["outputs"] { outputs = items.compactMap(Output.init) }
    }
}

extension LightStatus.Output {
    fileprivate var value: PythonValue {
        func text(_ text: String?) -> PythonValue { text.map(PythonValue.str) ?? .none }
        func time(_ time: Double?) -> PythonValue { time.map(PythonValue.float) ?? .none }
        return .dict([
            "name": .str(name), "on": .bool(isOn), "owners": .list(owners.map(PythonValue.str)), "since": time(since),
            "kept_until": time(keptUntil), "off_time": time(offTime), "off_reason": text(offReason),
            "last_off_reason": text(lastOffReason), "last_off_time": time(lastOffTime), "failure": text(failure),
        ])
    }

    fileprivate init?(_ value: PythonValue) {
        guard case .dict(let fields) = value, let name = fields["name"]?.text else { return nil }
        func time(_ key: PythonValue) -> Double? { fields[key].flatMap { Double(python: $0) } }
        self.init(name: name, isOn: fields["on"] == .bool(true))
        if case .list(let items)? = fields["owners"] { owners = items.compactMap(\.text) }
        (since, keptUntil, offTime) = (time("since"), time("kept_until"), time("off_time"))
        (offReason, lastOffReason) = (fields["off_reason"]?.text, fields["last_off_reason"]?.text)
        (lastOffTime, failure) = (time("last_off_time"), fields["failure"]?.text)
    }
}

extension DeviceStatus {
    /// The state of its light, if it has any.
    public var lightState: LightStatus? { others["light"].flatMap(LightStatus.init) }
}

extension PartStatus {
    /// The state of its light, if it has any.
    public var lightState: LightStatus? { others["light"].flatMap(LightStatus.init) }
}
