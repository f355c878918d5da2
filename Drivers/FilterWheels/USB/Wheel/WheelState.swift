/// What a wheel says of itself, with positions from 0.
enum WheelState: Equatable {
    /// Finds its place, after power-up or by a calibration.
    case starting
    case moving
    case standing(at: Int)
    /// Stands in an error, in the wheel's own words.
    case failed(String)

    /// For messages: `moving`, `standing at position 3`.
    var text: String {
        switch self {
        case .starting: "finding its place"
        case .moving: "moving"
        case .standing(let position): "standing at position \(position)"
        case .failed(let problem): "in an error: \(problem)"
        }
    }
}
