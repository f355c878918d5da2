/// What is wrong with a Cobolt laser: the answer to `f?`.
enum CoboltFault: Equatable {
    case none, temperature, interlock, constantPower
    case other(Int)

    init(_ code: Int) {
        switch code {
        case 0: self = .none
        case 1: self = .temperature
        case 3: self = .interlock
        case 4: self = .constantPower
        default: self = .other(code)
        }
    }

    var label: String {
        switch self {
        case .none: "none"
        case .temperature: "temperature"
        case .interlock: "interlock"
        case .constantPower: "constant power or current cannot be held"
        case .other(let code): "number \(code)"
        }
    }
}
