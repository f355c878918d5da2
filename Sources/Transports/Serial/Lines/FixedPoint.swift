extension Double {
    /// The number with so many digits behind the point, at most nine, as devices read it: never with an exponent.
    public func text(places: Int) -> String {
        let places = min(max(places, 0), 9)
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (self * scale).rounded()
        // What is not finite, or too large for whole numbers to hold, is no number for a device; callers check ranges.
        guard scaled.isFinite, abs(scaled) < 9e18 else { return "\(self)" }
        let whole = Int64(scaled), divisor = Int64(scale)
        let sign = whole < 0 ? "-" : ""
        guard places > 0 else { return "\(whole)" }
        let digits = "\(whole.magnitude % UInt64(divisor))"
        return "\(sign)\(whole.magnitude / UInt64(divisor))." + String(repeating: "0", count: places - digits.count)
            + digits
    }
}
