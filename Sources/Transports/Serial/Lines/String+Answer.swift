extension String {
    /// The number that a device wrote, if it is one and finite.
    public var number: Double? {
        guard let value = Double(trimmed), value.isFinite else { return nil }
        return value
    }

    /// The whole number from zero up that a device wrote.
    public func code(radix: Int = 10) -> Int? {
        guard let value = Int(trimmed, radix: radix), value >= 0 else { return nil }
        return value
    }

    /// A switch that a device wrote as 0 or 1.
    public var flag: Bool? { self == "0" ? false : self == "1" ? true : nil }
}
