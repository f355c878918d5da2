internal import Devices

extension StageAxis {
    private var range: Double {
        get throws {
            let limits = try limits
            return max(0, limits.upper - limits.lower)
        }
    }

    /// As far as it may stand from where it was sent: a thousandth of its range.
    var tolerance: Double { get throws { try range / 1000 } }

    /// A hundredth of its range, to the side where there is room.
    var step: Double {
        get throws {
            let step = try range / 100
            return try position + step <= limits.upper ? step : -step
        }
    }
}
