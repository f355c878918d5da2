internal import Devices
internal import Pickle
internal import Pyro

/// The methods that the server adds to every light, which do not wait for the device's lock.
enum LightMethod: String, CaseIterable {
    /// `keep_on(seconds)`: hands the light to the server for a time, even if the client leaves.
    case keepOn = "keep_on"
    /// `get_light_state()`: owners, rules, and when and why it goes off or went off.
    case getLightState = "get_light_state"

    /// The names that clients receive when they connect.
    ///
    /// What is not among them is for programs of this server's: others list the members of python-microscope's lights.
    static let listed = [keepOn.rawValue]

    func call(_ light: LightGuard, _ arguments: CallArguments, _ caller: LightCaller) throws -> PythonValue {
        switch self {
        case .getLightState: return light.status.value
        case .keepOn:
            let seconds = try arguments.decode(for: rawValue, Parameter<Double>("seconds"))
            let longest = LightGuard.longestKeeping / .seconds(1)
            guard seconds > 0, seconds <= longest else {
                throw RemoteError.value("seconds must be more than 0 and at most \(Int(longest)), not \(seconds)")
            }
            try light.keep(for: .seconds(seconds), caller)
            return .none
        }
    }
}

extension LightGuard {
    /// The answer of `get_status` with the reason why a rule has switched light off, for people to read.
    func completed(status value: PythonValue) -> PythonValue {
        guard case .list(let lines) = value else { return value }
        let reasons = status.outputs.compactMap { $0.isOn ? nil : $0.lastOffReason }
        return .list(lines + reasons.map { .str("switched off by the server: \($0)") })
    }
}
