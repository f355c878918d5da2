/// A value that was given to a feature.
enum FeatureValue: Sendable, Equatable, CustomStringConvertible {
    case int(Int)
    case float(Double)
    case bool(Bool)
    case choice(Int, label: String)
    case string(String)

    /// As it reads in an error: `ExposureTime = 1e9`.
    var description: String {
        switch self {
        case .int(let value): "\(value)"
        case .float(let value): Self.short(value)
        case .bool(let value): "\(value)"
        case .choice(_, let label): label
        case .string(let value): "'\(value)'"
        }
    }

    /// As people write it: `1e9`, not `1000000000.0`.
    private static func short(_ value: Double) -> String {
        guard value.magnitude < 1e18, value.rounded() == value else { return "\(value)" }
        let digits = "\(Int(value.magnitude))"
        let zeros = digits.reversed().prefix { $0 == "0" }.count
        let sign = value < 0 ? "-" : ""
        guard zeros >= 6 else { return sign + digits }
        let rest = digits.dropFirst().dropLast(zeros)
        return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e\(digits.count - 1)"
    }
}
