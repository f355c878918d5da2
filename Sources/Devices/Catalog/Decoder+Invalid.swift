extension Decoder {
    /// The error that the option being decoded has a value that makes no sense.
    ///
    /// - Parameter claim: what follows the option's name in the message: `must be a positive number (was 0)`.
    public func invalid(_ claim: String) -> DecodingError {
        // An item of a list goes by the name of the list.
        let name = codingPath.last { $0.intValue == nil }?.stringValue ?? "the value"
        return .dataCorrupted(.init(codingPath: codingPath, debugDescription: "\(name) \(claim)"))
    }
}
